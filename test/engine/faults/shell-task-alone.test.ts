import { setTimeout } from 'node:timers/promises';
import { ShellTask } from '../../../lib';
import { type Host, PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { must } from '../support/images';
import { RUN_DIR } from '../support/interpose';
import { killTask, runHostStep, runTask } from '../support/run-task';

/** Says that it began, and ends when it is let go. */
const script = `
  echo >>/run/begun
  until [ -e /run/let-go ]; do sleep 0.1; done
  echo '{"outcome":"done"}'`;
const task = new ShellTask({ script });

const environment = new ShellTask({
  script: `
  { pwd; umask; env; } >/run/environment
  echo '{"outcome":"done"}'`,
});

describeDocker('the script of a ShellTask', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await PrivateHost.start();
  });
  afterAll(() => host.stop());

  /** Runs the task until its script has begun, then cancels the step as the agent does. */
  async function cancelled(shelled: Host): Promise<void> {
    await must(host, 'rm -f /run/begun /run/let-go');
    await runHostStep(shelled, [task]);
    const cancel = new AbortController();
    const killed = killTask(shelled, task, cancel.signal).catch(() => undefined);
    await must(host, 'until [ -e /run/begun ]; do sleep 0.05; done');
    cancel.abort();
    await killed;
    await must(host, `until flock -n ${RUN_DIR}/lock true; do sleep 0.05; done`);
  }
  const copies = (): Promise<string> => must(host, `pgrep -fc ' ${RUN_DIR}/work/script$' || true`);

  test.each(['dash', 'bash'] as const)(
    'that a cancelled step left running gets no second copy beside it, under %s',
    async (shell) => {
      const shelled = host.withShell(shell);
      await cancelled(shelled);
      const { result, exitCode } = await runTask(shelled, task);
      expect(result).toMatchObject({ outcome: 'skipped', reason: 'script-running' });
      expect(exitCode).toBe(0);
      expect(await copies()).toBe('1');

      // The first copy ends, and the next run starts the script again.
      await must(host, ': >/run/let-go');
      let next = (await runTask(shelled, task)).result;
      while (next.reason === 'script-running') {
        await setTimeout(100);
        next = (await runTask(shelled, task)).result;
      }
      expect(next).toMatchObject({ outcome: 'done' });
      expect(await must(host, 'wc -l </run/begun')).toBe('2');
    },
  );

  test('ends with a cancelled step under busybox, whose timeout leaves it in the process group of the step', async () => {
    const shelled = host.withShell('busybox');
    await cancelled(shelled);
    expect(await copies()).toBe('0');
    await must(host, ': >/run/let-go');
    expect((await runTask(shelled, task)).result).toMatchObject({ outcome: 'done' });
  });

  test('that a cancelled step left running does not give its exit code to another script', async () => {
    await cancelled(host);
    const other = new ShellTask({
      script: `
      >/run/let-go
      while [ "$(pgrep -fc ' ${RUN_DIR}/work/script$')" -gt 1 ]; do sleep 0.05; done
      sleep 0.5 # its shell notes its exit code
      kill -9 "$PPID"`,
      name: 'other',
    });
    expect((await runTask(host, other)).result).toMatchObject({ outcome: 'failed', reason: 'script-failed' });
  });

  test('that leaves a service running does not keep the next run from starting it', async () => {
    const service = new ShellTask({ script: `sleep 1000 >/dev/null 2>&1 & echo '{"outcome":"done"}'` });
    for (let run = 0; run < 2; run++) {
      expect((await runTask(host, service)).result).toMatchObject({ outcome: 'done' });
    }
  });

  test('finds the environment that the documentation tells', async () => {
    expect((await runTask(host, environment)).result).toMatchObject({ outcome: 'done' });
    const lines = (await must(host, 'cat /run/environment')).split('\n');
    expect(lines.slice(0, 2)).toEqual(['/', '0077']);
    expect(lines).toEqual(
      expect.arrayContaining([
        'LC_ALL=C',
        'DOCKER_CONTEXT=default',
        'HOME=/root',
        'DRY_RUN=false',
        'KEEP_LABEL=docker-housekeeping.keep',
        `TMPDIR=${RUN_DIR}/work`,
      ]),
    );
    expect(lines.find((line) => line.startsWith('PATH='))).toMatch(/:\/usr\/local\/bin$/);
    expect(lines.find((line) => line.startsWith('SECONDS_LEFT='))).toMatch(/=\d+$/);
  });
});
