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

/** Where packages are installed, and where their list and the log are. */
export interface Installation {
  /** @default '/' */
  readonly root?: string;
  /** Holds the log of apt-get and the list of the installed packages. @default - .cache of this checkout */
  readonly cache?: string;
}

/** What apt-get and dpkg say. */
export const installLog = (cache = CACHE): string => join(cache, 'setup.log');
/** The packages that were installed, one a line, as `apt-get purge` takes them. */
const installedList = (cache: string): string => join(cache, 'setup-packages');

/** The only package that may be removed: busybox-static takes its place. */
const REPLACEABLE = 'busybox';

const APT = [
  'apt-get',
  '-qq',
  // A fresh machine updates itself in its first minutes and holds the lock.
  ...['-o', 'DPkg::Lock::Timeout=300'],
];
const ENVIRONMENT = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' };

/**
 * Installs Debian packages without recommended ones. No service is started or enabled.
 *
 * @param tell takes lines that say what was installed, that it remains, and how you remove it
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
    const services = await withoutServices(root, () => logged([...install, '--yes'], cache));
    const list = installedList(cache);
    const known = existsSync(list) ? readFileSync(list, 'utf8').split('\n').filter(Boolean) : [];
    // With the sign, apt-get purge puts the package back.
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

/** What apt-get would do. */
async function simulate(
  install: readonly string[],
): Promise<{ readonly installed: string[]; readonly removed: string[] }> {
  const { code, stdout, stderr } = await capture([...install, '--simulate'], {
    environment: { ...(process.env as Record<string, string>), ...ENVIRONMENT, LC_ALL: 'C' },
  });
  if (code !== 0) throw new Error(`apt-get cannot install it: ${stderr.trim() || stdout.trim()}`);
  const names = (line: RegExp): string[] => [...stdout.matchAll(line)].map(([, name = '']) => name);
  // A version in square brackets is an old one, of a package that is there already.
  return { installed: names(/^Inst (\S+) \(/gm), removed: names(/^Remv (\S+)/gm) };
}

function logged(argv: readonly string[], cache: string): Promise<void> {
  const path = installLog(cache);
  appendFileSync(path, `\n$ ${argv.join(' ')}\n`);
  const log = openSync(path, 'a');
  const [program = '', ...args] = argv;
  return new Promise<void>((resolve, reject) => {
    const failed = (how: string): void => reject(new Error(`${argv.join(' ')} ${how}; see ${path}`));
    // In a group of its own: Ctrl-C in a terminal reaches this process alone, which waits.
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
 * Runs an installation that starts and enables no service; the policy of the machine is in force again afterwards.
 *
 * @returns the services that are left disabled
 */
async function withoutServices(root: string, install: () => Promise<void>): Promise<string[]> {
  // Debian's own way to say that an installation starts no service.
  const policy = join(root, 'usr/sbin/policy-rc.d');
  const aside = `${policy}.aside`;
  if (existsSync(policy) && readFileSync(policy, 'utf8') !== POLICY) renameSync(policy, aside);
  const enabled = new Set(startedAtBoot(root));
  mkdirSync(dirname(policy), { recursive: true });
  writeFileSync(policy, POLICY, { mode: 0o755 });
  try {
    await install();
  } finally {
    rmSync(policy, { force: true });
    if (existsSync(aside)) renameSync(aside, policy);
  }
  return disable(startedAtBoot(root).filter((link) => !enabled.has(link)));
}

/** The links by which systemd and System V init start services. */
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

/** As `systemctl disable` and `update-rc.d disable` do it, which are not on every machine. */
function disable(links: readonly string[]): string[] {
  const units = new Set<string>();
  for (const link of links) {
    const name = link.slice(link.lastIndexOf('/') + 1);
    if (/\/rc\d\.d\//.test(link)) {
      // A later upgrade enables a service again that has no link at all.
      renameSync(link, link.replace(/S(\d\d)(?=[^/]*$)/, 'K$1'));
    } else {
      unlinkSync(link);
      units.add(name);
    }
  }
  return [...units].sort();
}
