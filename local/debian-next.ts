import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './process';

/** Debian releases and the one that follows each: what users of newer Engines run, without a second machine. */
const NEXT: Readonly<Record<string, string>> = { bookworm: 'trixie' };

const PACKAGES = ['docker.io', 'docker-cli', 'docker-compose', 'docker-buildx', 'containerd'];

let unpacking: Promise<void> | undefined;

/**
 * Engine, CLI, Compose and containerd of Debian's next release, unpacked into a cache of this checkout and
 * not installed. Its runc does not start on this release's libc; the installed one serves.
 *
 * @returns the folder to lay over /usr
 */
export async function nextRelease(): Promise<string> {
  const cache = join(__dirname, '..', '.cache', 'debian-next');
  const usr = join(cache, 'root', 'usr');
  // Hosts that start at the same time wait for the same: apt would find its own lock taken.
  if (!existsSync(usr)) await (unpacking ??= unpack(cache, usr));
  return usr;
}

async function unpack(cache: string, usr: string): Promise<void> {
  const work = join(cache, `unpacking-${process.pid}`);
  for (const folder of ['sources', 'lists/partial', 'apt/archives/partial', 'debs', 'root']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  writeNextSources(join(work, 'sources'));
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
    mkdirSync(cache, { recursive: true });
    try {
      renameSync(join(work, 'root'), join(cache, 'root'));
    } catch (error) {
      if (!existsSync(usr)) throw error;
    }
  }
  rmSync(work, { recursive: true, force: true });
}

/** The machine's own apt sources with the next release's name in them: no download address of ours. */
function writeNextSources(folder: string): void {
  const release = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  const next = NEXT[release];
  if (next === undefined) {
    throw new Error(
      `no next release is known for Debian ${JSON.stringify(release)}; known are ${Object.keys(NEXT).join(', ')}`,
    );
  }
  const parts = '/etc/apt/sources.list.d';
  const candidates = ['/etc/apt/sources.list', ...readdirSync(parts).map((name) => join(parts, name))];
  for (const path of candidates.filter((name) => /\.(list|sources)$/.test(name) && existsSync(name))) {
    const text = readFileSync(path, 'utf8');
    if (!text.includes(release)) continue;
    writeFileSync(join(folder, path.replaceAll('/', '_')), text.replaceAll(release, next));
  }
}

async function must(argv: readonly string[], cwd?: string): Promise<void> {
  const { code, stderr } = await capture(argv, cwd === undefined ? {} : { cwd });
  if (code !== 0)
    throw new Error(`${argv.slice(0, 2).join(' ')} … failed with code ${code}: ${stderr.trim().slice(-500)}`);
}
