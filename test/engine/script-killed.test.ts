import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { HousekeepingTask } from '../../lib';
import type { PrivateHost } from '../../local/private-host';
import { describeDocker } from '../support/docker';
import { inWorld } from './aftermath';
import { ENGINES, startEngine } from './engines';
import { must } from './images';
import { calls, interpose, leaveAlone, RUN_DIR } from './interpose';
import { lot, SEED, tellSeed } from './lot';
import { killTask, runHostStep, runTask } from './run-task';
import { difference } from './state';
import { bystanders, engineState, TASK_WORLDS, type TaskWorld } from './task-worlds';

/**
 * The agent kills a task's script with SIGKILL, as when a command is cancelled, at moments drawn by lot that are
 * spread evenly over the time that the script takes.
 *
 *   SEED=... npx jest test/engine/script-killed.test.ts    again what a run printed
 *   KILLS=100 npx jest test/engine/script-killed.test.ts   each task is killed as often as that
 */
const KILLS = Number(process.env.KILLS ?? 3);

const PLACE = `${RUN_DIR}/interposed`;

/** How a task went: when, in seconds since it began, it made which call, and when it was over. */
type Course = readonly number[];

/** A moment in a task's course: so long after its nth call began; the 0th is its beginning. */
interface Moment {
  readonly nth: number;
  readonly seconds: number;
}

const uptime = (): number => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);

/** Runs a task undisturbed. */
async function record(host: PrivateHost, task: HousekeepingTask): Promise<Course> {
  await interpose(host, `cut -d ' ' -f 1 /proc/uptime >>"$place/times"`);
  const began = uptime();
  const { stdout } = await killTask(host, task, new AbortController().signal);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'done' });
  const over = uptime();
  const times = (await must(host, `cat ${PLACE}/times`)).split('\n').map(Number);
  return [0, ...times.map((time) => time - began), over - began];
}

/** The moment when a part, from 0 to 1, of a course is over. */
function momentAt(part: number, course: Course): Moment {
  const time = part * course.at(-1)!;
  const nth = course.findLastIndex((begun, n) => begun <= time && n < course.length - 1);
  return { nth, seconds: time - course[nth]! };
}

/**
 * Kills a task at a moment. That the machine is slower or faster than when the course was recorded does not matter:
 * the time counts from the nth call on, and the next call, or the end of the last one, is not given to the script. A call
 * that outlives it does so until nothing is interposed any more.
 */
async function killAt(
  host: PrivateHost,
  task: HousekeepingTask,
  { nth, seconds }: Moment,
  last: number,
): Promise<void> {
  await interpose(
    host,
    `wait_for_the_end() { : >"$place/late"; while [ -e "$place/happening" ]; do sleep 0.02; done; exit 1; }
    exec 8>>"$place/running"
    flock -s 8
    [ "$count" -ne ${nth} ] || : >"$place/reached"
    [ "$count" -le ${nth} ] || wait_for_the_end
    "$real" "$@"
    code=$?
    [ "$count" -ne ${last} ] && [ ! -e "$place/killed" ] || wait_for_the_end
    exit "$code"`,
  );
  const place = `/proc/${host.pid}/root${PLACE}`;
  const onHost = (name: string): boolean => existsSync(`${place}/${name}`);
  const cancel = new AbortController();
  let over = false;
  const run = killTask(host, task, cancel.signal).finally(() => (over = true));
  while (nth > 0 && !onHost('reached') && !over) await setTimeout(2);
  const due = performance.now() + seconds * 1000;
  while (performance.now() < due && !onHost('late') && !over) await setTimeout(2);
  writeFileSync(`${place}/killed`, '');
  cancel.abort();
  // It was killed in the middle of its work: it has not told how that ended.
  expect(await run).toEqual({ exitCode: 137, stdout: '' });
  const made = (await calls(host)).length;
  expect([nth, nth + 1]).toContain(made);
}

/** Kills a task again and again; after each time the next run finishes the work. */
async function endure(host: PrivateHost, name: string, { task, make }: TaskWorld): Promise<void> {
  const nothing = await engineState(host);
  await make(host);
  const course = await record(host, task);
  for (let kill = 0; kill < KILLS; kill++) {
    const part = (lot(name) + kill / KILLS) % 1;
    const moment = momentAt(part, course);
    const when = `killed ${moment.seconds.toFixed(3)} s after call ${moment.nth} of ${course.length - 2}, SEED=${SEED}`;
    await inWorld(when, async () => {
      await make(host);
      const before = await engineState(host);
      await killAt(host, task, moment, course.length - 2);
      // The kernel takes a moment to end what was killed; what outlives it, a call to the Engine, must not hold the lock.
      await must(host, `flock -w 5 ${RUN_DIR}/lock true`);
      await leaveAlone(host);
      await must(host, `flock -w 60 ${PLACE}/running true`);
      const { gone, come } = difference(before, await engineState(host));
      expect({ lost: gone.filter((line) => nothing.includes(line)), come }).toEqual({ lost: [], come: [] });

      expect((await runTask(host, task)).result.outcome).toMatch(/^(done|nothing)$/);
      expect(await engineState(host)).toEqual(nothing);
    });
  }
}

const COMPOSE = 'ComposeDown';
const HOSTS = [
  ['Engine 20.10, classic store, no Compose', Object.entries(TASK_WORLDS)],
  [
    'Engine 26.1, classic store, Compose v2',
    Object.entries(TASK_WORLDS).filter(([name]) => name === COMPOSE),
  ],
] as const;

describe.each(HOSTS)('%s', (kind, worlds) => {
  describeDocker('a run that is cancelled or killed', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      tellSeed('script-killed.test.ts');
      host = await startEngine(ENGINES[kind]);
      await bystanders(host);
      // From now on each task runs alone.
      await runHostStep(
        host,
        Object.values(TASK_WORLDS).map(({ task }) => task),
      );
    });
    afterAll(() => host.stop());

    test.each(worlds)(
      '%s: loses nothing of others, holds no lock, and the next run finishes the work',
      (name, world) => endure(host, name, world),
      120_000 + KILLS * 20_000,
    );
  });
});
