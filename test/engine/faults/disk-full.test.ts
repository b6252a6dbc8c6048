import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { inWorld } from './aftermath';
import { ENGINES, startEngine } from '../support/engines';
import { must } from '../support/images';
import { runTasks } from '../support/run-task';
import { bystanders, engineState, TASK_WORLDS } from '../support/task-worlds';

/** Free space in /run, in KiB: for nothing, for some of the scripts, for all and some of the lists. */
const ROOM = [0, 8, 24, 44, 52, 60, 72];

describeDocker('a full disk', () => {
  let host: PrivateHost;
  let nothing: readonly string[];
  const worlds = Object.values(TASK_WORLDS);
  const tasks = worlds.map(({ task }, n) =>
    Object.assign(Object.create(task) as typeof task, { name: `task-${n}` }),
  );

  beforeAll(async () => {
    host = await startEngine(ENGINES['Engine 20.10, classic store, no Compose']);
    await bystanders(host);
    nothing = await engineState(host);
    for (const { make } of worlds) await make(host);
  });
  afterAll(() => host.stop());

  /** Runs every task. Each must report a result, and none may remove an object outside its scope. */
  async function runAll(): Promise<string[]> {
    const before = await engineState(host);
    const runs = await runTasks(host, tasks);
    const after = await engineState(host);
    expect(after.filter((line) => !before.includes(line))).toEqual([]);
    expect(nothing.filter((line) => !after.includes(line))).toEqual([]);
    for (const { result, exitCode } of runs) expect(exitCode).toBe(result.outcome === 'failed' ? 1 : 0);
    return runs.slice(1).map(({ result }) => result.reason ?? result.outcome);
  }

  test('at /run is reported by each task, and no other object is lost', async () => {
    const told = new Set<string>();
    for (const room of ROOM) {
      const folder = '/run/docker-housekeeping';
      // One page more, because the file `ballast` takes one.
      await must(
        host,
        `mkdir -p ${folder} && mount -t tmpfs -o size=${room + 4}k tmpfs ${folder} && echo >${folder}/ballast`,
      );
      await inWorld(`${room} KiB`, async () => {
        for (const outcome of await runAll()) told.add(outcome);
      });
      await must(host, `umount ${folder}`);
    }
    expect([...told]).toEqual(expect.arrayContaining(['script-missing', 'no-space']));
    for (const outcome of told)
      expect(outcome).toMatch(/^(script-missing|no-space|lock-unavailable|done|nothing)$/);
  });

  test('with the Engine’s data does not stop the tasks from freeing space', async () => {
    for (const { make } of worlds) await make(host).catch(() => undefined); // some of it may be left
    await must(
      host,
      'mount -o remount,size=1g /run/engine && ! dd if=/dev/zero of=/run/engine/ballast bs=64k',
    );
    try {
      expect(new Set(await runAll())).toEqual(new Set(['done']));
    } finally {
      await must(host, 'rm /run/engine/ballast');
    }
    expect(await engineState(host)).toEqual(nothing);
  });
});
