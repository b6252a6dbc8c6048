import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { REPORTER_ASSET } from '../aws/invoke-reporter';

/** Something that a local run or the tests need, and the package that brings it. */
export interface Requirement {
  readonly name: string;
  /** Shell command that succeeds where it is there. */
  readonly check: string;
  readonly debian: string;
  readonly ubuntu: string;
}

/** What the private Engine and the example need. */
export const REQUIREMENTS: readonly Requirement[] = [
  {
    name: 'Docker Engine',
    check: 'command -v dockerd',
    debian: 'docker.io',
    ubuntu: 'docker.io',
  },
  {
    // Some releases have the client in a package of its own, which others do not know.
    name: 'the Docker CLI beside the Engine',
    check: '! command -v dockerd || command -v docker',
    debian: 'docker-cli',
    ubuntu: 'docker.io',
  },
  {
    name: 'Docker Compose',
    check: 'docker compose version || docker-compose version',
    debian: 'docker-compose',
    ubuntu: 'docker-compose-v2',
  },
  {
    name: 'a static busybox',
    check: 'command -v busybox && ! ldd "$(command -v busybox)"',
    debian: 'busybox-static',
    ubuntu: 'busybox-static',
  },
  { name: 'ip of iproute2', check: 'command -v ip', debian: 'iproute2', ubuntu: 'iproute2' },
  {
    name: 'nsenter, unshare, setpriv and flock of util-linux',
    check: 'command -v nsenter && command -v unshare && command -v setpriv && command -v flock',
    debian: 'util-linux',
    ubuntu: 'util-linux',
  },
];

/** What the tests need besides. */
export const TEST_REQUIREMENTS: readonly Requirement[] = [
  ...REQUIREMENTS,
  { name: 'shellcheck', check: 'command -v shellcheck', debian: 'shellcheck', ubuntu: 'shellcheck' },
  { name: 'dash', check: 'command -v dash', debian: 'dash', ubuntu: 'dash' },
  { name: 'make', check: 'command -v make', debian: 'make', ubuntu: 'make' },
];

/** What a user's own Engine needs. */
export const ENGINE_REQUIREMENTS = REQUIREMENTS.filter(({ name }) => name.startsWith('nsenter')).concat({
  name: 'the Docker CLI',
  check: 'command -v docker',
  debian: 'docker.io',
  ubuntu: 'docker.io',
});

/** The machine, as far as it matters for what it lacks. */
export interface Machine {
  readonly platform: string;
  readonly root: boolean;
  /** `ID` of /etc/os-release, e.g. `debian`; empty without one. */
  readonly distribution: string;
  readonly has: (requirement: Requirement) => boolean;
}

export const THIS_MACHINE: Machine = {
  platform: process.platform,
  root: process.getuid?.() === 0,
  get distribution() {
    try {
      return /^ID="?([\w.-]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
    } catch {
      return '';
    }
  },
  has: ({ check }) => spawnSync('sh', ['-c', check], { stdio: 'ignore' }).status === 0,
};

/** What is to be done before a run: packages to install, or else a line for each thing that a person has to see to. */
export interface Preparation {
  readonly install: readonly string[];
  readonly complaints: readonly string[];
}

export function prepare(
  machine: Machine,
  requirements: readonly Requirement[],
  needsRoot: boolean,
): Preparation {
  if (machine.platform !== 'linux') {
    return {
      install: [],
      complaints: [`this is ${machine.platform}: the scripts of Linux hosts run on Linux only`],
    };
  }
  const missing = requirements.filter((requirement) => !machine.has(requirement));
  const { distribution } = machine;
  const apt = distribution === 'debian' || distribution === 'ubuntu' ? distribution : undefined;
  if (machine.root && apt) return { install: missing.map((requirement) => requirement[apt]), complaints: [] };

  const remedy = (requirement: Requirement): string =>
    apt
      ? `run apt-get install ${requirement[apt]} as root`
      : `install it, in Debian it is the package ${requirement.debian}`;
  const complaints = missing.map((each) => `${each.name} is missing: ${remedy(each)}`);
  if (needsRoot && !machine.root) {
    complaints.unshift(
      'a private Docker Engine needs root: run it as root, or give your own with --engine HOST',
    );
  }
  return { install: [], complaints };
}

const ROOT = join(__dirname, '..', '..');
/** What apt-get says; a user reads it when something goes wrong. */
export const INSTALL_LOG = join(ROOT, '.cache', 'setup.log');

/**
 * Installs what the machine lacks, as root on Debian and Ubuntu, and starts no service.
 *
 * @param agree is asked once, with the packages to install; they are not installed if it says no
 * @returns what is missing all the same, a line for each
 */
export async function provide(
  requirements: readonly Requirement[],
  needsRoot: boolean,
  agree: (packages: readonly string[]) => Promise<boolean>,
  machine: Machine = THIS_MACHINE,
): Promise<readonly string[]> {
  // The Engine's package may lack the client, which shows only once it is there.
  for (let pass = 0; pass < 2; pass++) {
    const { install: packages, complaints } = prepare(machine, requirements, needsRoot);
    if (packages.length === 0) return complaints;
    if (pass === 0 && !(await agree(packages))) return packages.map((name) => `${name} is not installed`);
    await install(packages);
  }
  return prepare({ ...machine, root: false }, requirements, false).complaints;
}

async function install(packages: readonly string[]): Promise<void> {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  // Debian's own way to say that an installation starts no service.
  const policy = '/usr/sbin/policy-rc.d';
  const own = !existsSync(policy);
  if (own) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const log = openSync(INSTALL_LOG, 'a');
  try {
    await succeed('apt-get', ['-qq', 'update'], { log });
    await succeed('apt-get', ['-qq', '-y', 'install', '--no-install-recommends', ...packages], { log });
  } catch (error) {
    throw new Error(`${(error as Error).message}; see ${INSTALL_LOG}`, { cause: error });
  } finally {
    closeSync(log);
    if (own) rmSync(policy, { force: true });
  }
}

/** Bundles the reporter where its bundle is missing or older than its sources. */
export async function bundleReporter(): Promise<void> {
  const folders = [join(ROOT, 'lambda', 'report'), join(ROOT, 'lib', 'contract')];
  const sources = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const bundled = statSync(REPORTER_ASSET, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (sources.every((source) => statSync(source).mtimeMs < bundled)) return;
  await succeed('npm', ['run', '--silent', 'bundle'], { cwd: ROOT });
}

function succeed(
  program: string,
  args: readonly string[],
  // stdout is for the report.
  { cwd, log = 2 }: { readonly cwd?: string; readonly log?: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const child = spawn(program, args, { stdio: ['ignore', log, log], env, cwd });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ${args.join(' ')} ended with code ${code}`)),
    );
  });
}
