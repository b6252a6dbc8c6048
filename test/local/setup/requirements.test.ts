import { spawnSync } from 'node:child_process';
import {
  ENGINE_REQUIREMENTS,
  REQUIREMENTS,
  TEST_REQUIREMENTS,
  prepare,
  provide,
  type Machine,
} from '../../../local/setup/requirements';

const machine = (given: Partial<Machine>): Machine => ({
  platform: 'linux',
  root: true,
  distribution: 'debian',
  has: () => false,
  ...given,
});

describe('what is done before a run', () => {
  test('root on Debian and Ubuntu installs what is missing, by the names of its packages', () => {
    expect(prepare(machine({}), REQUIREMENTS, true)).toEqual({
      install: ['docker.io', 'docker-cli', 'docker-compose', 'busybox-static', 'iproute2', 'util-linux'],
      complaints: [],
    });
    expect(prepare(machine({ distribution: 'ubuntu' }), REQUIREMENTS, true).install).toContain(
      'docker-compose-v2',
    );
    const hasCompose = machine({ has: ({ name }) => name !== 'a static busybox' });
    expect(prepare(hasCompose, REQUIREMENTS, true).install).toEqual(['busybox-static']);
  });

  test('the client is asked for only beside an Engine that lacks it', () => {
    const cli = TEST_REQUIREMENTS.find(({ debian }) => debian === 'docker-cli')!;
    const holds = (commands: string): boolean =>
      spawnSync('sh', [
        '-c',
        `command() { case "${commands}" in *" $2 "*) ;; *) return 1 ;; esac; }\n${cli.check}`,
      ]).status === 0;
    expect(['', ' dockerd ', ' dockerd docker '].map(holds)).toEqual([true, false, true]);
  });

  test('nothing is installed where the user says no: each package is named', async () => {
    const asked: unknown[] = [];
    const no = (packages: readonly string[]): Promise<boolean> => {
      asked.push(packages);
      return Promise.resolve(false);
    };
    const lacking = machine({ has: ({ name }) => name !== 'shellcheck' });
    expect(await provide(TEST_REQUIREMENTS, true, no, lacking)).toEqual(['shellcheck is not installed']);
    expect(asked).toEqual([['shellcheck']]);
  });

  test('nothing, where nothing is missing', () => {
    expect(prepare(machine({ has: () => true, distribution: '' }), REQUIREMENTS, true)).toEqual({
      install: [],
      complaints: [],
    });
  });

  test('who is not root is told so, and in one line each what is missing and how to get it', () => {
    const { install, complaints } = prepare(machine({ root: false }), REQUIREMENTS, true);
    expect(install).toEqual([]);
    expect(complaints).toHaveLength(1 + REQUIREMENTS.length);
    expect(complaints[0]).toMatch(/needs root.*--engine HOST/);
    expect(complaints[1]).toBe('Docker Engine is missing: run apt-get install docker.io as root');
    expect(complaints.every((line) => !line.includes('\n'))).toBe(true);
  });

  test('on other distributions nothing is installed, but named', () => {
    const { install, complaints } = prepare(machine({ distribution: 'fedora' }), REQUIREMENTS, true);
    expect(install).toEqual([]);
    expect(complaints).toHaveLength(REQUIREMENTS.length);
    expect(complaints[0]).toContain('Docker Engine is missing: install it');
  });

  test("a user's own Engine needs neither root nor a daemon here", () => {
    const user = machine({ root: false, has: ({ name }) => name !== 'Docker Engine' });
    expect(prepare(user, ENGINE_REQUIREMENTS, false)).toEqual({ install: [], complaints: [] });
  });

  test('elsewhere than on Linux there is one reason', () => {
    const { complaints } = prepare(machine({ platform: 'darwin' }), REQUIREMENTS, true);
    expect(complaints).toEqual(['this is darwin: the scripts of Linux hosts run on Linux only']);
  });
});
