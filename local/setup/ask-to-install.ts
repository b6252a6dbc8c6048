import { createInterface } from 'node:readline/promises';

/** Says what is to be installed and asks, once, on a terminal; elsewhere the answer is yes. */
export async function askToInstall(
  packages: readonly string[],
  tell: (line: string) => void,
): Promise<boolean> {
  tell(`this machine lacks ${packages.join(', ')}: apt-get installs them, starts no service, and they stay`);
  if (!process.stdin.isTTY || !process.stderr.isTTY || process.env.CI) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Install them? [Y/n] ');
  terminal.close();
  return !/^n/i.test(answer.trim());
}
