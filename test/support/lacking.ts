import { THIS_MACHINE, prepare, type Machine, type Requirement } from '../../local/setup/requirements';

/** How tests treat a missing requirement. */
export interface Need {
  /** @default false */
  readonly needsRoot?: boolean;
  /** Whether the tests are skipped in CI too, because CI cannot install the requirement. @default false */
  readonly optional?: boolean;
  /** @default THIS_MACHINE */
  readonly machine?: Machine;
}

/**
 * Names in one line what this machine lacks, or returns undefined.
 *
 * In CI the function checks only optional requirements. The tests run and fail if something else is missing.
 */
export function findLacking(
  requirements: readonly Requirement[],
  { needsRoot = false, optional = false, machine = THIS_MACHINE }: Need = {},
): string | undefined {
  if (process.env.CI && !optional) return undefined;
  const { install, complaints } = prepare(machine, requirements, needsRoot);
  const all = [...complaints, ...install.map(({ name }) => `${name} is not installed: run npm run setup`)];
  return all.length > 1 ? `${all[0]} (npm run setup has ${all.length - 1} more)` : all[0];
}

/** Prints in one line that tests are skipped, and why. */
export function skip(name: string, why: string): void {
  process.stderr.write(`skipped: "${name}": ${why}\n`);
}

/** Returns `test` if the machine has the requirement. Otherwise returns `test.skip`, and prints why in one line. */
export function testWith(requirement: Requirement, name: string, need: Need = {}): jest.It {
  const why = findLacking([requirement], need);
  if (why === undefined) return test;
  skip(name, why);
  return test.skip;
}
