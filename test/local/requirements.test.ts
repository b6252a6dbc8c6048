import { ENGINE_REQUIREMENTS, REQUIREMENTS, prepare, type Machine } from '../../local/requirements';

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
      install: ['docker.io', 'docker-compose', 'busybox-static', 'iproute2', 'util-linux'],
      complaints: [],
    });
    expect(prepare(machine({ distribution: 'ubuntu' }), REQUIREMENTS, true).install).toContain(
      'docker-compose-v2',
    );
    const hasCompose = machine({ has: ({ name }) => name !== 'a static busybox' });
    expect(prepare(hasCompose, REQUIREMENTS, true).install).toEqual(['busybox-static']);
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
