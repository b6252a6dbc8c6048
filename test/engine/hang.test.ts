import { Duration } from 'aws-cdk-lib';
import { ComposeDown } from '../../lib';
import type { Host, PrivateHost } from '../../local/private-host';
import { describeDocker } from '../support/docker';
import { inWorld } from './aftermath';
import { composeFile, STUBBORN, up } from './compose-world';
import { ENGINES, type EngineKind, startEngine } from './engines';
import { loadImage, must } from './images';
import { calls, holdBefore, interpose, leaveAlone, RUN_DIR } from './interpose';
import { drawn, type Phase, type Point, POINTS, pointsOf, SEED, tellSeed } from './lot';
import { runHostStep, runTask, type TaskRun } from './run-task';
import { difference } from './state';
import { bystanders, engineState, TASK_WORLDS } from './task-worlds';

/**
 * The Engine hangs (SIGSTOP) at a call that each task makes: once at one before it removes anything, once at one from
 * its first removal on, drawn by lot; and from the start. A container takes all of a task's time.
 *
 *   SEED=... npx jest test/engine/hang.test.ts          again what a run printed
 *   POINTS=Infinity npx jest test/engine/hang.test.ts   at each call: a minute for each of the longest task's
 */
const worlds = Object.entries(TASK_WORLDS);
const tasks = worlds.map(([, { task }]) => task);

/** What is done in three acts, so that what waits does so at the same time as all the others, and in quiet. */
interface Play {
  /** Up to the wait. */
  readonly prepare: () => Promise<void>;
  readonly wait: () => Promise<void>;
  readonly look: () => Promise<void>;
  /** Ends its host, whatever went wrong. */
  readonly stop: () => Promise<void>;
}

/** Task runs with a folder, and so a lock, each: on one host they can wait at the same time. */
async function apart(host: PrivateHost, name: string): Promise<{ runDir: string; place: Host }> {
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
async function holdAt(host: PrivateHost, name: string, { nth, call }: Point): Promise<Held> {
  const where = `${name} at call ${nth}, ${call}, SEED=${SEED}`;
  const { runDir, place } = await apart(host, name);
  const { reached, release } = await holdBefore(host, '*', nth, { runDir });
  const ended = runTask(place, TASK_WORLDS[name]!.task);
  const early = ended.then(({ log }) => Promise.reject(new Error(`it ended before; its log: ${log}`)));
  early.catch(() => undefined);
  await inWorld(where, () => Promise.race([reached, early]));
  return { name: where, runDir, release, ended };
}

/** The Engine of one kind hangs in one phase of every task; then, while it hangs, every task begins once more. */
function hangs(kind: EngineKind, phase: Phase): Play {
  let host: PrivateHost;
  let nothing: readonly string[];
  let before: readonly string[];
  let held: readonly Held[];
  const points = new Map<string, Point[]>();

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

/** A container takes all the time that the task has. */
function deadline(kind: EngineKind): Play {
  let host: PrivateHost;
  return {
    prepare: async () => {
      host = await startEngine(kind);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      await host.docker('volume', 'create', 'shared');
      await up(host, undefined, composeFile({ app: { command: [STUBBORN], stop_grace_period: '10m' } }));
    },
    wait: async () => {
      const down = new ComposeDown({ project: 'todobackend', timeout: Duration.minutes(1) });
      const { result, exitCode } = await runTask(host, down);
      expect(exitCode).toBe(1);
      expect(result).toMatchObject({ outcome: 'failed', reason: 'deadline', removed: { projects: 0 } });
      const app = (await host.docker('ps', '--format', '{{.Names}}', '--filter', 'name=app')).trim();
      expect(app).toMatch(/^todobackend.app.1$/);
      expect(result.left).toContain(`container ${app}`);
      await must(host, `flock -n ${RUN_DIR}/lock true`);
    },
    look: () => Promise.resolve(),
    stop: () => host.stop(),
  };
}

/** Each phase on one Engine, and with every other seed on the other. */
const [one, other] = [
  ENGINES['Engine 20.10, classic store, no Compose'],
  ENGINES['Engine 26.1, containerd store, Compose v2'],
].sort(() => (SEED % 2 === 0 ? 0 : -1)) as [EngineKind, EngineKind];

const PLAYS: Readonly<Record<string, Play>> = {
  'an Engine that hangs before the removal: every task ends in time, the next run finishes its work': hangs(
    one,
    'listing',
  ),
  'an Engine that hangs during the removal: likewise': hangs(other, 'removal'),
  'the deadline, on Engine 20.10: stops before the agent would kill it, and says what it left': deadline(
    ENGINES['Engine 20.10, classic store, Compose v1'],
  ),
  'the deadline, on Engine 26.1, where Compose stops the containers: likewise': deadline(
    ENGINES['Engine 26.1, classic store, Compose v2'],
  ),
};

/** Plays all, act by act; no act begins before all have ended the one before. @returns of each, what was wrong */
async function playAll(plays: Readonly<Record<string, Play>>): Promise<ReadonlyMap<string, unknown>> {
  const wrong = new Map<string, unknown>();
  for (const act of ['prepare', 'wait', 'look'] as const) {
    const playing = Object.entries(plays).filter(([name]) => !wrong.has(name));
    await Promise.all(
      playing.map(([name, play]) => play[act]().catch((error: unknown) => wrong.set(name, error))),
    );
  }
  await Promise.allSettled(Object.values(plays).map(async ({ stop }) => stop()));
  return wrong;
}

describeDocker('what takes too long', () => {
  let wrong: ReadonlyMap<string, unknown>;
  beforeAll(
    async () => {
      tellSeed('hang.test.ts');
      wrong = await playAll(PLAYS);
    },
    POINTS > 1 ? 7_200_000 : 400_000,
  );

  test.each(Object.keys(PLAYS))('%s', (name) => {
    if (wrong.has(name)) throw wrong.get(name);
  });
});
