import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './process';

/** Releases of Debian whose Docker starts on this machine too: newer Engines without a second machine. */
export type DebianRelease = 'trixie' | 'sid';

const PACKAGES = ['docker.io', 'docker-cli', 'docker-compose', 'docker-buildx', 'containerd'];

const unpacking = new Map<DebianRelease, Promise<void>>();

/**
 * Engine, CLI, Compose and containerd of a Debian release, unpacked into a cache of this checkout and not installed.
 * There is no runc among them, as it may not start on this machine's libc; the installed one serves.
 *
 * @returns the folder to lay over /usr
 */
export async function unpackRelease(release: DebianRelease): Promise<string> {
  const cache = join(__dirname, '..', '..', '.cache', 'debian', release);
  const usr = join(cache, 'root', 'usr');
  if (!existsSync(usr)) {
    // Hosts that start at the same time wait for the same: apt would find its own lock taken.
    const running = unpacking.get(release) ?? unpack(release, cache, usr);
    unpacking.set(release, running);
    await running;
  }
  return usr;
}

async function unpack(release: DebianRelease, cache: string, usr: string): Promise<void> {
  const work = join(cache, `unpacking-${process.pid}`);
  for (const folder of ['sources', 'lists/partial', 'apt/archives/partial', 'debs', 'root']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  writeSources(join(work, 'sources'), release);
  const apt = [
    'apt-get',
    '-q',
    ...['-o', 'Dir::Etc::SourceList=/dev/null', '-o', `Dir::Etc::SourceParts=${work}/sources`],
    ...[
      '-o',
      `Dir::State::Lists=${work}/lists`,
      '-o',
      `Dir::Cache=${work}/apt`,
      '-o',
      'APT::Sandbox::User=root',
    ],
  ];
  await must([...apt, 'update']);
  await must([...apt, 'download', ...PACKAGES], join(work, 'debs'));
  for (const deb of readdirSync(join(work, 'debs'))) {
    await must(['dpkg', '-x', join(work, 'debs', deb), join(work, 'root')]);
  }
  // Two processes may unpack at once; whichever is first provides the cache.
  if (!existsSync(usr)) {
    try {
      renameSync(join(work, 'root'), join(cache, 'root'));
    } catch (error) {
      if (!existsSync(usr)) throw error;
    }
  }
  rmSync(work, { recursive: true, force: true });
}

/** The machine's own apt sources with the other release's name in them: no download address of ours. */
function writeSources(folder: string, release: DebianRelease): void {
  const own = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  const parts = '/etc/apt/sources.list.d';
  const candidates = ['/etc/apt/sources.list', ...readdirSync(parts).map((name) => join(parts, name))];
  for (const path of candidates.filter((name) => /\.(list|sources)$/.test(name) && existsSync(name))) {
    const text = sourcesOf(release, own, readFileSync(path, 'utf8'));
    if (text !== '') writeFileSync(join(folder, path.replaceAll('/', '_')), text);
  }
  if (readdirSync(folder).length === 0) throw new Error(`no apt source here has the suite ${own}`);
}

/**
 * Apt sources, a line or a paragraph each, of one release as those of another; what is of neither is left out. Of sid
 * there is one suite, without updates or security fixes beside it.
 */
export function sourcesOf(release: DebianRelease, own: string, text: string): string {
  const suite = new RegExp(`(?<=\\s)${own}(-\\S+)?(?!\\S)`, 'g');
  const paragraphs = /^Suites:/m.test(text);
  return text
    .split(paragraphs ? /\n\s*\n/ : '\n')
    .map((entry) => {
      let named = false;
      const other = entry.replace(suite, (_, more: string = '') => {
        if (release === 'sid' && more !== '') return '';
        named = true;
        return release + more;
      });
      return named ? `${other.trim()}\n` : '';
    })
    .filter((entry) => entry !== '')
    .join(paragraphs ? '\n' : '');
}

async function must(argv: readonly string[], cwd?: string): Promise<void> {
  const { code, stderr } = await capture(argv, cwd === undefined ? {} : { cwd });
  if (code !== 0)
    throw new Error(`${argv.slice(0, 2).join(' ')} … failed with code ${code}: ${stderr.trim().slice(-500)}`);
}
