import fc from 'fast-check';
import { VolumePrune } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { must } from '../support/images';
import { runTask } from '../support/run-task';
import { campaign, parseChoice } from './campaign';
import { check, type RunTask, type Tally, Violation } from './check';
import type { Snapshot } from './objects';
import type { Scenario } from './plan';
import { removeAll, takeSnapshot } from './snapshot';
import { scenarios } from './world';

/** A task that reports one volume more than it removed. */
const liar: RunTask = async (...args) => {
  const { result, ...run } = await runTask(...args);
  const { volumes = 0, ...removed } = result.removed ?? {};
  return { ...run, result: { ...result, removed: { ...removed, volumes: volumes + 1 } } };
};

/** A task that removes objects in a dry run too. */
const hasty: RunTask = async (host, task) => {
  const { result, ...run } = await runTask(host, task, false);
  return { ...run, result: { ...result, dryRun: true } };
};

/** A task that removes volumes which it does not report. */
const vandal: RunTask = async (host, task, dryRun) => {
  const run = await runTask(host, task, dryRun);
  if (!dryRun) await host.run(['docker', 'volume', 'rm', 'bystander', 'held']);
  return run;
};

/** A task that always reports that there was nothing to do. */
const optimist: RunTask = async (...args) => {
  const { result, ...run } = await runTask(...args);
  const { task, dryRun } = result;
  return { ...run, result: { v: 1, task, outcome: 'nothing', dryRun, seconds: 0 } };
};

/** A task that runs the value of a label as a command. */
const careless: RunTask = async (host, ...more) => {
  await must(host, 'touch /run/broken');
  return runTask(host, ...more);
};

const labels = { app: 'todo' };
const SMALL: Scenario = {
  world: {
    images: [{ labels, age: 0, tags: ['a:1'], shared: 1, own: false }],
    ...{ retags: [], networks: [], containers: [], directories: [], services: [], builds: 0 },
    volumes: [
      { name: 'old', labels, driver: 'local' },
      { name: 'bystander', labels: {}, driver: 'local' },
    ],
  },
  tasks: [{ kind: 'VolumePrune', labels, olderThan: 0 }],
};

/** The same scenario, but the Docker CLI is killed at the first call of the task. */
const CUT_OFF: Scenario = { ...SMALL, fault: { call: 0, how: 'killed', late: false } };
const UNDESCRIBED: Scenario = {
  ...SMALL,
  world: { ...SMALL.world, volumes: [{ name: 'odd', labels, driver: 'plug-in, undescribed' }] },
};
const HELD: Scenario = {
  ...SMALL,
  world: {
    ...SMALL.world,
    volumes: [{ name: 'held', labels, driver: 'local' }],
    services: [{ name: 'holder', volumes: ['held'] }],
  },
};

const SAMPLES = fc.sample(scenarios({ imageMounts: false }), { numRuns: 4000, seed: 1 });
/** A random scenario with all common kinds of objects, and one with a swarm and a plug-in. */
const RICH = SAMPLES.find(({ world }) =>
  [
    world.containers.some(({ state }) => state === 'running'),
    world.containers.some(({ state, network }) => state === 'exited' && network !== undefined),
    world.containers.some(({ anonymous }) => anonymous !== 'none'),
    world.images.some(({ tags }) => tags.length === 0),
    world.images.some(({ parent }) => parent !== undefined),
    ...[world.retags, world.volumes, world.directories].map(({ length }) => length > 0),
    world.builds > 0,
  ].every(Boolean),
)!;
const RARE = SAMPLES.find(({ world }) =>
  [
    world.services.some(({ network }) => network !== undefined),
    world.volumes.some(({ driver }) => driver !== 'local'),
  ].every(Boolean),
)!;

describeDocker('a violation', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await startEngine(ENGINES['Engine 20.10, classic store, no Compose']);
  });
  afterAll(() => host.stop());

  const newTally = (): Tally => ({ worlds: 0, tasks: 0, fruitful: 0, removed: 0 });
  /** Checks a scenario. @returns the message of the violation, or an empty text */
  async function findViolation(scenario: Scenario, run: RunTask = runTask): Promise<string> {
    const thrown: unknown = await check(host, scenario, newTally(), run).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (thrown === undefined) return '';
    expect(thrown).toBeInstanceOf(Violation);
    return (thrown as Violation).message;
  }

  test('is not found if the task does what it should', async () => {
    expect(await findViolation(SMALL)).toBe('');
  });

  test.each([
    ['reports more than it does', liar, 'task 0: the run: said 2 volumes and not 1 volumes'],
    ['removes in a dry run', hasty, 'task 0: the dry run: volumes: removed against the rules'],
    [
      'removes something that it does not report',
      vandal,
      'task 0: the run: volumes: removed against the rules: ["bystander"',
    ],
    ['runs a value as a command', careless, 'a value was run as a command'],
  ])('is found if a task %s', async (_, run, said) => {
    const message = await findViolation(SMALL, run);
    expect(message).toContain(said);
    expect(message).toContain(JSON.stringify(SMALL.tasks[0]));
  });

  test.each<[what: string, scenario: Scenario, run: RunTask, said: RegExp]>([
    [
      'reports nothing about a volume that the Engine does not describe',
      UNDESCRIBED,
      optimist,
      /the run: ended not as failed \(engine-error\)/,
    ],
    [
      'reports nothing about a Docker CLI that was killed',
      CUT_OFF,
      optimist,
      /at "docker info [^]*said nothing, but left of the volumes: \["old"/,
    ],
    ['removes what a service holds', HELD, vandal, /the run: volumes: removed against the rules: \["held"/],
  ])('is found if a task %s', async (_, scenario, run, said) => {
    expect(await findViolation(scenario)).toBe('');
    expect(await findViolation(scenario, run)).toMatch(said);
  });

  test.each([
    ['all common kinds of objects', RICH],
    ['a swarm and a plug-in', RARE],
  ])('is printed as a script that builds the same world again, with %s', async (_, scenario) => {
    let world: Snapshot | undefined;
    const message = await findViolation({ ...scenario, fault: undefined }, async (...args) => {
      world ??= await takeSnapshot(host);
      return liar(...args);
    });
    await removeAll(host);
    await must(host, message.slice(message.indexOf('#!/bin/sh')));
    const again = await takeSnapshot(host);
    expect(shapeOf(again)).toEqual(shapeOf(world!));
    expect(again.containers.length).toBe(scenario.world.containers.length);
  });

  test('is printed with a command that repeats it, and nothing else', async () => {
    const lies: RunTask = (host, task, dryRun) =>
      (task instanceof VolumePrune ? liar : runTask)(host, task, dryRun);
    const name = 'this host';
    const common = { host, name, place: [1, 4], worlds: 30, shrinkMilliseconds: 0, run: lies } as const;
    const tally = newTally();
    const message = await campaign({ ...common, choice: parseChoice('12') }, tally);
    expect(tally.worlds).toBeGreaterThan(1);
    const [, seed] =
      /^SEED=(12:\d+) npx jest test\/engine\/world\/properties\.test\.ts -t 'this host'\n/.exec(
        message ?? '',
      ) ?? [];

    const second = newTally();
    const again = await campaign({ ...common, choice: parseChoice(seed) }, second);
    expect(second.worlds).toBe(1);
    expect(withoutTimes(again)).toEqual(withoutTimes(message));
  });
});

/** Returns the parts of a state that do not depend on when the world was built. */
function shapeOf({ images, containers, volumes, networks, cacheRecords, services }: Snapshot) {
  const anonymous = new Set(containers.flatMap((container) => container.anonymous));
  const named = (name: string): string => (anonymous.has(name) ? 'anonymous' : name);
  const sorted = (lines: unknown[]): string[] => lines.map((line) => JSON.stringify(line)).sort();
  return {
    images: images.map(({ id, tags, labels, parent }) => ({ id, tags, labels, parent })),
    containers: sorted(
      containers.map(({ name, labels, image, state, volumes, networks }) => ({
        ...{ name, labels, image, state },
        volumes: volumes.map(named).sort(),
        networks: networks.filter((network) => !/^[0-9a-f]{64}$/.test(network)),
      })),
    ),
    volumes: sorted(volumes.map(({ name, labels }) => [named(name), labels])),
    networks: sorted(networks.map(({ name, labels }) => [name, labels])),
    cacheRecords: cacheRecords.length,
    services: sorted(services.map(({ name, volumes, networks }) => [name, volumes, networks.length])),
  };
}

/** Returns the tasks and the script, without the creation times of its images. */
function withoutTimes(message = ''): string {
  return message.slice(message.indexOf('# The tasks')).replace(/^(# Images have|printf %s H4s).*$/gm, '');
}
