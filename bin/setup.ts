/**
 * Installs what the tests and the local run need, where that can be done: `npm run setup`, or with `-- --yes` without a
 * question. What is missing all the same is said, a line for each; in CI that is an error.
 */
import { parseArgs } from 'node:util';
import { askToInstall } from '../local/setup/ask-to-install';
import { provide, TEST_REQUIREMENTS } from '../local/setup/requirements';

const tell = (line: string): void => void process.stderr.write(`setup: ${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { yes: { type: 'boolean', default: false } } });
  const agree = (packages: readonly string[]): Promise<boolean> =>
    values.yes ? Promise.resolve(true) : askToInstall(packages, tell);
  const lacking = await provide(TEST_REQUIREMENTS, true, agree);
  lacking.forEach(tell);
  return lacking.length > 0 && process.env.CI ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    tell((error as Error).message);
    process.exit(1);
  },
);
