import { spawn } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { capture } from '../host/process';

const CACHE = join(__dirname, '..', '..', '.cache');

/** The folders that an installation uses. */
export interface Installation {
  /** @default '/' */
  readonly root?: string;
  /** For the log of apt-get and the list of the installed packages. @default - .cache of this checkout */
  readonly cache?: string;
}

/** The path of the file with the output of apt-get and dpkg. */
export const installLogPath = (cache = CACHE): string => join(cache, 'setup.log');
/** The path of the file that lists the installed packages, one per line, as arguments of `apt-get purge`. */
const installedListPath = (cache: string): string => join(cache, 'setup-packages');

/** The only package that an installation may remove: busybox-static replaces it. */
const REPLACEABLE = 'busybox';

const APT = [
  'apt-get',
  '-qq',
  // A fresh machine updates itself in its first minutes and holds the lock.
  ...['-o', 'DPkg::Lock::Timeout=300'],
];
const ENVIRONMENT = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' };

/**
 * Installs Debian packages, without recommended packages. It starts and enables no service.
 *
 * @param tell gets lines about what was installed, that it remains, and how you remove it
 */
export async function installPackages(
  packages: readonly string[],
  tell: (line: string) => void,
  { root = '/', cache = CACHE }: Installation = {},
): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const install = [...APT, 'install', '--no-install-recommends', ...packages];
  // A signal that ended this process here would leave the policy in place and packages half installed.
  let stopped: NodeJS.Signals | undefined;
  const wait = (signal: NodeJS.Signals): void => void (stopped = signal);
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, wait);
  try {
    await logged([...APT, 'update'], cache);
    const plan = await simulate(install);
    const removed = plan.removed.filter((name) => name !== REPLACEABLE);
    if (removed.length > 0) {
      throw new Error(
        `apt-get would remove ${removed.join(', ')}, so nothing is installed; ` +
          `install ${packages.join(' ')} yourself, or packages that bring the same`,
      );
    }
    const services = await installWithoutServices(root, () => logged([...install, '--yes'], cache));
    const list = installedListPath(cache);
    const known = existsSync(list) ? readFileSync(list, 'utf8').split('\n').filter(Boolean) : [];
    // The plus sign makes `apt-get purge` install the package again.
    const all = new Set([...known, ...plan.installed, ...plan.removed.map((name) => `${name}+`)]);
    writeFileSync(list, [...all, ''].join('\n'));
    tell(`installed ${plan.installed.length} packages; they remain installed until you remove them`);
    if (services.length > 0) tell(`not started and not enabled: ${services.join(', ')}`);
    tell(`the list of them is in ${list}; to remove them, run as root: apt-get purge $(cat ${list})`);
    if (stopped !== undefined) throw new Error(`stopped by ${stopped} after the installation`);
  } finally {
    for (const signal of signals) process.off(signal, wait);
  }
}

/** Returns which packages apt-get would install and remove. */
async function simulate(
  install: readonly string[],
): Promise<{ readonly installed: string[]; readonly removed: string[] }> {
  const { code, stdout, stderr } = await capture([...install, '--simulate'], {
    environment: { ...(process.env as Record<string, string>), ...ENVIRONMENT, LC_ALL: 'C' },
  });
  if (code !== 0) throw new Error(`apt-get cannot install it: ${stderr.trim() || stdout.trim()}`);
  const names = (line: RegExp): string[] => [...stdout.matchAll(line)].map(([, name = '']) => name);
  // A version in square brackets follows a package that is installed and would only be upgraded.
  return { installed: names(/^Inst (\S+) \(/gm), removed: names(/^Remv (\S+)/gm) };
}

/** Runs a program and appends its output to the log. */
function logged(argv: readonly string[], cache: string): Promise<void> {
  const path = installLogPath(cache);
  appendFileSync(path, `\n$ ${argv.join(' ')}\n`);
  const log = openSync(path, 'a');
  const [program = '', ...args] = argv;
  return new Promise<void>((resolve, reject) => {
    const failed = (how: string): void => reject(new Error(`${argv.join(' ')} ${how}; see ${path}`));
    // The program has its own process group, so Ctrl-C reaches only this process, which waits for the program.
    const child = spawn(program, args, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...ENVIRONMENT },
      detached: true,
    });
    child.once('error', ({ message }) => failed(message));
    child.once('exit', (code, signal) => (code === 0 ? resolve() : failed(`ended with ${signal ?? code}`)));
  }).finally(() => closeSync(log));
}

const POLICY =
  '#!/bin/sh\n# Of cdk-docker-housekeeping, while it installs packages: no service is started.\nexit 101\n';

/**
 * Runs an installation during which Debian starts no service. It then disables each service that the
 * installation enabled, and restores the machine's policy file. It does so after a failure too.
 *
 * @returns the systemd units that it disabled; it does not name the System V services
 */
async function installWithoutServices(root: string, install: () => Promise<void>): Promise<string[]> {
  // Debian asks this script before it starts a service.
  const policy = join(root, 'usr/sbin/policy-rc.d');
  const aside = `${policy}.aside`;
  if (existsSync(policy) && readFileSync(policy, 'utf8') !== POLICY) renameSync(policy, aside);
  const enabled = new Set(startedAtBoot(root));
  mkdirSync(dirname(policy), { recursive: true });
  writeFileSync(policy, POLICY, { mode: 0o755 });
  let disabled: string[];
  try {
    await install();
  } finally {
    rmSync(policy, { force: true });
    if (existsSync(aside)) renameSync(aside, policy);
    // apt-get may have enabled services before it failed.
    disabled = disable(startedAtBoot(root).filter((link) => !enabled.has(link)));
  }
  return disabled;
}

/** Lists the links from which systemd and System V init know what to start at boot. */
function startedAtBoot(root: string): string[] {
  const under = (folder: string, name: RegExp): string[] =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((entry) => name.test(entry))
          .map((entry) => join(folder, entry))
      : [];
  return [
    ...under(join(root, 'etc/systemd/system'), /\.(wants|requires)$/).flatMap((folder) => under(folder, /./)),
    ...under(join(root, 'etc'), /^rc[2-5]\.d$/).flatMap((folder) => under(folder, /^S/)),
  ];
}

/**
 * Disables services as `systemctl disable` and `update-rc.d disable` do. Not every machine has these commands.
 *
 * @returns the systemd units among them
 */
function disable(links: readonly string[]): string[] {
  const units = new Set<string>();
  for (const link of links) {
    const name = link.slice(link.lastIndexOf('/') + 1);
    if (/\/rc\d\.d\//.test(link)) {
      // Without any link, a later upgrade would enable the service again.
      renameSync(link, link.replace(/S(\d\d)(?=[^/]*$)/, 'K$1'));
    } else {
      unlinkSync(link);
      units.add(name);
    }
  }
  return [...units].sort();
}
