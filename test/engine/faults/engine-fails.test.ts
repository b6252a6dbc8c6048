import type { HousekeepingTask } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { expectNoHarm, inWorld } from './aftermath';
import { ENGINES, startEngine } from '../support/engines';
import { calls, type Hold, holdBefore, interpose, leaveAlone } from '../support/interpose';
import { drawn, type Point, POINTS, pointsOf, SEED, tellSeed } from './lot';
import { runTask, type TaskRun } from '../support/run-task';
import { bystanders, engineState, TASK_WORLDS, type TaskWorld } from '../support/task-worlds';

/**
 * The Engine is stopped or killed, or breaks off, at the calls that a task makes. Each task meets each fault
 * once before it removes anything and once from its first removal on, on one of two Engines, at calls drawn
 * by lot.
 *
 *   SEED=... npx jest test/engine/faults/engine-fails.test.ts          repeats a run that printed this seed
 *   POINTS=Infinity npx jest test/engine/faults/engine-fails.test.ts   each fault at each call, on both Engines: an hour or so
 */
const worlds = Object.entries(TASK_WORLDS);

/** Runs a task that meets a fault at a point. */
type Fault = (host: PrivateHost, task: HousekeepingTask, point: Point) => Promise<TaskRun>;

const FAULTS: Readonly<Record<string, Fault>> = {
  'SIGTERM to the Engine before': ends('TERM'),
  'half an answer to': halfAnswer,
  'SIGKILL to the Engine before': ends('KILL'),
  'an Engine that restarts before': restarts,
};

/** The Engine breaks off after the first line of its answer to a call. It answers the next call in full. */
async function halfAnswer(host: PrivateHost, task: HousekeepingTask, { nth }: Point): Promise<TaskRun> {
  const half = `"$real" "$@" | head -n 1; echo 'error during connect: EOF' >&2; exit 1`;
  await interpose(host, `[ "$count" -ne ${nth} ] || { ${half}; }`);
  const ended = await runTask(host, task);
  expect((await calls(host)).length).toBeGreaterThanOrEqual(nth); // otherwise the fault did not happen
  return ended;
}

/** The Engine ends before a call, for the rest of the task. */
function ends(signal: 'TERM' | 'KILL'): Fault {
  return async (host, task, { nth }) => {
    const { running, release } = await held(await holdBefore(host, '*', nth), runTask(host, task));
    await host.signalEngine(signal);
    await release();
    const ended = await running;
    await host.startEngine();
    return ended;
  };
}

/** The Engine ends before a call and runs again at the next one, as if a service manager had restarted it. */
async function restarts(host: PrivateHost, task: HousekeepingTask, { nth }: Point): Promise<TaskRun> {
  const later = 'until docker version; do sleep 0.1; done';
  const { running, release } = await held(await holdBefore(host, '*', nth, { later }), runTask(host, task));
  await host.signalEngine(nth % 2 === 0 ? 'TERM' : 'KILL');
  await release();
  await host.startEngine();
  return running;
}

/** Resolves once a running task is held. */
async function held(
  { reached, release }: Hold,
  running: Promise<TaskRun>,
): Promise<{ running: Promise<TaskRun>; release: Hold['release'] }> {
  const early = running.then(({ log }) => Promise.reject(new Error(`it ended before; its log: ${log}`)));
  await Promise.race([reached, early]);
  early.catch(() => undefined);
  return { running, release };
}

/** The faults that a task meets on one of the two Engines. */
function plan(
  name: string,
  points: readonly Point[],
  engine: 0 | 1,
): { what: string; run: Fault; point: Point }[] {
  const turn = worlds.findIndex(([other]) => other === name);
  return (['listing', 'removal'] as const).flatMap((phase, second) =>
    Object.entries(FAULTS).flatMap(([fault, run], first) =>
      drawn(points, phase, `${name} ${fault}`)
        .slice(0, (turn + first + second) % 2 === engine || POINTS === Infinity ? POINTS : 0)
        .map((point) => ({ what: `${fault} call ${point.nth}, ${point.call}, SEED=${SEED}`, run, point })),
    ),
  );
}

/** Runs a task with one fault after another. If one removed something, the next run finishes the work. */
async function endure(
  host: PrivateHost,
  { task, make }: TaskWorld,
  faults: ReturnType<typeof plan>,
): Promise<void> {
  const nothing = await engineState(host);
  const finish = async (): Promise<void> => {
    await leaveAlone(host);
    expect((await runTask(host, task)).result).toMatchObject({
      outcome: expect.stringMatching('done|nothing') as string,
    });
    expect(await engineState(host)).toEqual(nothing);
  };
  let intact = false;
  for (const { what, run, point } of faults) {
    await inWorld(what, async () => {
      if (!intact) await make(host);
      const scene = { bystanders: nothing, before: await engineState(host) };
      intact = !(await expectNoHarm(host, scene, await run(host, task, point)));
      if (!intact) await finish();
    });
  }
  if (intact) await finish();
}

/** Runs a task, and a second run in the middle of it. @returns the points of the task */
async function overtake(host: PrivateHost, { task, make, removal }: TaskWorld): Promise<Point[]> {
  const nothing = await engineState(host);
  await make(host);
  const { running, release } = await held(await holdBefore(host, removal, 1), runTask(host, task));
  const second = await runTask(host, task);
  expect(second).toMatchObject({ exitCode: 0, result: { outcome: 'skipped', reason: 'locked' } });
  await release();
  expect((await running).result.outcome).toBe('done');
  expect(await engineState(host)).toEqual(nothing);
  return pointsOf(await calls(host), removal);
}

describeDocker('in the middle of a task', () => {
  let old: PrivateHost;
  let next: PrivateHost;
  beforeAll(async () => {
    tellSeed('faults/engine-fails.test.ts');
    old = await startEngine(ENGINES['Engine 20.10, classic store, no Compose']);
    next = await startEngine(ENGINES['Engine 28.5, containerd store, Compose v2']);
    await Promise.all([bystanders(old), bystanders(next)]);
  });
  afterAll(() => Promise.all([old.stop(), next.stop()]));

  test.each(worlds)(
    '%s: after each fault no other object is lost, no lock is left, and the next run finishes the work',
    async (name, world) => {
      await Promise.all(
        [old, next].map(async (host, engine) =>
          endure(host, world, plan(name, await overtake(host, world), engine as 0 | 1)),
        ),
      );
    },
    POINTS > 1 ? 7_200_000 : 600_000,
  );
});
