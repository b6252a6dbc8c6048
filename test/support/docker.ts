import { spawnSync } from 'node:child_process';

/** What this machine lacks for a private Docker Engine; undefined when it lacks nothing. */
function missing(): string | undefined {
  if (process.platform !== 'linux') return `Linux (this is ${process.platform})`;
  if (process.getuid?.() !== 0) return 'root';
  const commands = ['dockerd', 'docker', 'nsenter', 'unshare', 'ip', 'busybox'];
  const absent = commands.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
  return absent.length > 0 ? absent.join(', ') : undefined;
}

/**
 * `describe` for tests that start Docker Engines of their own. Elsewhere than in CI they are skipped,
 * with a line that says why, on a machine that cannot; in CI they always run, so that none is ever
 * lost unseen.
 */
export function describeDocker(name: string, tests: () => void): void {
  const lacking = process.env.CI ? undefined : missing();
  if (lacking === undefined) {
    describe(name, tests);
    return;
  }
  process.stderr.write(`skipped: "${name}" needs ${lacking}\n`);
  describe.skip(name, tests);
}
