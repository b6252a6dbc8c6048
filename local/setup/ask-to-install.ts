import { createInterface } from 'node:readline/promises';
import { installLogPath } from './install-packages';
import type { MissingPackage } from './requirements';

export interface Consent {
  /** Whether you agreed on the command line. */
  readonly yes: boolean;
  /** The command that agrees beforehand. */
  readonly command: string;
  readonly tell: (line: string) => void;
}

/**
 * Shows what would be installed and why, and asks you once on a terminal. With `--yes` or `CI` it does not ask.
 *
 * @throws if you did not agree and there is no terminal to ask on
 */
export async function askToInstall(
  packages: readonly MissingPackage[],
  { yes, command, tell }: Consent,
): Promise<boolean> {
  const width = Math.max(...packages.map(({ name }) => name.length));
  tell('this machine lacks packages:');
  for (const { name, use } of packages) tell(`  ${name.padEnd(width)}  for ${use}`);
  tell(
    'apt-get installs them and what they depend on; it starts and enables no service; the packages remain installed',
  );
  tell(`the output of apt-get is in ${installLogPath()}`);
  if (yes || process.env.CI) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new Error(`there is no terminal to ask on: run ${command} to install them`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('Install them? [Y/n] ');
    return !/^n/i.test(answer.trim());
  } catch {
    throw new Error('nothing is installed: the question was not answered');
  } finally {
    terminal.close();
  }
}
