import fc from 'fast-check';
import type { PrivateHost } from '../../../local/host/private-host';
import { check, type RunTask, type Tally, type Violation } from './check';
import { abilitiesOf } from './snapshot';
import { scenarios } from './world';

/** The choice of worlds: all worlds of a seed, or only the world of a printed failure. */
export interface Choice {
  readonly seed: number;
  readonly path?: string;
}

export interface Campaign {
  readonly host: PrivateHost;
  /** The name of the kind of host, and its place among all kinds. Each kind gets different worlds. */
  readonly name: string;
  readonly place: readonly [index: number, of: number];
  readonly choice: Choice;
  readonly worlds: number;
  /** How long a failing world is made smaller. This is limited, because each world takes seconds. */
  readonly shrinkMilliseconds: number;
  readonly run?: RunTask;
}

/** Parses `SEED` or `SEED:PATH`, which a failure prints. Without a text the seed is 1. */
export function parseChoice(text = ''): Choice {
  const [seed = 1, ...path] = text.split(':').filter(Boolean);
  return { seed: Number(seed), ...(path.length > 0 && { path: path.join(':') }) };
}

/** Checks random worlds on a host until one fails, and counts them in the tally. @returns the text of a failure */
export async function campaign(
  { host, name, place: [index, of], choice, worlds, shrinkMilliseconds, run }: Campaign,
  tally: Tally,
): Promise<string | undefined> {
  const { seed, path } = choice;
  let failedAt: number | undefined;
  const property = fc.asyncProperty(scenarios(await abilitiesOf(host)), async (scenario) => {
    if (failedAt !== undefined && Date.now() - failedAt >= shrinkMilliseconds) return;
    await check(host, scenario, tally, run).catch((error: unknown) => {
      failedAt ??= Date.now();
      throw error;
    });
  });
  const { failed, counterexamplePath, errorInstance } = await fc.check(property, {
    seed: seed * of + index,
    numRuns: worlds,
    // A printed world is already as small as possible.
    ...(path !== undefined && { path, endOnFailure: true }),
  });
  if (!failed) return undefined;
  const again = `SEED=${seed}:${counterexamplePath} npx jest test/engine/world/properties.test.ts -t '${name}'`;
  return `${again}\n${(errorInstance as Violation).message}`;
}
