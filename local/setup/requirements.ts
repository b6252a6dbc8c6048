import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { REPORTER_ASSET } from '../aws/invoke-reporter';
import { installPackages } from './install-packages';
import { capture } from '../host/process';

/** Something that a local run or the tests need. */
export interface Requirement {
  readonly name: string;
  /** Completes "needed for …". */
  readonly use: string;
  /** A shell command that succeeds if the machine has it. */
  readonly check: string;
  /** The package that contains it. A requirement without a package cannot be installed. */
  readonly debian?: string;
  /** The package in Debian 12, if it differs. */
  readonly debian12?: string;
  readonly ubuntu?: string;
  /** What you do if there is no package. */
  readonly remedy?: string;
  /** Whether only root can check it. @default false */
  readonly onlyRoot?: boolean;
}

const UTIL_LINUX: Requirement = {
  name: 'nsenter, unshare, setpriv and flock of util-linux',
  use: 'running host scripts as on a Docker host',
  check: 'command -v nsenter && command -v unshare && command -v setpriv && command -v flock',
  debian: 'util-linux',
  ubuntu: 'util-linux',
};

const CLI: Requirement = {
  name: 'the Docker CLI',
  use: 'the host scripts',
  check: 'command -v docker',
  debian: 'docker-cli',
  // In Debian 12, the Engine's package contains the CLI.
  debian12: 'docker.io',
  ubuntu: 'docker.io',
};

/** What the private Engine and the example need. */
export const REQUIREMENTS: readonly Requirement[] = [
  {
    name: 'Docker Engine',
    use: 'the private Engine',
    check: 'command -v dockerd',
    debian: 'docker.io',
    ubuntu: 'docker.io',
  },
  CLI,
  {
    name: 'Docker Compose',
    use: "the example's project",
    // `command -v` comes first, because it does not start docker-compose v1, which takes a second.
    check: 'command -v docker-compose || docker compose version',
    debian: 'docker-compose',
    ubuntu: 'docker-compose-v2',
  },
  {
    name: 'a static busybox',
    use: "the example's images",
    check: 'command -v busybox && ! ldd "$(command -v busybox)"',
    debian: 'busybox-static',
    ubuntu: 'busybox-static',
  },
  {
    name: 'ip of iproute2',
    use: "the private Engine's network",
    check: 'command -v ip',
    debian: 'iproute2',
    ubuntu: 'iproute2',
  },
  UTIL_LINUX,
  {
    name: 'the right to make namespaces and mounts',
    use: 'the private Engine',
    // Without unshare the check cannot know, so it succeeds. You install unshare first, and check again.
    check: "! command -v unshare || unshare --mount --net --pid --fork sh -c 'mount -t tmpfs tmpfs /mnt'",
    remedy: 'run it on a machine of its own or in a privileged container',
    onlyRoot: true,
  },
];

export const DASH: Requirement = {
  name: 'dash',
  use: 'running host scripts under several shells',
  check: 'command -v dash',
  debian: 'dash',
  ubuntu: 'dash',
};

export const SCRIPT: Requirement = {
  name: 'script of util-linux',
  use: 'tests that answer on a terminal',
  check: 'script --version',
  debian: 'bsdutils',
  ubuntu: 'bsdutils',
};

/** What tests on private Engines need. */
export const ENGINE_TEST_REQUIREMENTS: readonly Requirement[] = [
  ...REQUIREMENTS,
  {
    name: "Debian's packages",
    use: 'the other releases of the Engine, which tests unpack and do not install',
    check: '. /etc/os-release && [ "$ID" = debian ] && command -v apt-get',
    remedy: 'run it on Debian 12 or 13',
  },
  {
    name: 'python3',
    use: 'a volume plug-in of the tests',
    check: 'command -v python3',
    debian: 'python3',
    ubuntu: 'python3',
  },
  {
    name: 'chattr of e2fsprogs',
    use: 'a container that the Engine cannot remove',
    check: 'command -v chattr',
    debian: 'e2fsprogs',
    ubuntu: 'e2fsprogs',
  },
  {
    name: 'pgrep of procps',
    use: 'tests that count processes',
    check: 'command -v pgrep',
    debian: 'procps',
    ubuntu: 'procps',
  },
  DASH,
  {
    name: 'make',
    use: "the example's Makefile",
    check: 'command -v make',
    debian: 'make',
    ubuntu: 'make',
  },
];

export const SHELLCHECK: Requirement = {
  name: 'shellcheck',
  use: 'checking the shell scripts',
  check: 'command -v shellcheck',
  debian: 'shellcheck',
  ubuntu: 'shellcheck',
};

export const AWS_CLI: Requirement = {
  name: 'the AWS CLI',
  use: 'running the printed commands',
  check: 'aws --version',
  debian: 'awscli',
  remedy: 'install it as AWS documents',
};

export const CHROMIUM: Requirement = {
  name: 'Chromium',
  use: 'tests of the report page in a browser',
  check: 'command -v chromium',
  debian: 'chromium',
};

/** What the tests need. */
export const TEST_REQUIREMENTS: readonly Requirement[] = [
  ...ENGINE_TEST_REQUIREMENTS,
  SHELLCHECK,
  AWS_CLI,
  SCRIPT,
  CHROMIUM,
];

/** Neither Debian nor npm has moto or cfn-lint. Tests that need one are skipped without it, in CI too. */
export const MOTO: Requirement = {
  name: 'moto',
  use: "testing the reporter against another's CloudWatch Logs",
  check: 'moto_server --help',
  remedy: 'install it with pip install "moto[server]"',
};
export const CFN_LINT: Requirement = {
  name: 'cfn-lint',
  use: 'linting the template',
  check: 'cfn-lint --version',
  remedy: 'install it with pip install cfn-lint',
};

/** What a local run on your own Engine needs. */
export const ENGINE_REQUIREMENTS: readonly Requirement[] = [UTIL_LINUX, CLI];

/** The facts about the machine that decide what it lacks. */
export interface Machine {
  readonly platform: string;
  readonly root: boolean;
  /** `ID` of /etc/os-release, e.g. `debian`; empty without one. */
  readonly distribution: string;
  /** `VERSION_ID` of /etc/os-release, e.g. `12`; empty without one, as in Debian sid. */
  readonly version: string;
  readonly has: (requirement: Requirement) => boolean;
}

function osRelease(name: string): string {
  try {
    const value = new RegExp(`^${name}="?([\\w.-]+)`, 'm');
    return value.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}

export const THIS_MACHINE: Machine = {
  platform: process.platform,
  root: process.getuid?.() === 0,
  get distribution() {
    return osRelease('ID');
  },
  get version() {
    return osRelease('VERSION_ID');
  },
  has: ({ check }) => spawnSync('sh', ['-c', check], { stdio: 'ignore' }).status === 0,
};

/** A package to install, and what it is needed for. */
export interface MissingPackage {
  readonly name: string;
  readonly use: string;
}

/** What has to be done before a run: packages to install, and one line for each problem that you have to solve. */
export interface Preparation {
  readonly install: readonly MissingPackage[];
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
  const missing = requirements.filter((each) => (machine.root || !each.onlyRoot) && !machine.has(each));
  const installable = machine.root ? missing.filter((each) => packageOf(each, machine)) : [];
  const complaints = missing
    .filter((each) => !installable.includes(each))
    .map((each) => `${each.name} is missing: ${remedy(each, machine)}`);
  if (needsRoot && !machine.root) {
    complaints.unshift(
      'a private Docker Engine needs root: run it as root (npm run local -- --engine HOST needs none)',
    );
  }
  const uses = new Map<string, string[]>();
  for (const each of installable) {
    const name = packageOf(each, machine)!;
    uses.set(name, [...(uses.get(name) ?? []), each.use]);
  }
  return { install: [...uses].map(([name, all]) => ({ name, use: all.join(', ') })), complaints };
}

/** Returns the package that apt-get installs for a requirement; undefined if the distribution has none. */
function packageOf(requirement: Requirement, { distribution, version }: Machine): string | undefined {
  if (distribution === 'ubuntu') return requirement.ubuntu;
  if (distribution !== 'debian') return undefined;
  return (version === '12' ? requirement.debian12 : undefined) ?? requirement.debian;
}

function remedy(requirement: Requirement, machine: Machine): string {
  const name = packageOf(requirement, machine);
  if (name !== undefined) return `run apt-get install --no-install-recommends ${name} as root`;
  return requirement.remedy ?? `install it, in Debian it is the package ${requirement.debian}`;
}

const ROOT = join(__dirname, '..', '..');

/** How `provide` asks for and installs missing packages. */
export interface Provision {
  readonly needsRoot: boolean;
  /** Is called once, with the packages to install. If it returns false, nothing is installed. */
  readonly agree: (packages: readonly MissingPackage[]) => Promise<boolean>;
  /** Gets what you should know, line by line. */
  readonly tell: (line: string) => void;
  /** @default THIS_MACHINE */
  readonly machine?: Machine;
  /** @default installPackages */
  readonly install?: typeof installPackages;
}

/**
 * Installs what the machine lacks, as root on Debian and Ubuntu.
 *
 * @returns what is still missing, one line each
 */
export async function provide(
  requirements: readonly Requirement[],
  { needsRoot, agree, tell, machine = THIS_MACHINE, install = installPackages }: Provision,
): Promise<readonly string[]> {
  const { install: packages, complaints } = prepare(machine, requirements, needsRoot);
  if (packages.length === 0) return complaints;
  if (!(await agree(packages))) {
    return [...complaints, ...packages.map(({ name, use }) => `${name} is not installed: needed for ${use}`)];
  }
  await install(
    packages.map(({ name }) => name),
    tell,
  );
  // You must look into packages that apt-get installed and the check still does not find.
  const rest = prepare(machine, requirements, needsRoot);
  return [
    ...rest.complaints,
    ...rest.install.map(({ name }) => `${name} was installed and is still not found`),
  ];
}

/** Bundles the reporter if its bundle is missing, or older than a file that it may contain. */
export async function bundleReporter(): Promise<void> {
  const sources = ['lambda', 'lib'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(ROOT, folder, name)),
  );
  const bundled = statSync(REPORTER_ASSET, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  // A newer lock file means that bundled packages may have changed.
  const all = [...sources, join(ROOT, 'package-lock.json')];
  if (all.every((source) => statSync(source).mtimeMs < bundled)) return;
  const { code, stdout, stderr } = await capture(['npm', 'run', '--silent', 'bundle'], { cwd: ROOT });
  if (code !== 0) throw new Error(`npm run bundle ended with code ${code}: ${stdout}${stderr}`);
}
