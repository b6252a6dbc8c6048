/**
 * Installs what the tests and the local run need, where that is possible: `npm run setup`, or with `-- --yes` without a
 * question. It prints a line for each requirement that is still missing; in CI that is an error.
 */
import { parseArgs } from 'node:util';
import { askToInstall } from '../local/setup/ask-to-install';
import { provide, TEST_REQUIREMENTS } from '../local/setup/requirements';

const tell = (line: string): void => void process.stderr.write(`setup: ${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { yes: { type: 'boolean', default: false } } });
  const consent = { yes: values.yes, command: 'npm run setup -- --yes', tell };
  const lacking = await provide(TEST_REQUIREMENTS, {
    needsRoot: true,
    agree: (packages) => askToInstall(packages, consent),
    tell,
  });
  lacking.forEach(tell);
  if (lacking.length === 0) return 0;
  tell(process.env.CI ? 'in CI nothing may be missing' : 'the tests that need it are skipped');
  return process.env.CI ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    tell((error as Error).message);
    process.exit(1);
  },
);
