import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Duration } from 'aws-cdk-lib';
import { type HousekeepingTask, UnusedImagePrune } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { inWorld } from './aftermath';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { before, calls, interpose, leaveAlone, RUN_DIR } from '../support/interpose';
import { lot, SEED, tellSeed } from './lot';
import { killTask, resultOf, runHostStep, runTask, SHELLS } from '../support/run-task';
import { difference } from '../support/state';
import { bystanders, engineState, TASK_WORLDS, type TaskWorld } from '../support/task-worlds';
import { removeAll } from '../world/snapshot';

/**
 * The agent kills a task's script with SIGKILL, as when a command is cancelled. The moments are drawn by lot
 * and spread evenly over the time that the script takes.
 *
 *   SEED=... npx jest test/engine/faults/script-killed.test.ts    repeats a run that printed this seed
 *   KILLS=100 npx jest test/engine/faults/script-killed.test.ts   kills each task 100 times
 */
const KILLS = Number(process.env.KILLS ?? 3);

const PLACE = `${RUN_DIR}/interposed`;

/** The times of a task's calls and of its end, in seconds since it began. */
type Course = readonly number[];

/** A moment in a task's course: this many seconds after its nth call began. Call 0 is its beginning. */
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
  expect(resultOf(stdout)).toMatchObject({ outcome: 'done' });
  const over = uptime();
  const times = (await must(host, `cat ${PLACE}/times`)).split('\n').map(Number);
  return [0, ...times.map((time) => time - began), over - began];
}

/** The moment at which a part of a course, from 0 to 1, is over. */
function momentAt(part: number, course: Course): Moment {
  const time = part * course.at(-1)!;
  const nth = course.findLastIndex((begun, n) => begun <= time && n < course.length - 1);
  return { nth, seconds: time - course[nth]! };
}

/**
 * Kills a task at a moment. The speed of the machine does not matter: the time counts from the nth call on,
 * and the script does not get the next call or the end of the last one. A call that outlives the script runs
 * until `leaveAlone`.
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
  // The script was killed in the middle of its work, so it reported no result.
  expect(await run).toEqual({ exitCode: 137, stdout: '' });
  const made = (await calls(host)).length;
  expect([nth, nth + 1]).toContain(made);
}

/** Kills a task again and again. After each time the next run finishes the work. */
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
      // The kernel takes a moment to end the script. A call that outlives it must not hold the lock.
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
    'Engine 28.5, classic store, Compose v2',
    Object.entries(TASK_WORLDS).filter(([name]) => name === COMPOSE),
  ],
] as const;

describe.each(HOSTS)('%s', (kind, worlds) => {
  describeDocker('a run that is cancelled or killed', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      tellSeed('faults/script-killed.test.ts');
      host = await startEngine(ENGINES[kind]);
      await bystanders(host);
      // From here on each task runs alone.
      await runHostStep(
        host,
        Object.values(TASK_WORLDS).map(({ task }) => task),
      );
    });
    afterAll(() => host.stop());

    test.each(worlds)(
      '%s: removes no other object, holds no lock, and the next run finishes the work',
      (name, world) => endure(host, name, world),
      120_000 + KILLS * 20_000,
    );
  });
});

const IMAGES = 20;
/** Sends the signals to end to the script that holds the lock. */
const END = `for end in TERM HUP; do
  for fd in /proc/[0-9]*/fd/9; do
    [ "$(readlink "$fd")" != ${RUN_DIR}/lock ] || { fd=\${fd#/proc/} && kill -$end "\${fd%%/*}"; }
  done
  sleep 0.5
done`;

describeDocker('a script that alone gets the signal to end', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await startEngine(ENGINES['Engine 20.10, classic store, no Compose']);
  });
  beforeEach(() => removeAll(host));
  afterAll(() => host.stop());

  test.each(SHELLS)('removes no more images, and reports how many it removed, under %s', async (shell) => {
    const labels = { application: 'todobackend' };
    for (let n = 0; n < IMAGES; n++) await loadImage(host, { labels, tags: [`app:${n}`, `app:${n}-too`] });
    // At this point each worker has an image that has lost a tag, or is about to. No worker has the lock.
    await before(host, { 'docker image rm *sha256:*': END });
    const task = new UnusedImagePrune({ labels, keepNewest: 0, olderThan: Duration.seconds(0) });
    const { result, exitCode } = await runTask(host.withShell(shell), task);
    await setTimeout(1000);
    const tags = (await host.docker('image', 'ls', '--format', '{{.Tag}}')).split('\n');
    await must(host, `flock -n ${RUN_DIR}/lock true`);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'interrupted' });
    expect(exitCode).toBe(1);
    const left = tags.length / 2;
    expect(result.removed).toEqual({ images: IMAGES - left });
    expect(left).toBeLessThan(IMAGES);
    expect(left).toBeGreaterThan(IMAGES / 2);
  });

  test('ends soon if the Engine stops answering', async () => {
    const labels = { application: 'todobackend' };
    for (let n = 0; n < IMAGES; n++) await loadImage(host, { labels, tags: [`app:${n}`] });
    await interpose(
      host,
      `case $call in
      docker\\ image\\ rm*) [ -e "$place/ended" ] || { : >"$place/ended"; ${END}; } >/dev/null 2>&1 7>&- ;;
      docker\\ image\\ ls*) [ ! -e "$place/ended" ] || exec sleep 1000 7>&- ;;
      esac`,
    );
    // The task has more time than this test.
    const task = new UnusedImagePrune({ labels, keepNewest: 0, olderThan: Duration.seconds(0) });
    const { result } = await runTask(host, task);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'interrupted' });
    expect(result.removed?.images).toBeGreaterThan(0);
    await must(host, `flock -n ${RUN_DIR}/lock true`);
  });
});
