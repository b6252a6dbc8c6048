import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_COMPOSE, PrivateHost, type Host } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { must } from '../support/images';
import { runHostStep, runTask, runTasks } from '../support/run-task';
import { bystanders, engineState, TASK_WORLDS } from '../support/task-worlds';

/** The tools that a script lists as needed, by package. */
function packagesOf(script: string): { name: string; tools: string[] }[] {
  const text = readFileSync(join(__dirname, '../../../lib/host', script), 'utf8');
  return [...text.matchAll(/'([a-z-]+)((?: [a-z0-9]+)+)'(?= \\$|; do$| ')/gm)].map(
    ([, name = '', tools = '']) => ({ name, tools: tools.trim().split(' ') }),
  );
}
const PACKAGES = packagesOf('prelude.sh');
const HOST_PACKAGES = packagesOf('store.sh');

describeDocker('the tools that a host needs', () => {
  const FOLDER = '/run/tools';
  const worlds = Object.values(TASK_WORLDS);
  let host: PrivateHost;

  beforeAll(async () => {
    host = await PrivateHost.start({ hide: [...ALL_COMPOSE, 'bin/xargs'] });
    await bystanders(host);
  });
  afterAll(() => host.stop());

  /** The host, with only these tools on its PATH. */
  async function withOnly(tools: readonly string[]): Promise<Host> {
    await must(
      host,
      `rm -rf ${FOLDER} && mkdir ${FOLDER}
      for tool in sh docker ${tools.join(' ')}; do
        ln -s "$(command -v "$tool" || command -v busybox)" "${FOLDER}/$tool" || exit
      done`,
    );
    return { enter: (argv) => host.enter(argv), environment: { PATH: FOLDER } };
  }

  test('are reported with their package if they are missing, and nothing is removed', async () => {
    const task = worlds[0]!.task;
    const before = await engineState(host);
    const { result, exitCode } = await runTask(host, task);
    expect(exitCode).toBe(1);
    expect(result).toMatchObject({
      outcome: 'failed',
      reason: 'tool-missing',
      message: 'there is no xargs on this host: install findutils',
    });
    const all = PACKAGES.flatMap(({ tools }) => tools);
    expect(all).toEqual(
      expect.arrayContaining(['flock', 'awk', 'sed', 'grep', 'find', 'xargs', 'cat', 'wc']),
    );
    for (const { name, tools } of PACKAGES) {
      for (const missing of tools) {
        const { result } = await runTask(await withOnly(all.filter((tool) => tool !== missing)), task);
        expect(result).toMatchObject({
          reason: 'tool-missing',
          message: `there is no ${missing} on this host: install ${name}`,
        });
      }
    }
    // The step `host` needs more tools to unpack the scripts.
    expect(HOST_PACKAGES).toHaveLength(2);
    const more = HOST_PACKAGES.flatMap(({ tools }) => tools);
    for (const { name, tools } of HOST_PACKAGES) {
      for (const missing of tools) {
        const rest = [...all, ...more].filter((tool) => tool !== missing);
        const { result } = await runHostStep(await withOnly(rest), [task]);
        expect(result).toMatchObject({
          reason: 'tool-missing',
          message: `there is no ${missing} on this host: install ${name}`,
        });
      }
    }
    expect(await engineState(host)).toEqual(before);
  });

  test('are only those that the scripts check for', async () => {
    const nothing = await engineState(host);
    for (const { make } of worlds) await make(host);
    const only = await withOnly([...PACKAGES, ...HOST_PACKAGES].flatMap(({ tools }) => tools));
    const tasks = worlds.map(({ task }, n) =>
      Object.assign(Object.create(task) as typeof task, { name: `task-${n}` }),
    );
    for (const { result, log } of await runTasks(only, tasks)) {
      expect(log).not.toMatch(/not found|No such file/);
      expect(result.outcome).toBe('done');
    }
    expect(await engineState(host)).toEqual(nothing);
  });
});
