import fc from 'fast-check';
import type { PrivateHost } from '../../../local/host/private-host';
import { check, type RunTask, type Tally, type Violation } from './check';
import { abilitiesOf } from './snapshot';
import { scenarios } from './world';

/** Which worlds: all that follow from a seed, or just the one that a failure printed. */
export interface Choice {
  readonly seed: number;
  readonly path?: string;
}

export interface Campaign {
  readonly host: PrivateHost;
  /** Name of the kind of host, and its place among all kinds: each has worlds of its own. */
  readonly name: string;
  readonly place: readonly [index: number, of: number];
  readonly choice: Choice;
  readonly worlds: number;
  /** Each world takes seconds, so a failing one is made smaller only for so long. */
  readonly shrinkMilliseconds: number;
  readonly run?: RunTask;
}

/** `SEED` or `SEED:PATH`, as a failure prints it; nothing is 1. */
export function parseChoice(text = ''): Choice {
  const [seed = 1, ...path] = text.split(':').filter(Boolean);
  return { seed: Number(seed), ...(path.length > 0 && { path: path.join(':') }) };
}

/** Checks random worlds on a host, until one fails; counts them in the tally. @returns what to print of a failure */
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
    // What was made as small as it went once is not made smaller again.
    ...(path !== undefined && { path, endOnFailure: true }),
  });
  if (!failed) return undefined;
  const again = `SEED=${seed}:${counterexamplePath} npx jest test/engine/world/properties.test.ts -t '${name}'`;
  return `${again}\n${(errorInstance as Violation).message}`;
}
