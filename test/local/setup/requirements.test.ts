import { spawnSync } from 'node:child_process';
import {
  ENGINE_REQUIREMENTS,
  REQUIREMENTS,
  TEST_REQUIREMENTS,
  prepare,
  provide,
  type Machine,
  type MissingPackage,
  type Requirement,
} from '../../../local/setup/requirements';

/** Debian 13 with nothing but what no package brings. */
const machine = (given: Partial<Machine>): Machine => ({
  platform: 'linux',
  root: true,
  distribution: 'debian',
  version: '13',
  has: ({ debian }) => debian === undefined,
  ...given,
});
const lacking = (...names: string[]): Partial<Machine> => ({ has: ({ name }) => !names.includes(name) });
const names = (packages: readonly MissingPackage[]): string[] => packages.map(({ name }) => name);

describe('what is done before a run', () => {
  test('root on Debian and Ubuntu installs what is missing, by the names of its packages', () => {
    const common = ['docker-compose', 'busybox-static', 'iproute2', 'util-linux'];
    const on = (given: Partial<Machine>): string[] =>
      names(prepare(machine(given), REQUIREMENTS, true).install);
    expect(on({})).toEqual(['docker.io', 'docker-cli', ...common]);
    expect(on({ version: '' })).toEqual(['docker.io', 'docker-cli', ...common]);
    expect(on({ version: '12' })).toEqual(['docker.io', ...common]);
    expect(on({ distribution: 'ubuntu', version: '24.04' })).toEqual([
      'docker.io',
      'docker-compose-v2',
      ...common.slice(1),
    ]);
    expect(on(lacking('a static busybox'))).toEqual(['busybox-static']);
  });

  test('each package comes with what it is needed for', () => {
    const { install } = prepare(machine({ version: '12' }), TEST_REQUIREMENTS, true);
    expect(install[0]).toEqual({ name: 'docker.io', use: 'the private Engine, the host scripts' });
    expect(install.every(({ use }) => use !== '')).toBe(true);
    expect(new Set(names(install)).size).toBe(install.length);
  });

  test('the tests need all that the local run needs', () => {
    expect(TEST_REQUIREMENTS).toEqual(expect.arrayContaining([...REQUIREMENTS]));
    expect(REQUIREMENTS).toEqual(expect.arrayContaining([...ENGINE_REQUIREMENTS]));
  });

  test('each requirement has a package or says what to do', () => {
    for (const { name, debian, remedy } of TEST_REQUIREMENTS) {
      expect({ name, solved: (debian ?? remedy) !== undefined }).toEqual({ name, solved: true });
    }
  });

  test('each check is a command that sh can read', () => {
    for (const { name, check } of TEST_REQUIREMENTS) {
      expect({ name, stderr: spawnSync('sh', ['-n', '-c', check]).stderr.toString() }).toEqual({
        name,
        stderr: '',
      });
    }
  });

  test('does nothing if nothing is missing', () => {
    expect(prepare(machine({ has: () => true, distribution: '' }), REQUIREMENTS, true)).toEqual({
      install: [],
      complaints: [],
    });
  });

  test('what no package brings comes in one line, beside what is installed', () => {
    const bare = machine({ has: () => false });
    const { install, complaints } = prepare(bare, REQUIREMENTS, true);
    expect(install).not.toEqual([]);
    expect(complaints).toEqual([
      'the right to make namespaces and mounts is missing: ' +
        'run it on a machine of its own or in a privileged container',
    ]);
  });

  test('a user who is not root gets one line for each thing that is missing, with how to get it', () => {
    const { install, complaints } = prepare(machine({ root: false, has: () => false }), REQUIREMENTS, true);
    expect(install).toEqual([]);
    expect(complaints).toHaveLength(1 + REQUIREMENTS.filter(({ debian }) => debian).length);
    expect(complaints[0]).toMatch(/needs root.*--engine HOST/);
    expect(complaints[1]).toBe(
      'Docker Engine is missing: run apt-get install --no-install-recommends docker.io as root',
    );
    expect(complaints.every((line) => !line.includes('\n'))).toBe(true);
  });

  test('on other distributions it installs nothing, but names what is missing', () => {
    const { install, complaints } = prepare(machine({ distribution: 'fedora' }), REQUIREMENTS, true);
    expect(install).toEqual([]);
    expect(complaints).toHaveLength(REQUIREMENTS.filter(({ debian }) => debian).length);
    expect(complaints[0]).toContain('Docker Engine is missing: install it');
  });

  test("a user's own Engine needs neither root nor a daemon here", () => {
    const user = machine({ root: false, ...lacking('Docker Engine') });
    expect(prepare(user, ENGINE_REQUIREMENTS, false)).toEqual({ install: [], complaints: [] });
  });

  test('on other systems than Linux there is one message', () => {
    const { complaints } = prepare(machine({ platform: 'darwin' }), REQUIREMENTS, true);
    expect(complaints).toEqual(['this is darwin: the scripts of Linux hosts run on Linux only']);
  });
});

describe('providing', () => {
  /** A machine on which an installation brings a requirement, unless it is a dud. */
  function installing(missing: readonly string[], duds: readonly string[] = []): Trial {
    const trial: Trial = { asked: [], installed: [], lines: [], lacking: [] };
    const has = ({ name, debian }: Requirement): boolean =>
      !missing.includes(name) || (trial.installed.includes(debian ?? '') && !duds.includes(name));
    trial.run = async (answer) => {
      trial.lacking = await provide(TEST_REQUIREMENTS, {
        needsRoot: true,
        agree: (packages) => (trial.asked.push(names(packages)), Promise.resolve(answer)),
        tell: (line) => void trial.lines.push(line),
        machine: machine({ has }),
        install: (packages) => (trial.installed.push(...packages), Promise.resolve()),
      });
    };
    return trial;
  }
  interface Trial {
    readonly asked: string[][];
    readonly installed: string[];
    readonly lines: string[];
    lacking: readonly string[];
    run?: (answer: boolean) => Promise<void>;
  }

  test('asks once, for all packages, and installs them', async () => {
    const trial = installing(['shellcheck', 'make']);
    await trial.run?.(true);
    expect(trial).toMatchObject({
      asked: [['make', 'shellcheck']],
      installed: ['make', 'shellcheck'],
      lacking: [],
    });
  });

  test('asks nothing where nothing is missing', async () => {
    const trial = installing([]);
    await trial.run?.(true);
    expect(trial).toMatchObject({ asked: [], installed: [], lacking: [] });
  });

  test('installs nothing after a no, and names each package with its use', async () => {
    const trial = installing(['shellcheck']);
    await trial.run?.(false);
    expect(trial).toMatchObject({
      installed: [],
      lacking: ['shellcheck is not installed: needed for checking the shell scripts'],
    });
  });

  test('names what is still missing after the installation', async () => {
    const trial = installing(['shellcheck', 'make'], ['make']);
    await trial.run?.(true);
    expect(trial.lacking).toEqual(['make was installed and is still not found']);
  });
});
