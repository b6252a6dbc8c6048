import type { TaskKind } from '../../../lib/tasks';
import type { Host, PrivateHost } from '../../../local/host/private-host';
import { inWorld } from './aftermath';
import { type EngineKind, startEngine } from '../support/engines';
import { must } from '../support/images';
import { calls, holdBefore, interpose, leaveAlone, RUN_DIR } from '../support/interpose';
import { drawn, type Phase, type Point, POINTS, pointsOf, SEED } from './lot';
import type { Play } from './play';
import { runHostStep, runTask, type TaskRun } from '../support/run-task';
import { difference } from '../support/state';
import { bystanders, engineState, TASK_WORLDS, type TaskWorld } from '../support/task-worlds';

const worlds = Object.entries(TASK_WORLDS) as [TaskKind, TaskWorld][];
const tasks = worlds.map(([, { task }]) => task);

/** Task runs with a folder, and so a lock, each: on one host they can wait at the same time. */
export async function apart(host: PrivateHost, name: string): Promise<{ runDir: string; place: Host }> {
  const runDir = `${RUN_DIR}/${name}`;
  await must(host, `mkdir -p ${runDir} && ln -sfn ${RUN_DIR}/scripts ${runDir}/scripts`);
  const environment = { ...host.environment, HOUSEKEEPING_RUN_DIR: runDir };
  return { runDir, place: { environment, enter: (argv) => host.enter(argv) } };
}

/** A task at the point at which the Engine hangs. */
interface Held {
  readonly name: string;
  readonly runDir: string;
  readonly release: () => Promise<void>;
  readonly ended: Promise<TaskRun>;
}

/** Runs a task up to a point. */
async function holdAt(host: PrivateHost, name: TaskKind, { nth, call }: Point): Promise<Held> {
  const where = `${name} at call ${nth}, ${call}, SEED=${SEED}`;
  const { runDir, place } = await apart(host, name);
  const { reached, release } = await holdBefore(host, '*', nth, { runDir });
  const ended = runTask(place, TASK_WORLDS[name].task);
  const early = ended.then(({ log }) => Promise.reject(new Error(`it ended before; its log: ${log}`)));
  early.catch(() => undefined);
  await inWorld(where, () => Promise.race([reached, early]));
  return { name: where, runDir, release, ended };
}

/** The Engine of one kind hangs in one phase of every task; then, while it hangs, every task begins once more. */
export function hangs(kind: EngineKind, phase: Phase): Play {
  let host: PrivateHost;
  let nothing: readonly string[];
  let before: readonly string[];
  let held: readonly Held[];
  const points = new Map<TaskKind, Point[]>();

  const record = async (): Promise<void> => {
    for (const [name, { task, make, removal }] of worlds) {
      await make(host);
      await interpose(host, ':');
      expect((await runTask(host, task)).result.outcome).toBe('done');
      points.set(name, drawn(pointsOf(await calls(host), removal), phase, name));
    }
    await leaveAlone(host);
    expect(await engineState(host)).toEqual(nothing);
  };
  const hang = async (round: number): Promise<void> => {
    for (const [, { make }] of worlds) await make(host);
    before = await engineState(host);
    const drawnNow = [...points].flatMap(([name, all]) => (all[round] ? [{ name, point: all[round] }] : []));
    held = await Promise.all(drawnNow.map(({ name, point }) => holdAt(host, name, point)));
    await host.signalEngine('STOP');
    await Promise.all(held.map(({ release }) => release()));
  };
  const giveUp = async (): Promise<void> => {
    for (const { name, runDir, ended } of held) {
      await inWorld(name, async () => {
        const reason = expect.stringMatching('^(deadline|docker-hung)$') as string;
        expect(await ended).toMatchObject({ exitCode: 1, result: { outcome: 'failed', reason } });
        await must(host, `flock -n ${runDir}/lock true`);
      });
    }
  };
  const giveUpAtOnce = async (): Promise<void> => {
    const hung = { exitCode: 1, result: { outcome: 'failed', reason: 'docker-hung' } };
    const steps = worlds.map(([name, { task }]) =>
      inWorld(`${name}, from the start`, async () => {
        const { runDir, place } = await apart(host, `${name}-from-the-start`);
        expect(await runTask(place, task)).toMatchObject(hung);
        await must(host, `flock -n ${runDir}/lock true`);
      }),
    );
    await Promise.all([...steps, runHostStep(host, tasks).then((run) => expect(run).toMatchObject(hung))]);
  };
  const recover = async (): Promise<void> => {
    await host.signalEngine('CONT');
    // What it was asked for before it hung the Engine may do now; more than that is not to go.
    const { gone, come } = difference(before, await engineState(host));
    expect({ lost: gone.filter((line) => nothing.includes(line)), come }).toEqual({ lost: [], come: [] });
    for (const [name, { task }] of worlds) {
      await inWorld(`${name}, after SEED=${SEED}`, async () => {
        expect((await runTask(host, task)).result.outcome).toMatch(/^(done|nothing)$/);
      });
    }
    expect(await engineState(host)).toEqual(nothing);
  };
  return {
    prepare: async () => {
      host = await startEngine(kind);
      await bystanders(host);
      nothing = await engineState(host);
      await runHostStep(host, tasks);
      await record();
      await hang(0);
    },
    wait: async () => void (await Promise.all([giveUp(), giveUpAtOnce()])),
    look: async () => {
      await recover();
      const rounds = Math.min(POINTS, Math.max(...[...points.values()].map(({ length }) => length)));
      for (let round = 1; round < rounds; round++) {
        await hang(round);
        await giveUp();
        await recover();
      }
    },
    stop: () => host.stop(),
  };
}
