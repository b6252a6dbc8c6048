import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { REPORTER_ASSET } from './aws/invoke-reporter';

/** Something a local run cannot do without, and the package that brings it. */
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
    check: 'command -v dockerd && command -v docker',
    debian: 'docker.io',
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

/** Installs Debian or Ubuntu packages. Throws when apt-get does not succeed. */
export async function install(packages: readonly string[]): Promise<void> {
  await succeed('apt-get', ['-qq', 'update']);
  await succeed('apt-get', ['-qq', '-y', 'install', ...packages]);
}

/** Bundles the reporter where its bundle is missing or older than its sources. */
export async function bundleReporter(): Promise<void> {
  const root = join(__dirname, '..');
  const folder = join(root, 'lambda', 'report');
  const sources = [
    ...readdirSync(folder).map((name) => join(folder, name)),
    join(root, 'lib', 'contract.ts'),
  ];
  const bundled = statSync(REPORTER_ASSET, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (sources.every((source) => statSync(source).mtimeMs < bundled)) return;
  await succeed('npm', ['run', '--silent', 'bundle'], root);
}

function succeed(program: string, args: readonly string[], cwd?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    // Whatever it says goes to stderr: stdout is for the report.
    const child = spawn(program, args, { stdio: ['ignore', 2, 2], env, cwd });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ${args.join(' ')} ended with code ${code}`)),
    );
  });
}
