/**
 * Refuses to run if npm took an option for itself, because it stands before the first `--`. A run without the `--dry-run` that
 * you gave would remove something.
 *
 * @param names the options, e.g. `dry-run`
 * @param command the command with its `--`, for the message
 * @throws if npm took one of them
 * @see https://docs.npmjs.com/cli/commands/npm-run
 */
export function refuseLostOptions(names: readonly string[], command: string): void {
  for (const name of names) {
    if (process.env[`npm_config_${name.replaceAll('-', '_')}`]) {
      throw new Error(
        `npm took --${name} for itself, because it stands before --; put -- before the options: ${command} --${name}`,
      );
    }
  }
}
