import { Duration } from 'aws-cdk-lib';
import { ShellTask } from '../../../lib';
import { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { apart } from '../faults/hanging';
import { must } from '../support/images';
import { runTask, SHELLS, type TaskRun } from '../support/run-task';

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

  test.each(SHELLS)('reports the whole result of the script, under %s', async (shell) => {
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
    // The report is JSON in printable ASCII, so it cannot hold these two bytes of UTF-8.
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

  test('a script that fails without a result is reported with its exit code', async () => {
    expect((await run('exit 9')).result).toMatchObject({ outcome: 'failed', reason: 'script-failed' });
    expect((await run('exit 9')).result.message).toContain('code 9');
  });

  test('is left out of a dry run unless it supports one', async () => {
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

  test('runs the script unchanged, with the keep label and the time left', async () => {
    const script = `#!/bin/sh
      # a comment stays
      words='  two   words  '
      [ "$words" = "$(printf '  two   words  ')" ] && [ "$KEEP_LABEL" = docker-housekeeping.keep ] &&
        [ "$SECONDS_LEFT" -gt 500 ] && [ "$SECONDS_LEFT" -lt 600 ] && ${says({ outcome: 'nothing' })}
    `;
    expect((await run(script)).result).toMatchObject({ outcome: 'nothing' });
  });

  test('a flood of output does not end a script', async () => {
    const flood = await run('yes | head -c 30000000');
    expect(flood.result).toMatchObject({ outcome: 'failed', reason: 'broken-result' });
  });

  describe('a script that does not end is ended in time, and leaves no lock:', () => {
    // A shell cannot set a trap for a signal that was ignored when it started.
    const heeds = "trap 'echo told >$HOUSEKEEPING_RUN_DIR/told; exit' TERM; sleep 1000 & wait";
    const LATE = {
      'one that ignores SIGTERM': "trap '' TERM; while :; do sleep 1; done",
      'one that heeds it': heeds,
      'a child of one that has ended': `(${heeds}) & ${says({ outcome: 'done' })}`,
      'such a child that ignores SIGTERM': `trap '' TERM; sleep 1000 & ${says({ outcome: 'done' })}`,
    };
    const cases = SHELLS.flatMap((shell) => Object.keys(LATE).map((late) => [shell, late] as const));
    const runs = new Map<string, TaskRun & { state: string }>();

    // All run at once, because each takes all of its time.
    beforeAll(async () => {
      await run('exit'); // so that the scripts are there
      const late = async (shell: (typeof SHELLS)[number], name: keyof typeof LATE): Promise<void> => {
        const { runDir, place } = await apart(host, `${shell}-${Object.keys(LATE).indexOf(name)}`);
        const script = `exec 8>${runDir}/running; flock 8; ${LATE[name]}`;
        const task = new ShellTask({ script, timeout: Duration.minutes(1) });
        const ended = await runTask({ ...host.withShell(shell), environment: place.environment }, task);
        const state = await must(
          host,
          `for lock in lock running; do flock -n ${runDir}/$lock echo free || :; done
          cat ${runDir}/told 2>/dev/null || :`,
        );
        runs.set(`${shell} ${name}`, { ...ended, state });
      };
      await Promise.all(cases.map(([shell, name]) => late(shell, name as keyof typeof LATE)));
    });

    test.each(cases)('under %s, %s', (shell, name) => {
      const { result, state } = runs.get(`${shell} ${name}`)!;
      expect(result).toMatchObject({ outcome: 'failed', reason: 'deadline' });
      // The timeout of busybox signals only its own child. The agent ends the other processes.
      const told = shell === 'busybox' || name.includes('ignores') ? '' : '\ntold';
      expect(state).toBe(`free\nfree${told}`);
      expect(result.message).toContain('the script or a child of it');
    });
  });
});
