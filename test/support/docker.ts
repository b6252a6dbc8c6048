import { ENGINE_TEST_REQUIREMENTS } from '../../local/setup/requirements';
import { lacking, skip } from './lacking';

let here: { readonly lacks?: string } | undefined;

/**
 * `describe` for tests that start Docker Engines of their own. A machine that cannot start them skips the tests, with one
 * line that says why. In CI they always run, so that none is lost unseen.
 */
export function describeDocker(name: string, tests: () => void): void {
  here ??= { lacks: lacking(ENGINE_TEST_REQUIREMENTS, { needsRoot: true }) };
  if (here.lacks === undefined) {
    describe(name, tests);
    return;
  }
  skip(name, here.lacks);
  describe.skip(name, tests);
}
