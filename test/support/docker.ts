import { ENGINE_TEST_REQUIREMENTS } from '../../local/setup/requirements';
import { findLacking, skip } from './lacking';

let here: { readonly lacks?: string } | undefined;

/**
 * Does what `describe` does, for tests that start Docker Engines. On a machine that cannot start them it skips
 * the tests, and prints why in one line. In CI they always run, so that CI skips no test silently.
 */
export function describeDocker(name: string, tests: () => void): void {
  here ??= { lacks: findLacking(ENGINE_TEST_REQUIREMENTS, { needsRoot: true }) };
  if (here.lacks === undefined) {
    describe(name, tests);
    return;
  }
  skip(name, here.lacks);
  describe.skip(name, tests);
}
