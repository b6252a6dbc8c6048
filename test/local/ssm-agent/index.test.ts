import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { runDocument, type AgentOptions, type AgentResult } from '../../../local/ssm-agent';

/** This machine: the agent's work needs no Docker. */
const here = { enter: (argv: readonly string[]) => [...argv], environment: {} };

const folder = mkdtempSync(join(tmpdir(), 'ssm-agent-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Step {
  readonly lines: readonly string[];
  readonly timeoutSeconds?: string;
  readonly platform?: string;
}

function run(steps: Record<string, Step>, options: Partial<AgentOptions> = {}): Promise<AgentResult> {
  const mainSteps = Object.entries(steps).map(
    ([name, { lines, timeoutSeconds = '60', platform = 'Linux' }]) => ({
      action: 'aws:runShellScript',
      name,
      precondition: { StringEquals: ['platformType', platform] },
      inputs: { timeoutSeconds, runCommand: lines },
    }),
  );
  const parameters = {
    DryRun: {
      type: 'String',
      default: 'false',
      allowedValues: ['true', 'false'],
      allowedPattern: '^(true|false)$',
    },
    Text: { type: 'String', default: '' },
  };
  const content = { schemaVersion: '2.2', description: 'test', parameters, mainSteps };
  return runDocument(content, { host: here, commandId: 'c-1', instanceId: 'i-1', ...options });
}

async function runOne(lines: readonly string[], options: Partial<AgentOptions> = {}) {
  const { status, steps } = await run({ one: { lines } }, options);
  const step = steps[0];
  if (step === undefined) throw new Error('no step ran');
  return { status, ...step };
}

describe('the script', () => {
  test('is a file with mode 0700 in a folder of its step, executed by path, so that its first line counts', async () => {
    const { stdout } = await runOne([
      '#!/bin/sh',
      'echo "$0"',
      'stat -c %a "$0"',
      'tail -c 2 "$0" | od -c | head -1',
    ]);
    const [path, mode, end] = stdout.split('\n');
    expect(path).toMatch(/\/one\/_script\.sh$/);
    expect(mode).toBe('700');
    expect(end).toMatch(/1\s+\\n$/);
    expect(existsSync(path ?? '')).toBe(false);
  });

  test('gets the environment and the directory of a systemd service and of the agent, and nothing else', async () => {
    process.env.NOT_FOR_HOSTS = 'leak';
    const { stdout } = await runOne(['tr "\\0" "\\n" < /proc/$$/environ'], {
      host: { ...here, environment: { DOCKER_HOST: 'x' } },
    });
    delete process.env.NOT_FOR_HOSTS;
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    // PWD is the shell's own.
    expect(names.filter((name) => name !== 'PWD').sort()).toEqual([
      'AWS_SSM_INSTANCE_ID',
      'AWS_SSM_PLATFORM_NAME',
      'AWS_SSM_PLATFORM_VERSION',
      'AWS_SSM_REGION_NAME',
      'DOCKER_HOST',
      'PATH',
      'SSM_COMMAND_ID',
    ]);
    expect(stdout).toContain('SSM_COMMAND_ID=c-1\n');
    expect(stdout).toContain('AWS_SSM_INSTANCE_ID=i-1\n');
    expect((await runOne(['pwd'])).stdout).toBe('/usr/bin\n');
  });

  test('ends when its pipes are closed, not when its shell ends', async () => {
    const { stdout } = await runOne(['(sleep 1; echo late) &']);
    expect(stdout).toBe('late\n');
  });
});

describe('status', () => {
  test('after a failed step the later ones still run, and the invocation fails', async () => {
    const { status, statusDetails, steps } = await run({
      first: { lines: ['echo why >&2', 'exit 3'] },
      second: { lines: ['echo still here'] },
    });
    expect([status, statusDetails]).toEqual(['Failed', 'Failed']);
    expect(steps[0]?.plugin).toMatchObject({ Name: 'first', Status: 'Failed', ResponseCode: 3 });
    expect(steps[0]?.stderr).toBe('why\nfailed to run commands: exit status 3');
    expect(steps[1]?.plugin).toMatchObject({ Name: 'second', Status: 'Success', ResponseCode: 0 });
    expect(steps[1]?.plugin.Output).toBe('still here\n');
  });

  test('at the timeout the whole process group is killed at once: no trap runs, no child continues', async () => {
    const trapped = join(folder, 'trapped');
    const child = join(folder, 'child');
    const { status, statusDetails, steps } = await run({
      slow: {
        timeoutSeconds: '5',
        lines: [`trap 'touch ${trapped}' TERM EXIT`, `sleep 300 & echo $! > ${child}`, 'echo begun', 'wait'],
      },
      next: { lines: ['echo ran'] },
    });
    expect([status, statusDetails]).toEqual(['TimedOut', 'ExecutionTimedOut']);
    expect(steps[0]?.plugin).toMatchObject({
      Status: 'TimedOut',
      StatusDetails: 'ExecutionTimedOut',
      ResponseCode: 137,
    });
    expect(steps[0]?.plugin.Output).toBe('begun\n');
    expect(steps[1]?.plugin.Status).toBe('Success');
    expect(existsSync(trapped)).toBe(false);
    await until(() => !isRunning(Number(readFileSync(child, 'utf8'))));
  });

  test('a process that has left the group outlives the timeout, but does not hold up the step', async () => {
    const away = join(folder, 'away');
    const { steps } = await run({
      slow: { timeoutSeconds: '5', lines: [`setsid sh -c 'echo $$ > ${away}; exec sleep 60'`] },
    });
    expect(steps[0]?.plugin.Status).toBe('TimedOut');
    const pid = Number(readFileSync(away, 'utf8'));
    expect(isRunning(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });

  test('a failure outweighs a timeout', async () => {
    const { status } = await run({ killed: { lines: ['exit 137'] }, failed: { lines: ['exit 1'] } });
    expect(status).toBe('Failed');
  });

  test("a script's own exit code 137 counts as a timeout", async () => {
    const { status, plugin, stderr } = await runOne(['exit 137']);
    expect([status, plugin.Status, plugin.ResponseCode, stderr]).toEqual(['TimedOut', 'TimedOut', 137, '']);
  });

  test('a script that a signal ends has code -1', async () => {
    const { plugin, stderr } = await runOne(['kill -HUP 0']);
    expect([plugin.Status, plugin.ResponseCode]).toEqual(['Failed', -1]);
    expect(stderr).toBe('failed to run commands: signal: SIGHUP');
  });

  test('exit code 168 ends the document as succeeded, 169 as failed; later steps count as succeeded', async () => {
    const good = await run({
      one: { lines: ['echo a', 'echo b >&2', 'exit 168'] },
      two: { lines: ['exit 1'] },
    });
    expect(good.status).toBe('Success');
    expect(good.steps[0]?.plugin.Output).toMatch(/^a\n\nStep exited with code 168\. .*skipped\.$/);
    expect(good.steps[1]?.plugin).toMatchObject({ Status: 'Success', ResponseCode: 0 });
    expect(good.steps[1]?.plugin.Output).toContain('skipped');

    const bad = await run({ one: { lines: ['exit 169'] }, two: { lines: ['echo ran'] } });
    expect(bad.status).toBe('Failed');
    expect(bad.steps[1]?.stdout).toBe('');
  });

  test('a step for another platform is skipped, which counts as success', async () => {
    const { status, steps } = await run({ one: { lines: ['exit 1'], platform: 'Windows' } });
    expect(status).toBe('Success');
    expect(steps[0]?.plugin.Output).toContain('skipped');
  });

  test('a cancelled run kills its step and throws', async () => {
    const cancel = new AbortController();
    const mark = join(folder, 'cancelled');
    const running = run(
      { one: { lines: [`echo $$ > ${mark}`, 'sleep 300'] }, two: { lines: ['echo ran'] } },
      { signal: cancel.signal },
    );
    await until(() => existsSync(mark) && readFileSync(mark, 'utf8').endsWith('\n'));
    cancel.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    await until(() => !isRunning(Number(readFileSync(mark, 'utf8'))));
  });
});

describe('parameters', () => {
  test('a value replaces {{ Name }} everywhere, in one pass; other braces are not changed', async () => {
    const lines = ["echo '{{ DryRun }} {{DryRun}} {{ Text }} {{.ID}} {{ Other }}'"];
    const { stdout } = await runOne(lines, { parameters: { DryRun: ['true'], Text: ['{{ DryRun }} a$$b'] } });
    expect(stdout).toBe('true true {{ DryRun }} a$b {{.ID}} {{ Other }}\n');
    expect((await runOne(["echo '{{ DryRun }}'"])).stdout).toBe('false\n');
  });

  test.each([
    [{ DryRun: ['maybe'] }, 'parameter DryRun is "maybe", not one of true, false'],
    [{ DryRun: ['true', 'false'] }, 'parameter DryRun has 2 values, a String takes one'],
    [{ Dryrun: ['true'] }, 'parameter "Dryrun" is not in the document'],
  ])('%j is refused', async (parameters, message) => {
    await expect(runOne(['true'], { parameters })).rejects.toThrow(message);
  });

  test('the pattern, the only thing that the agent enforces, is matched without anchors, also on the default', async () => {
    const document = (pattern: string, value: string): unknown => ({
      schemaVersion: '2.2',
      parameters: { P: { type: 'String', default: value, allowedPattern: pattern } },
      mainSteps: [{ action: 'aws:runShellScript', name: 'one', inputs: { runCommand: ['true'] } }],
    });
    const options = { host: here, commandId: 'c', instanceId: 'i' };
    await expect(runDocument(document('^b$', 'abc'), options)).rejects.toThrow('does not match ^b$');
    expect((await runDocument(document('b', 'abc'), options)).status).toBe('Success');
  });
});

describe('the runner refuses what it does not know', () => {
  const step = { action: 'aws:runShellScript', name: 'one', inputs: { runCommand: ['true'] } };
  test.each([
    [{ schemaVersion: '1.2', mainSteps: [step] }, 'schemaVersion is "1.2"'],
    [{ schemaVersion: '2.2', mainSteps: [] }, 'mainSteps is missing or empty'],
    [{ schemaVersion: '2.2', mainSteps: [{ ...step, action: 'aws:runDocument' }] }, 'action of step one'],
    [{ schemaVersion: '2.2', mainSteps: [{ ...step, isEnd: true }] }, 'step has isEnd'],
    [
      { schemaVersion: '2.2', mainSteps: [{ ...step, inputs: { runCommand: ['true'], onFailure: 'exit' } }] },
      'inputs of step one has onFailure',
    ],
    [
      { schemaVersion: '2.2', parameters: { Dry_Run: { type: 'String', default: '' } }, mainSteps: [step] },
      'not alphanumeric',
    ],
  ])('%j', async (content, message) => {
    const options = { host: here, commandId: 'c', instanceId: 'i' };
    await expect(runDocument(content, options)).rejects.toThrow(message);
  });

  test('a reboot', async () => {
    await expect(runOne(['exit 194'])).rejects.toThrow('asks for a reboot');
  });
});

/** A killed process disappears a moment later. If a process was not killed, the test fails by its timeout. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(10);
}

/** Zombies count as ended. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
