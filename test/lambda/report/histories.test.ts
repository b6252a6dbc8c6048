// Slow: it runs many random histories, each with several deliveries.
import fc from 'fast-check';
import { quiesce, violations } from './quiescence';
import { FAULTS, FUNCTION_TIMEOUT_SECONDS, World, WORLD_CLAIM_TIMEOUT_SECONDS } from './world';
import { WorkerPool } from './worker-reporter';
import type { Faults } from './world';

/**
 * Each run is reported once, in any history of deliveries, faults and invocations.
 *
 * HISTORIES=1000 npx jest test/lambda/report/histories.test.ts that many histories
 * SEED=2 HISTORIES=1000 npx jest test/lambda/report/histories.test.ts other histories
 * SEED=... npx jest test/lambda/report/histories.test.ts repeats what a failure printed
 */
const HISTORIES = Number(process.env.HISTORIES ?? 100);
const [seed = 1, ...path] = (process.env.SEED ?? '').split(':').filter(Boolean);

/** What happens next. A command's event may come often, late, before its end, or never. */
type Happening =
  | { readonly what: 'delivery'; readonly command: number; readonly faults: Faults }
  | { readonly what: 'deliveries at once'; readonly command: number; readonly faults: readonly Faults[] }
  | { readonly what: 'sweep'; readonly faults: Faults }
  | { readonly what: 'end of the command'; readonly command: number }
  | { readonly what: 'calls continue' }
  | { readonly what: 'time passes'; readonly seconds: number };

/** The call that has claimed a run of one page of hosts. In a larger run it is the last call that reads. */
const CLAIMED = 3;

interface History {
  /** The function's timeout, in seconds. */
  readonly timeout: number;
  /** How many hosts each command is sent to, and its state before anything happens. */
  readonly fleets: readonly { readonly hosts: number; readonly state: 'in flight' | 'ended' | 'abandoned' }[];
  readonly happenings: readonly Happening[];
}

/** Histories that exercise the most. */
const CRASHES = ['crash-before', 'crash-after', 'pause-before', 'pause-after'] as const;
/**
 * In a first run of few hosts, calls 3 to 5 write. A take-over makes 17 calls, of which the later ones
 * write.
 */
const faults = fc
  .array(
    fc.tuple(
      fc.oneof(fc.nat({ max: 17 }), fc.integer({ min: 3, max: 5 })),
      fc.oneof(fc.constantFrom(...FAULTS), fc.constantFrom(...CRASHES)),
    ),
    {
      maxLength: 3,
    },
  )
  .map((list) => Object.fromEntries(list) as Faults);
const command = fc.nat({ max: 2 });

const histories: fc.Arbitrary<History> = fc.record({
  // As the construct sets it, and as long as the reporter accepts.
  timeout: fc.constantFrom(FUNCTION_TIMEOUT_SECONDS, WORLD_CLAIM_TIMEOUT_SECONDS),
  fleets: fc.array(
    fc.record({
      hosts: fc.constantFrom(0, 1, 2, 51),
      state: fc.constantFrom('in flight', 'ended', 'abandoned', 'abandoned'),
    }),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
  happenings: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ what: fc.constant('delivery' as const), command, faults }) },
      {
        weight: 2,
        arbitrary: fc.record({
          what: fc.constant('deliveries at once' as const),
          command,
          faults: fc.array(faults, { minLength: 2, maxLength: 3 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ what: fc.constant('sweep' as const), faults }) },
      { weight: 3, arbitrary: fc.record({ what: fc.constant('end of the command' as const), command }) },
      { weight: 3, arbitrary: fc.record({ what: fc.constant('calls continue' as const) }) },
      {
        weight: 4,
        arbitrary: fc.record({
          what: fc.constant('time passes' as const),
          // Within a claim, about its timeout, and beyond it.
          seconds: fc.constantFrom(60, 149, 151, 155, 164, 166, 166, 400),
        }),
      },
    ),
    { maxLength: 14, size: 'max' },
  ),
});

const pool = new WorkerPool();
afterAll(() => pool.stop());
const tally = { histories: 0, deliveries: 0, crashes: 0, sweeps: 0, reported: 0 };

async function live({ timeout, fleets, happenings }: History): Promise<void> {
  const world = new World(pool, timeout);
  await world.start();
  try {
    const commands = fleets.map(({ hosts }) => world.send(hosts));
    for (const [n, { state }] of fleets.entries()) {
      const id = commands[n] ?? '';
      if (state !== 'in flight') world.end(id);
      if (state === 'abandoned') {
        tally.deliveries += 1;
        await world.deliver(id, { [CLAIMED]: 'crash-after' });
      }
    }
    if (fleets.some(({ state }) => state === 'abandoned')) await world.jump(WORLD_CLAIM_TIMEOUT_SECONDS + 1);
    const named = (n: number): string => commands[n % commands.length] ?? '';
    for (const happening of happenings) {
      switch (happening.what) {
        case 'delivery':
          tally.deliveries += 1;
          await world.deliver(named(happening.command), happening.faults);
          break;
        case 'deliveries at once':
          tally.deliveries += happening.faults.length;
          await Promise.all(happening.faults.map((one) => world.deliver(named(happening.command), one)));
          break;
        case 'sweep':
          tally.sweeps += 1;
          await world.sweep(happening.faults);
          break;
        case 'end of the command':
          world.end(named(happening.command));
          break;
        case 'calls continue':
          await world.resume();
          break;
        case 'time passes':
          await world.jump(happening.seconds);
          break;
      }
    }
    tally.sweeps += await quiesce(world);
    const found = violations(world);
    if (found.length > 0) throw new Error(found.join('\n'));
    tally.histories += 1;
    tally.reported += commands.length;
  } finally {
    tally.crashes += world.crashes;
    await world.stop();
  }
}

test(
  'each run is reported once in every history',
  async () => {
    const result = await fc.check(fc.asyncProperty(histories, live), {
      seed: Number(seed),
      numRuns: HISTORIES,
      ...(path.length > 0 && { path: path.join(':') }),
    });
    const { failed, counterexample, counterexamplePath, errorInstance } = result;
    process.stdout.write(
      `${tally.histories} histories, ${tally.deliveries} deliveries, ${tally.crashes} crashes, ` +
        `${tally.sweeps} sweeps, ${tally.reported} runs reported, ${failed ? 1 : 0} violations (seed ${seed})\n`,
    );
    if (failed) {
      throw new Error(
        `SEED=${seed}:${counterexamplePath} npx jest test/lambda/report/histories.test.ts\n` +
          `${JSON.stringify(counterexample)}\n${(errorInstance as Error).message}`,
      );
    }
    // Histories without any crash would prove little.
    if (tally.histories >= 10) expect(tally.crashes).toBeGreaterThan(tally.histories / 10);
  },
  120_000 + HISTORIES * 10_000,
);
