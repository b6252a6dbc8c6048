import { Duration } from 'aws-cdk-lib';
import { ShellTask } from '../../lib';
import { PrivateHost } from '../../local/private-host';
import { describeDocker } from '../support/docker';
import { must } from './images';
import { runTask, SHELLS, type TaskRun } from './run-task';

describeDocker('ShellTask', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await PrivateHost.start();
  });
  afterAll(() => host.stop());

  const run = (script: string, dryRun = false, more: object = {}): Promise<TaskRun> =>
    runTask(host, new ShellTask({ script, ...more }), dryRun);
  const says = (result: unknown): string =>
    `echo '${typeof result === 'string' ? result : JSON.stringify(result)}'`;

  test.each(SHELLS)('reports what the script says, whole, under %s', async (shell) => {
    const result = {
      outcome: 'failed',
      reason: 'half-done',
      message: "it's not all gone: $HOME `x` \u00e9",
      removed: { containers: 2, images: 0, cacheRecords: 3 },
      left: ['image a', 'image b'],
      warnings: ['slow', 'disk-2'],
    };
    const script = `echo talk >&2; cat <<'END'\n${JSON.stringify(result)}\nEND\nexit 7`;
    const told = await runTask(host.withShell(shell), new ShellTask({ script }));
    // Two bytes of UTF-8 that JSON of printable ASCII has no room for.
    const message = result.message.replace('\u00e9', '??');
    expect(told.result).toMatchObject({ task: 'ShellTask', dryRun: false, ...result, message });
    expect(told.exitCode).toBe(1);
    expect(told.log).toContain('talk');
  });

  test.each([
    ['no line', ''],
    ['two lines', 'echo \'{"outcome":"done"}\'; echo more'],
    ['no JSON', 'echo done'],
    ['JSON cut short', says('{"outcome":"done"')],
    ['something behind it', says('{"outcome":"done"} {}')],
    ['no outcome', says({ message: 'x' })],
    ['another outcome', says({ outcome: 'great' })],
    ['an unknown member', says({ outcome: 'done', bytesReclaimed: 5 })],
    ['a member twice', says('{"outcome":"done","outcome":"nothing"}')],
    ['an unknown kind', says({ outcome: 'done', removed: { image: 1 } })],
    ['a kind twice', says('{"outcome":"done","removed":{"images":1,"images":1}}')],
    ['less than none', says({ outcome: 'done', removed: { images: -1 } })],
    ['a fraction', says({ outcome: 'done', removed: { images: 1.5 } })],
    ['an incredible number', says('{"outcome":"done","removed":{"images":9999999999999}}')],
    ['an escape', says('{"outcome":"done","message":"a\\u0041"}')],
    ['a code that is a sentence', says({ outcome: 'skipped', reason: 'Not today' })],
    ['no reason where one is due', says({ outcome: 'failed' })],
    ['too much', says({ outcome: 'done', message: 'x'.repeat(1200) })],
    ['done, but exit code 3', `${says({ outcome: 'done' })}; exit 3`],
  ])('does not believe %s', async (_what, script) => {
    const { result, exitCode } = await run(`:\n${script}`);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'broken-result' });
    expect(result).not.toHaveProperty('removed');
    expect(result.message).toBeTruthy();
    expect(exitCode).toBe(1);
  });

  test('a script that fails without a result is told by its exit code', async () => {
    expect((await run('exit 9')).result).toMatchObject({ outcome: 'failed', reason: 'script-failed' });
    expect((await run('exit 9')).result.message).toContain('code 9');
  });

  test('is left out of a dry run unless it says that it can do one', async () => {
    const script = `touch "/run/touched-$DRY_RUN"; ${says({ outcome: 'done' })}`;
    expect((await run(script, true)).result).toMatchObject({
      outcome: 'skipped',
      reason: 'dry-run-unsupported',
    });
    await must(host, '! ls /run/touched-*');
    const dry = await run(script, true, { supportsDryRun: true });
    expect(dry.result).toMatchObject({ outcome: 'done', dryRun: true });
    expect((await run(script)).result).toMatchObject({ outcome: 'done', dryRun: false });
    expect(await must(host, 'ls /run/touched-*')).toBe('/run/touched-false\n/run/touched-true');
  });

  test('gets the script as it is, and finds the keep label and its time', async () => {
    const script = `#!/bin/sh
      # a comment stays
      words='  two   words  '
      [ "$words" = "$(printf '  two   words  ')" ] && [ "$KEEP_LABEL" = docker-housekeeping.keep ] &&
        [ "$SECONDS_LEFT" -gt 500 ] && [ "$SECONDS_LEFT" -lt 600 ] && ${says({ outcome: 'nothing' })}
    `;
    expect((await run(script)).result).toMatchObject({ outcome: 'nothing' });
  });

  test('a script that floods its output, or does not end, is ended in time and leaves no lock', async () => {
    const flood = await run('yes | head -c 30000000');
    expect(flood.result).toMatchObject({ outcome: 'failed', reason: 'broken-result' });
    const { result } = await run(`sleep 1000 & ${says({ outcome: 'done' })}`, false, {
      timeout: Duration.minutes(1),
    });
    expect(result).toMatchObject({ outcome: 'failed', reason: 'deadline' });
    await must(host, 'flock -n /run/docker-housekeeping/lock true');
  });
});
