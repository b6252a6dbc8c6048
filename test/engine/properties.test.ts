import fc from 'fast-check';
import { ALL_COMPOSE, PrivateHost, type PrivateHostOptions } from '../../local/private-host';
import { describeDocker } from '../support/docker';
import { check, type Tally } from './world/check';
import { scenarios } from './world/world';

/**
 * Whatever a host holds and whatever it is told to do, the tasks remove exactly what they should.
 *
 *   WORLDS=1000 npx jest test/engine/properties.test.ts    as many worlds as that, over all kinds of host
 *   SEED=2 WORLDS=1000 npx jest test/engine/properties.test.ts    other ones
 *   SEED=... npx jest test/engine/properties.test.ts -t '...'    again what a failure printed
 */
const WORLDS = Number(process.env.WORLDS ?? 100);
const [seed = 1, ...path] = (process.env.SEED ?? '').split(':').filter(Boolean);

/** The kinds of host with their share of the worlds, by what a world costs there. */
const HOSTS: readonly (readonly [name: string, options: PrivateHostOptions, share: number])[] = [
  ['Engine 20.10 classic with Compose v1', {}, 0.2],
  ['Engine 26 classic', { toolchain: 'next', hide: ['bin/docker-compose'] }, 0.25],
  [
    'Engine 26 containerd',
    { toolchain: 'next', hide: ['bin/docker-compose'], imageStore: 'containerd' },
    0.25,
  ],
  ['Engine 20.10 classic without Compose', { hide: ALL_COMPOSE }, 0.3],
];

/** Each world takes seconds, so a failing one is made smaller only for so long. */
const SHRINK_MILLISECONDS = 60_000;

describeDocker('whatever a host holds, the tasks remove exactly what they should', () => {
  test.concurrent.each(HOSTS)(
    '%s',
    async (name, options, share) => {
      const host = await PrivateHost.start(options);
      const tally: Tally = { worlds: 0, tasks: 0, removed: 0 };
      let failedAt = 0;
      const property = fc.asyncProperty(scenarios, async (scenario) => {
        if (failedAt > 0 && Date.now() - failedAt > SHRINK_MILLISECONDS) return;
        await check(host, scenario, tally).catch((error: unknown) => {
          failedAt ||= Date.now();
          throw error;
        });
      });
      try {
        const result = await fc.check(property, {
          // Each kind of host has worlds of its own.
          seed: Number(seed) * HOSTS.length + HOSTS.findIndex(([other]) => other === name),
          numRuns: Math.ceil(WORLDS * share),
          ...(path.length > 0 && { path: path.join(':') }),
        });
        const { failed, counterexamplePath, errorInstance } = result;
        process.stdout.write(
          `${name}: ${tally.worlds} worlds, ${tally.tasks} tasks, ${tally.removed} objects removed, ` +
            `${failed ? 1 : 0} violations (seed ${seed})\n`,
        );
        if (failed) {
          throw new Error(
            `SEED=${seed}:${counterexamplePath} npx jest test/engine/properties.test.ts -t ${JSON.stringify(name)}\n` +
              (errorInstance as Error).message,
          );
        }
        // Worlds in which nothing is ever to be removed would prove nothing.
        if (tally.worlds >= 10) expect(tally.removed).toBeGreaterThan(0);
      } finally {
        await host.stop();
      }
    },
    120_000 + WORLDS * 60_000,
  );
});
