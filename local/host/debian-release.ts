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

/** Releases of Debian whose Docker starts on this machine too: other Engines without a second machine. */
export type DebianRelease = 'bookworm' | 'trixie' | 'sid';

/** Folders of a release for the /usr of a host. */
export interface ReleaseLayers {
  /** The release's programs: they win over this machine's. */
  readonly over: string;
  /** Libraries that this machine may lack. @default - none */
  readonly under?: string;
}

const PACKAGES = ['docker.io', 'docker-cli', 'docker-compose', 'docker-buildx', 'containerd'];

const unpacking = new Map<DebianRelease, Promise<void>>();

/**
 * Engine, CLI, Compose and containerd of a Debian release, unpacked into a cache of this checkout and not installed.
 *
 * Of a newer release there is no runc among them, as it may not start on this machine's libc; the installed one serves.
 * Compose v1 of bookworm comes with its Python.
 *
 * @returns undefined where this machine has that release's packages installed
 */
export async function unpackRelease(release: DebianRelease): Promise<ReleaseLayers | undefined> {
  const own = codename();
  if (release === 'bookworm' && own === 'bookworm' && isInstalled('docker.io', 'docker-compose'))
    return undefined;
  const cache = join(__dirname, '..', '..', '.cache', 'debian', release);
  const root = join(cache, 'root');
  if (!existsSync(root)) {
    // Hosts that start at the same time wait for the same: apt would find its own lock taken.
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
    // As on a machine without any package: then all that is needed is listed.
    `Dir::State::Status=${work}/status`,
    `Dir::Cache=${work}/apt`,
    'APT::Sandbox::User=root',
  ];
  const apt = ['apt-get', '-q', ...settings.flatMap((setting) => ['-o', setting])];
  await must([...apt, 'update']);
  const packages = release === 'bookworm' ? await withPython(apt) : PACKAGES;
  await must([...apt, 'download', ...packages], join(work, 'debs'));
  for (const deb of readdirSync(join(work, 'debs'))) {
    const library = release === 'bookworm' && /^lib(?!python)/.test(deb);
    await unpackPackage(join(work, 'debs', deb), join(work, 'root', library ? 'libraries' : ''));
  }
  if (release === 'bookworm') await compilePython(join(work, 'root', 'usr'));
  // Two processes may unpack at once; whichever is first provides the cache.
  if (!existsSync(root)) {
    try {
      renameSync(join(work, 'root'), root);
    } catch (error) {
      if (!existsSync(root)) throw error;
    }
  }
  rmSync(work, { recursive: true, force: true });
}

/** The packages of Engine and Compose v1, with their Python and their libraries. */
async function withPython(apt: readonly string[]): Promise<string[]> {
  const install = [...apt, '--simulate', '--no-install-recommends', 'install', 'docker.io', 'docker-compose'];
  return withLibraries(await must(install));
}

/** What of a simulated installation a host needs: no libc, which has to be this machine's, and nothing of the system. */
export function withLibraries(simulation: string): string[] {
  const names = [...simulation.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
  return names.filter((name) => /^(docker|containerd|runc|tini|python3|lib(?!c6|c-))/.test(name));
}

function isInstalled(...packages: readonly string[]): boolean {
  return packages.every((name) => existsSync(`/var/lib/dpkg/info/${name}.list`));
}

/** Of releases before trixie, packages have files in /lib that belong to /usr/lib on a machine. */
async function unpackPackage(deb: string, folder: string): Promise<void> {
  mkdirSync(join(folder, 'usr', 'lib'), { recursive: true });
  if (!existsSync(join(folder, 'lib'))) symlinkSync('usr/lib', join(folder, 'lib'));
  const tar = 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"';
  await must(['sh', '-c', tar, 'sh', deb, folder]);
}

/** Without this, each call of Compose v1 would compile itself again. */
async function compilePython(usr: string): Promise<void> {
  const folders = [join(usr, 'lib', 'python3.11'), join(usr, 'lib', 'python3', 'dist-packages')];
  await capture([join(usr, 'bin', 'python3.11'), '-m', 'compileall', '-q', ...folders], {
    environment: { PATH: process.env.PATH ?? '', PYTHONHOME: usr },
  });
}

function codename(): string {
  return /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
}

/** The machine's own apt sources with the other release's name in them: no download address of ours. */
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
 * Rewrites apt sources of one release, a line or a paragraph each, for another. Leaves out sources of
 * neither release. Sid has only one suite, without updates or security fixes beside it.
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
