import { Duration } from 'aws-cdk-lib';
import { ComposeDown } from '../../lib';
import { ALL_COMPOSE, type Host, PrivateHost, type PrivateHostOptions } from '../../local/private-host';
import { describeDocker } from '../support/docker';
import { inWorld } from './aftermath';
import { composeFile, STUBBORN, up } from './compose-world';
import { loadImage, must } from './images';
import { holdBefore, RUN_DIR } from './interpose';
import { runTask, runTasks, type TaskRun } from './run-task';
import { difference } from './state';
import { bystanders, engineState, TASK_WORLDS, type TaskWorld } from './task-worlds';

const worlds = Object.entries(TASK_WORLDS);

/** The same host with a folder, and so a lock, of its own for each task: what waits can wait at the same time. */
function apart(host: PrivateHost, name: string): { runDir: string; place: Host } {
  const runDir = `${RUN_DIR}/${name}`;
  const environment = { ...host.environment, HOUSEKEEPING_RUN_DIR: runDir };
  return { runDir, place: { environment, enter: (argv) => host.enter(argv) } };
}

/** The Engine does not answer from the beginning on. */
async function hungFromTheStart(): Promise<void> {
  const host = await PrivateHost.start({ hide: ALL_COMPOSE });
  try {
    await host.signalEngine('STOP');
    await Promise.all(
      worlds.map(([name, { task }]) =>
        inWorld(name, async () => {
          const steps = await runTasks(apart(host, name).place, [task]);
          const hung = { exitCode: 1, result: { outcome: 'failed', reason: 'docker-hung' } };
          expect(steps).toMatchObject([hung, hung]);
        }),
      ),
    );
  } finally {
    await host.stop();
  }
}

/** The Engine hangs when all of these tasks are right before their nth removing call. */
async function hungBeforeRemoval(nth: number, some: readonly [string, TaskWorld][]): Promise<void> {
  const host = await PrivateHost.start({ hide: ALL_COMPOSE });
  try {
    await bystanders(host);
    const nothing = await engineState(host);
    for (const [, { make }] of some) await make(host);
    const before = await engineState(host);

    const runs = some.map(async ([name, { task, removal }]) => {
      const { runDir, place } = apart(host, name);
      const hold = await holdBefore(host, removal, nth, { runDir });
      const running = runTasks(place, [task]).then((steps) => steps.at(-1)!);
      const early = running.then(({ log }) => Promise.reject(new Error(`it ended before; its log: ${log}`)));
      await inWorld(name, () => Promise.race([hold.reached, early]));
      return { name, runDir, running: early.catch(() => running), hold };
    });
    const held = await Promise.all(runs);
    await host.signalEngine('STOP');
    await Promise.all(held.map(({ hold }) => hold.release()));
    const ended: [string, string, TaskRun][] = await Promise.all(
      held.map(async ({ name, runDir, running }) => [name, runDir, await running]),
    );
    await host.signalEngine('CONT');
    for (const [name, runDir, run] of ended) {
      await inWorld(name, async () => {
        expect(run).toMatchObject({ exitCode: 1, result: { outcome: 'failed', reason: 'deadline' } });
        await must(host, `flock -n ${runDir}/lock true`);
      });
    }
    // What it was asked for before it hung the Engine may do now; more than that is not to go.
    const { gone, come } = difference(before, await engineState(host));
    expect({ lost: gone.filter((line) => nothing.includes(line)), come }).toEqual({ lost: [], come: [] });
    for (const [name, { task }] of some) {
      await inWorld(name, async () => {
        expect((await runTask(host, task)).result.outcome).toMatch(/^(done|nothing)$/);
      });
    }
    expect(await engineState(host)).toEqual(nothing);
  } finally {
    await host.stop();
  }
}

/** A container takes all the time that the task has. */
async function deadline(options: PrivateHostOptions): Promise<void> {
  const host = await PrivateHost.start(options);
  try {
    await loadImage(host, { tags: ['service:latest'], busybox: true });
    await host.docker('volume', 'create', 'shared');
    await up(host, undefined, composeFile({ app: { command: [STUBBORN], stop_grace_period: '10m' } }));
    const down = new ComposeDown({ project: 'todobackend', timeout: Duration.minutes(1) });
    const { result, exitCode } = await runTask(host, down);
    expect(exitCode).toBe(1);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'deadline', removed: { projects: 0 } });
    const app = (await host.docker('ps', '--format', '{{.Names}}', '--filter', 'name=app')).trim();
    expect(app).toMatch(/^todobackend.app.1$/);
    expect(result.left).toContain(`container ${app}`);
    await must(host, `flock -n ${RUN_DIR}/lock true`);
  } finally {
    await host.stop();
  }
}

type Waits = Readonly<Record<string, () => Promise<void>>>;

/** Those that hardly do anything but wait: all at once. */
const IDLE: Waits = {
  'an Engine that hangs from the start: every step gives up, and says so': hungFromTheStart,
  'the deadline, on Engine 20.10: stops before the agent would kill it, and says what it left': () =>
    deadline({}),
  'the deadline, on Engine 26.1, where Compose stops the containers: likewise': () =>
    deadline({ toolchain: 'next', hide: ['bin/docker-compose'] }),
};

/** Those that work before they wait: after the others, whose last look at what is left has only seconds. */
const BUSY: Waits = {
  'an Engine that hangs before the removal: every task ends in time, the next run finishes its work': () =>
    hungBeforeRemoval(1, worlds),
  'an Engine that hangs in the middle of the removal: likewise': () =>
    hungBeforeRemoval(
      2,
      worlds.filter(([, { removals }]) => removals > 1),
    ),
};

describeDocker('what takes too long', () => {
  const waits = new Map<string, Promise<void>>();
  const start = (some: Waits): void => {
    for (const [name, wait] of Object.entries(some)) {
      const waiting = wait();
      waiting.catch(() => undefined); // its own test tells of it
      waits.set(name, waiting);
    }
  };
  describe.each([IDLE, BUSY])('', (some) => {
    beforeAll(() => start(some));
    afterAll(() => Promise.allSettled(waits.values()));
    test.each(Object.keys(some))('%s', (name) => waits.get(name), 300_000);
  });
});
