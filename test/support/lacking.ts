import { THIS_MACHINE, prepare, type Machine, type Requirement } from '../../local/setup/requirements';

/** How a missing requirement of tests is treated. */
export interface Need {
  /** @default false */
  readonly needsRoot?: boolean;
  /** Whether the tests are skipped in CI too, because nothing that CI reaches can install it. @default false */
  readonly optional?: boolean;
  /** @default THIS_MACHINE */
  readonly machine?: Machine;
}

/**
 * What this machine lacks of it, in one line; undefined when it lacks nothing.
 *
 * In CI nothing is looked for: the tests run, and fail where something is missing.
 */
export function lacking(
  requirements: readonly Requirement[],
  { needsRoot = false, optional = false, machine = THIS_MACHINE }: Need = {},
): string | undefined {
  if (process.env.CI && !optional) return undefined;
  const { install, complaints } = prepare(machine, requirements, needsRoot);
  const all = [...complaints, ...install.map(({ name }) => `${name} is not installed: run npm run setup`)];
  return all.length > 1 ? `${all[0]} (npm run setup has ${all.length - 1} more)` : all[0];
}

/** Says in one line that tests are skipped. */
export function skip(name: string, why: string): void {
  process.stderr.write(`skipped: "${name}": ${why}\n`);
}

/** `test` where the machine has what is required; otherwise `test.skip`, and one line for all tests of that name. */
export function testWith(requirement: Requirement, name: string, need: Need = {}): jest.It {
  const why = lacking([requirement], need);
  if (why === undefined) return test;
  skip(name, why);
  return test.skip;
}
