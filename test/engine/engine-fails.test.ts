import type { HousekeepingTask } from '../../lib';
import { ALL_COMPOSE, PrivateHost } from '../../local/private-host';
import { describeDocker } from '../support/docker';
import { expectNoHarm, inWorld } from './aftermath';
import { calls, type Hold, holdBefore, interpose, leaveAlone } from './interpose';
import { runTask, type TaskRun } from './run-task';
import { bystanders, engineState, TASK_WORLDS, type TaskWorld } from './task-worlds';

const worlds = Object.entries(TASK_WORLDS);

/** At how many of its calls, spread over them, a task gets half an answer; Infinity is at all of them. */
const POINTS = Number(process.env.POINTS ?? 2);

/** A task with a fault in it. */
interface Fault {
  readonly what: string;
  readonly run: (host: PrivateHost, task: HousekeepingTask) => Promise<TaskRun>;
}

/** Of a task's nth call the Engine answers a line, then it breaks off; for the next it is well again. */
function halfAnswer(call: string, nth: number): Fault {
  const half = `"$real" "$@" | head -n 1; echo 'error during connect: EOF' >&2; exit 1`;
  return {
    what: `half an answer to call ${nth}, ${call}`,
    run: async (host, task) => {
      await interpose(host, `[ "$count" -ne ${nth} ] || { ${half}; }`);
      return runTask(host, task);
    },
  };
}

/** The Engine ends before the nth removing call, for the rest of the task. */
function ends(signal: 'TERM' | 'KILL', removal: string, nth: number): Fault {
  return {
    what: `SIG${signal} to the Engine before removal ${nth}`,
    run: async (host, task) => {
      const { running, release } = await held(await holdBefore(host, removal, nth), runTask(host, task));
      await host.signalEngine(signal);
      await release();
      const ended = await running;
      await host.startEngine();
      return ended;
    },
  };
}

/** The Engine ends before the first removing call and is there again for the next one, as a service manager sees to it. */
function restarts(signal: 'TERM' | 'KILL', removal: string): Fault {
  return {
    what: `SIG${signal} to the Engine before the first removal, and a start right after`,
    run: async (host, task) => {
      const later = 'until docker version; do sleep 0.1; done';
      const hold = await holdBefore(host, removal, 1, { later });
      const { running, release } = await held(hold, runTask(host, task));
      await host.signalEngine(signal);
      await release();
      await host.startEngine();
      return running;
    },
  };
}

/** Resolves once a task that runs is held. */
async function held(
  { reached, release }: Hold,
  running: Promise<TaskRun>,
): Promise<{ running: Promise<TaskRun>; release: Hold['release'] }> {
  const early = running.then(({ log }) => Promise.reject(new Error(`it ended before; its log: ${log}`)));
  await Promise.race([reached, early]);
  early.catch(() => undefined);
  return { running, release };
}

/** Runs a task with one fault after the other; after each that cost something the next run finishes the work. */
async function endure(host: PrivateHost, { task, make }: TaskWorld, faults: readonly Fault[]): Promise<void> {
  const nothing = await engineState(host);
  const finish = async (): Promise<void> => {
    await leaveAlone(host);
    expect((await runTask(host, task)).result).toMatchObject({
      outcome: expect.stringMatching('done|nothing') as string,
    });
    expect(await engineState(host)).toEqual(nothing);
  };
  let intact = false;
  for (const { what, run } of faults) {
    await inWorld(what, async () => {
      if (!intact) await make(host);
      const scene = { bystanders: nothing, before: await engineState(host) };
      intact = !(await expectNoHarm(host, scene, await run(host, task)));
      if (!intact) await finish();
    });
  }
  if (intact) await finish();
}

/** Runs a task with another run in its middle. @returns the calls that it made */
async function overtake(host: PrivateHost, { task, make, removal }: TaskWorld): Promise<string[]> {
  const nothing = await engineState(host);
  await make(host);
  const { running, release } = await held(await holdBefore(host, removal, 1), runTask(host, task));
  const second = await runTask(host, task);
  expect(second).toMatchObject({ exitCode: 0, result: { outcome: 'skipped', reason: 'locked' } });
  await release();
  expect((await running).result.outcome).toBe('done');
  expect(await engineState(host)).toEqual(nothing);
  return calls(host);
}

describeDocker('in the middle of a task', () => {
  let old: PrivateHost;
  let next: PrivateHost;
  beforeAll(async () => {
    old = await PrivateHost.start({ hide: ALL_COMPOSE });
    next = await PrivateHost.start({ toolchain: 'next', imageStore: 'containerd', hide: ALL_COMPOSE });
    await Promise.all([bystanders(old), bystanders(next)]);
  });
  afterAll(() => Promise.all([old.stop(), next.stop()]));

  test.each(worlds)(
    '%s: whatever fails, nothing else is lost, no lock is left, and the next run finishes the work',
    async (name, world) => {
      const turn = worlds.findIndex(([other]) => other === name);
      const [one, other] = turn % 2 === 0 ? (['KILL', 'TERM'] as const) : (['TERM', 'KILL'] as const);
      await Promise.all([
        overtake(old, world).then((made) => {
          const points = made.map((call, n) => ({
            fault: halfAnswer(call, n + 1),
            lot: (turn * 0.618034 + n * 0.754878) % 1,
            n,
          }));
          const drawn = points
            .sort((a, b) => a.lot - b.lot)
            .slice(0, POINTS)
            .sort((a, b) => a.n - b.n);
          return endure(
            old,
            world,
            drawn.map(({ fault }) => fault),
          );
        }),
        endure(next, world, [
          ends(one, world.removal, 1),
          restarts(other, world.removal),
          ...(world.removals > 1 ? [ends(one, world.removal, 2)] : []),
        ]),
      ]);
    },
    600_000,
  );
});
