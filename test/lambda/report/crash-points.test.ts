import { quiesce, violations } from './quiescence';
import { World, WORLD_CLAIM_TIMEOUT_SECONDS } from './world';
import { WorkerPool } from './worker-reporter';
import type { Faults } from './world';

/** Two pages of invocations. */
const HOSTS = 60;

const pool = new WorkerPool();
let world: World;

beforeAll(async () => {
  world = new World(pool);
  await world.start();
});
afterAll(async () => {
  await world.stop();
  await pool.stop();
});

/** Begins a run, and returns a function that makes the invocation with the crash. */
type Begin = () => Promise<(faults: Faults) => Promise<unknown>>;

const firstRun: Begin = () => {
  const id = world.send(HOSTS);
  world.end(id);
  return Promise.resolve((faults) => world.deliver(id, faults));
};

/** A run whose first invocation died long ago, after its hosts were accepted. */
const takeOver: Begin = async () => {
  const id = world.send(HOSTS);
  world.end(id);
  await world.deliver(id, { [HOSTS_ACCEPTED]: 'crash-after' });
  await world.jump(WORLD_CLAIM_TIMEOUT_SECONDS + 1);
  return (faults) => world.deliver(id, faults);
};

/** ListCommands, DescribeLogStreams, 2 of ListCommandInvocations, CreateLogStream, PutLogEvents. */
const HOSTS_ACCEPTED = 5;

test.each<[string, Begin, number]>([
  ['a first run', firstRun, 7],
  ['a take-over', takeOver, 17],
])('%s that crashes at any call is reported once', async (_name, begin, calls) => {
  await (
    await begin()
  )({});
  expect(world.lastCalls).toBe(calls);
  for (let call = 0; call < calls; call++) {
    for (const fault of ['crash-before', 'crash-after'] as const) {
      const invoke = await begin();
      const answer = await invoke({ [call]: fault });
      expect([call, fault, answer]).toEqual([call, fault, expect.objectContaining({ crashed: true })]);
    }
  }
  await quiesce(world);
  expect(violations(world)).toEqual([]);
});

test('a take-over whose deletion was served without an answer does not delete what others have reported since', async () => {
  const deletion = 12;
  const invoke = await takeOver();
  const [id = ''] = [...world.commands.keys()].slice(-1);
  await invoke({ [deletion]: 'reset-after', [deletion + 1]: 'pause-before' });
  expect(await world.deliver(id)).toMatchObject({ result: { outcome: 'reported' } });
  await quiesce(world);
  expect(violations(world)).toEqual([]);
});

test('only one of two invocations that find the same abandoned claim at the same time deletes it', async () => {
  const [lock, lookAgain, deletion] = [8, 11, 12];
  const invoke = await takeOver();
  await invoke({ [lock]: 'pause-before' });
  await invoke({ [lookAgain]: 'pause-before', [deletion]: 'pause-before' });
  // The first continues as far as it may while the second is about to delete.
  await world.resume();
  await world.resume();
  await quiesce(world);
  expect(violations(world)).toEqual([]);
});

test('a writer that is slow stops before others may take over its claim', async () => {
  const slow = new World(pool, WORLD_CLAIM_TIMEOUT_SECONDS);
  await slow.start();
  try {
    const id = slow.send(HOSTS);
    slow.end(id);
    expect(await slow.deliver(id, { [HOSTS_ACCEPTED]: 'pause-after' })).toBe('paused');
    await slow.jump(WORLD_CLAIM_TIMEOUT_SECONDS - 5);
    await slow.resume();
    expect(slow.crashes).toBe(0);
    expect(slow.report(id)).toMatchObject({ hosts: { length: HOSTS }, runs: [] });
    await quiesce(slow);
    expect(violations(slow)).toEqual([]);
  } finally {
    await slow.stop();
  }
});
