import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { installPackages } from '../../../local/setup/install-packages';

let folder: string;
let root: string;
let cache: string;
const { PATH } = process.env;
const at = (...path: string[]): string => join(root, ...path);
const policy = (): string => at('usr/sbin/policy-rc.d');
const wants = (): string => at('etc/systemd/system/multi-user.target.wants');

/** An apt-get that notes its arguments and the policy, and enables what Debian's packages enable. */
function fakeApt(plan: string, install = ''): void {
  writeFileSync(
    join(folder, 'apt-get'),
    `#!/bin/sh
    echo "$@" >>'${folder}/calls'
    case " $* " in
      *' --simulate '*) printf '${plan}'; exit ;;
      *' update '*) echo updated; exit ;;
    esac
    env >'${folder}/environment'
    '${policy()}' docker start
    echo "policy $?"
    ln -s /lib/systemd/system/docker.service '${wants()}/docker.service'
    ln -s ../init.d/docker '${at('etc/rc2.d/S01docker')}'
    ${install}`,
  );
  chmodSync(join(folder, 'apt-get'), 0o755);
}

async function install(...packages: string[]): Promise<string[]> {
  const lines: string[] = [];
  await installPackages(packages, (line) => lines.push(line), { root, cache });
  return lines;
}

const log = (): string => readFileSync(join(cache, 'setup.log'), 'utf8');
const list = (): string => readFileSync(join(cache, 'setup-packages'), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-packages-'));
  root = join(folder, 'root');
  cache = join(folder, 'cache');
  mkdirSync(wants(), { recursive: true });
  mkdirSync(at('etc/rc2.d'));
  symlinkSync('/lib/systemd/system/cron.service', join(wants(), 'cron.service'));
  symlinkSync('../init.d/cron', at('etc/rc2.d/S01cron'));
  process.env.PATH = `${folder}:${PATH}`;
  fakeApt('Inst docker.io (20.10 Debian)\\nInst runc (1.1 Debian)\\nInst libc6 [2.36] (2.37 Debian)\\n');
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
});

test('installs without recommended packages and without a question', async () => {
  await install('docker.io', 'make');
  const [update, simulation, real] = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
  expect(update).toMatch(/ update$/);
  expect(simulation).toMatch(/ install --no-install-recommends docker\.io make --simulate$/);
  expect(real).toMatch(/ install --no-install-recommends docker\.io make --yes$/);
  expect(readFileSync(join(folder, 'environment'), 'utf8')).toContain('DEBIAN_FRONTEND=noninteractive');
});

test('says that the packages remain, where the list of them is, and how to remove them', async () => {
  expect(await install('docker.io')).toEqual([
    'installed 2 packages; they remain installed until you remove them',
    'not started and not enabled: docker.service',
    `the list of them is in ${cache}/setup-packages; to remove them, run as root: apt-get purge $(cat ${cache}/setup-packages)`,
  ]);
  expect(list()).toBe('docker.io\nrunc\n');
});

test('a second installation adds to the list', async () => {
  await install('docker.io');
  rmSync(at('etc/rc2.d/K01docker'));
  fakeApt('Inst make (4.3 Debian)\\n');
  await install('make');
  expect(list()).toBe('docker.io\nrunc\nmake\n');
});

test('what apt-get says is in the log, and nowhere else', async () => {
  await install('docker.io');
  expect(log()).toContain('\nupdated\n');
  expect(log()).toContain('\npolicy 101\n');
});

describe('services', () => {
  test('are not started, and the policy is removed afterwards', async () => {
    await install('docker.io');
    expect(log()).toContain('policy 101');
    expect(existsSync(policy())).toBe(false);
  });

  test('are not enabled, and those of the machine are as they were', async () => {
    await install('docker.io');
    expect(readdirSync(wants())).toEqual(['cron.service']);
    expect(readdirSync(at('etc/rc2.d'))).toEqual(['K01docker', 'S01cron']);
  });

  test("the machine's own policy is back afterwards", async () => {
    mkdirSync(at('usr/sbin'), { recursive: true });
    writeFileSync(policy(), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    await install('docker.io');
    expect(log()).toContain('policy 101');
    expect(readFileSync(policy(), 'utf8')).toBe('#!/bin/sh\nexit 0\n');
    expect(readdirSync(at('usr/sbin'))).toEqual(['policy-rc.d']);
  });

  test('the policy is removed after a failure, which names the log', async () => {
    fakeApt('', 'echo broken; exit 100');
    await expect(install('docker.io')).rejects.toThrow(`ended with 100; see ${cache}/setup.log`);
    expect(log()).toContain('broken');
    expect(existsSync(policy())).toBe(false);
  });

  test('are not enabled after a failure either', async () => {
    fakeApt('', 'exit 100');
    await expect(install('docker.io')).rejects.toThrow('ended with 100');
    expect(readdirSync(wants())).toEqual(['cron.service']);
    expect(readdirSync(at('etc/rc2.d'))).toEqual(['K01docker', 'S01cron']);
  });
});

test('nothing is installed where apt-get would remove a package of the machine', async () => {
  fakeApt('Remv containerd.io [1.7]\\nInst docker.io (20.10 Debian)\\n');
  await expect(install('docker.io')).rejects.toThrow('would remove containerd.io, so nothing is installed');
  expect(log()).not.toContain('policy');
});

test('busybox, which busybox-static replaces, comes back when the packages are removed', async () => {
  fakeApt('Remv busybox [1.35]\\nInst busybox-static (1.35 Debian)\\n');
  await install('busybox-static');
  expect(list()).toBe('busybox-static\nbusybox+\n');
});

test('a signal waits for the installation, and the machine is then as it should be', async () => {
  fakeApt('Inst docker.io (20.10 Debian)\\n', `touch '${folder}/busy'; sleep 1; echo complete`);
  const program = `require(${JSON.stringify(resolve(__dirname, '../../../local/setup/install-packages.ts'))})
    .installPackages(['docker.io'], () => undefined, ${JSON.stringify({ root, cache })})
    .catch(({ message }) => { console.log(message); process.exit(130); });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--eval', program], {
    cwd: resolve(__dirname, '../../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
    // Jest's process.env is a copy, which a child does not get by itself: without it the real apt-get would run.
    env: { ...process.env },
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const closed = once(child, 'close');
  const busy = async (): Promise<void> => {
    for (let tries = 0; tries < 500 && !existsSync(join(folder, 'busy')); tries++) await setTimeout(20);
  };
  await Promise.race([busy(), closed]);
  child.kill('SIGINT');
  expect(await closed).toEqual([130, null]);
  expect(said).toBe('stopped by SIGINT after the installation\n');
  expect(log()).toContain('complete');
  expect(existsSync(policy())).toBe(false);
});
