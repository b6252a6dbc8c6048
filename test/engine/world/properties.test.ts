import { describeDocker } from '../../support/docker';
import { type EngineKind, ENGINES, startEngine } from '../support/engines';
import { campaign, parseChoice } from './campaign';
import type { Tally } from './check';

/**
 * Tests that the tasks remove exactly what they should, on random hosts and with random settings.
 *
 *   WORLDS=1000 npx jest test/engine/world/properties.test.ts    1000 worlds, over all kinds of host
 *   SEED=2 WORLDS=1000 npx jest test/engine/world/properties.test.ts    other worlds
 *   SEED=... npx jest test/engine/world/properties.test.ts -t '...'    repeats what a failure printed
 */
const WORLDS = Number(process.env.WORLDS ?? 100);
const CHOICE = parseChoice(process.env.SEED);

/** Each kind of host and its share of the worlds. The share is smaller where a world takes longer. */
const SHARES: Readonly<Record<keyof typeof ENGINES, number>> = {
  'Engine 20.10, classic store, Compose v1': 0.16,
  'Engine 26.1, containerd store, Compose v2': 0.2,
  'Engine 28.5, classic store, Compose v2': 0.2,
  'Engine 28.5, containerd store, Compose v2': 0.2,
  'Engine 20.10, classic store, no Compose': 0.24,
};
const HOSTS = Object.entries(ENGINES) as [keyof typeof ENGINES, EngineKind][];

describeDocker('on every random host the tasks remove exactly what they should', () => {
  const tallies: (Tally & { readonly violations: number })[] = [];

  afterAll(() => {
    const sum = (count: keyof (typeof tallies)[number]): number =>
      tallies.reduce((all, tally) => all + tally[count], 0);
    process.stdout.write(
      `${sum('worlds')} worlds, ${sum('tasks')} tasks, ${sum('fruitful')} of them with something to remove, ` +
        `${sum('removed')} objects removed, ${sum('violations')} violations (seed ${CHOICE.seed})\n`,
    );
  });

  test.concurrent.each(HOSTS)(
    '%s',
    async (name, kind) => {
      const tally: Tally = { worlds: 0, tasks: 0, fruitful: 0, removed: 0 };
      const host = await startEngine(kind);
      try {
        const failure = await campaign(
          {
            host,
            name,
            place: [HOSTS.findIndex(([other]) => other === name), HOSTS.length],
            choice: CHOICE,
            worlds: Math.ceil(WORLDS * SHARES[name]),
            shrinkMilliseconds: 60_000,
          },
          tally,
        );
        tallies.push({ ...tally, violations: failure === undefined ? 0 : 1 });
        if (failure !== undefined) throw new Error(failure);
        // Worlds with nothing to remove would prove nothing.
        if (tally.tasks >= 20) expect(tally.fruitful / tally.tasks).toBeGreaterThan(0.3);
      } finally {
        await host.stop();
      }
    },
    120_000 + WORLDS * 60_000,
  );
});
