import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { capture } from './process';

/** The releases of Debian whose Engines can start on this machine, so that tests need no second machine. */
export type DebianRelease = 'bookworm' | 'trixie' | 'sid';

/** Folders of a release, to be mounted over and under the /usr of a host. */
export interface ReleaseLayers {
  /** The release's programs, which hide this machine's. */
  readonly over: string;
  /** Libraries that this machine may lack. @default - none */
  readonly under?: string;
}

const PACKAGES = ['docker.io', 'docker-cli', 'docker-compose', 'docker-buildx', 'containerd'];

const unpacking = new Map<DebianRelease, Promise<void>>();

/**
 * Unpacks Engine, CLI, Compose and containerd of a Debian release into a cache of this checkout, without
 * installing them.
 *
 * A newer release's runc may not start with this machine's libc. The host then uses the installed runc.
 * With bookworm, the cache also has the Python that Compose v1 needs.
 *
 * @returns undefined if this machine has that release's packages installed
 */
export async function unpackRelease(release: DebianRelease): Promise<ReleaseLayers | undefined> {
  const own = codename();
  if (release === 'bookworm' && own === 'bookworm' && isInstalled('docker.io', 'docker-compose'))
    return undefined;
  const cache = join(__dirname, '..', '..', '.cache', 'debian', release);
  const root = join(cache, 'root');
  if (!existsSync(root)) {
    // Hosts that start together share one unpacking, because apt allows only one process at a time.
    const running = unpacking.get(release) ?? unpack(release, own, cache, root);
    unpacking.set(release, running);
    await running;
  }
  const under = join(root, 'libraries', 'usr');
  return { over: join(root, 'usr'), ...(existsSync(under) && { under }) };
}

async function unpack(release: DebianRelease, own: string, cache: string, root: string): Promise<void> {
  const work = join(cache, `unpacking-${process.pid}`);
  for (const folder of ['sources', 'lists/partial', 'apt/archives/partial', 'debs', 'root']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  writeSources(join(work, 'sources'), release, own);
  writeFileSync(join(work, 'status'), '');
  const settings = [
    'Dir::Etc::SourceList=/dev/null',
    `Dir::Etc::SourceParts=${work}/sources`,
    `Dir::State::Lists=${work}/lists`,
    // With an empty status, apt lists every package that is needed, even if this machine has it.
    `Dir::State::Status=${work}/status`,
    `Dir::Cache=${work}/apt`,
    'APT::Sandbox::User=root',
  ];
  const apt = ['apt-get', '-q', ...settings.flatMap((setting) => ['-o', setting])];
  await must([...apt, 'update']);
  const packages = release === 'bookworm' ? await listBookwormPackages(apt) : PACKAGES;
  await must([...apt, 'download', ...packages], join(work, 'debs'));
  for (const deb of readdirSync(join(work, 'debs'))) {
    const library = release === 'bookworm' && /^lib(?!python)/.test(deb);
    await unpackPackage(join(work, 'debs', deb), join(work, 'root', library ? 'libraries' : ''));
  }
  if (release === 'bookworm') await compilePython(join(work, 'root', 'usr'));
  // Two processes may unpack at the same time. The first one to finish provides the cache.
  if (!existsSync(root)) {
    try {
      renameSync(join(work, 'root'), root);
    } catch (error) {
      if (!existsSync(root)) throw error;
    }
  }
  rmSync(work, { recursive: true, force: true });
}

/** Lists the packages that Engine and Compose v1 of bookworm need, with Python and libraries. */
async function listBookwormPackages(apt: readonly string[]): Promise<string[]> {
  const install = [...apt, '--simulate', '--no-install-recommends', 'install', 'docker.io', 'docker-compose'];
  return selectHostPackages(await must(install));
}

/**
 * Selects the packages of a simulated installation that a host needs. It leaves out libc, because the host uses
 * this machine's, and all other system packages.
 */
export function selectHostPackages(simulation: string): string[] {
  const names = [...simulation.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
  return names.filter((name) => /^(docker|containerd|runc|tini|python3|lib(?!c6|c-))/.test(name));
}

function isInstalled(...packages: readonly string[]): boolean {
  return packages.every((name) => existsSync(`/var/lib/dpkg/info/${name}.list`));
}

/** Unpacks a package. Before trixie, packages have files in /lib; these must be unpacked into /usr/lib. */
async function unpackPackage(deb: string, folder: string): Promise<void> {
  mkdirSync(join(folder, 'usr', 'lib'), { recursive: true });
  if (!existsSync(join(folder, 'lib'))) symlinkSync('usr/lib', join(folder, 'lib'));
  const tar = 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"';
  await must(['sh', '-c', tar, 'sh', deb, folder]);
}

/** Compiles Python's modules once; otherwise each call of Compose v1 compiles them again. */
async function compilePython(usr: string): Promise<void> {
  const folders = [join(usr, 'lib', 'python3.11'), join(usr, 'lib', 'python3', 'dist-packages')];
  await capture([join(usr, 'bin', 'python3.11'), '-m', 'compileall', '-q', ...folders], {
    environment: { PATH: process.env.PATH ?? '', PYTHONHOME: usr },
  });
}

function codename(): string {
  return /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
}

/** Writes the machine's apt sources with the other release's name, so that downloads use the same servers. */
function writeSources(folder: string, release: DebianRelease, own: string): void {
  const parts = '/etc/apt/sources.list.d';
  const candidates = ['/etc/apt/sources.list', ...readdirSync(parts).map((name) => join(parts, name))];
  for (const path of candidates.filter((name) => /\.(list|sources)$/.test(name) && existsSync(name))) {
    const text = sourcesOf(release, own, readFileSync(path, 'utf8'));
    if (text !== '') writeFileSync(join(folder, path.replaceAll('/', '_')), text);
  }
  if (readdirSync(folder).length === 0) throw new Error(`no apt source here has the suite ${own}`);
}

/**
 * Rewrites apt sources for another release. A source is a line or a paragraph. The function leaves out sources
 * that do not name this machine's release. Sid has only one suite, without separate updates or security fixes.
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

async function must(argv: readonly string[], cwd?: string): Promise<string> {
  const { code, stdout, stderr } = await capture(argv, cwd === undefined ? {} : { cwd });
  if (code !== 0)
    throw new Error(`${argv.slice(0, 2).join(' ')} … failed with code ${code}: ${stderr.trim().slice(-500)}`);
  return stdout;
}
