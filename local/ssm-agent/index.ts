import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandPlugin } from '@aws-sdk/client-ssm';
import type { Host } from '../host/private-host';
import { documentSteps, type DocumentStep, type ParameterValues } from './document';
import { combinedOutput } from './output';
import { runScript, type ScriptRun } from './script';

export interface AgentOptions {
  readonly host: Host;
  readonly parameters?: ParameterValues;
  readonly commandId: string;
  readonly instanceId: string;
  /** Called with each step before it runs. */
  readonly onStep?: (name: string) => void;
  /** Kills the running step and throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A step as Systems Manager reports it, with its complete output. */
export interface StepRun {
  readonly plugin: CommandPlugin;
  readonly stdout: string;
  readonly stderr: string;
}

/** The agent's answer for one command on one host. */
export interface AgentResult {
  readonly status: 'Success' | 'Failed' | 'TimedOut';
  readonly statusDetails: 'Success' | 'Failed' | 'ExecutionTimedOut';
  readonly steps: readonly StepRun[];
}

/** The exit codes with which a script ends the document. */
const EXIT_WITH_SUCCESS = 168;
const EXIT_WITH_FAILURE = 169;
const REBOOT = 194;
/** The agent's code for a script that it killed. It treats a script that exits with 137 in the same way. */
const KILLED = 137;

/**
 * Runs a Command document on a host as the SSM Agent does, step by step. If a step fails, the later ones
 * still run.
 *
 * @throws for a document with features that this project does not use, and for a step that requests a reboot
 * @see https://github.com/aws/amazon-ssm-agent
 */
export async function runDocument(content: unknown, options: AgentOptions): Promise<AgentResult> {
  const steps = documentSteps(content, options.parameters ?? {});
  const orchestration = await mkdtemp(join(tmpdir(), 'ssm-orchestration-'));
  try {
    const runs: StepRun[] = [];
    let ended = false;
    for (const step of steps) {
      options.signal?.throwIfAborted();
      if (ended) runs.push(skipped(step, 'a prior step with an exit condition'));
      else if (!step.forLinux) runs.push(skipped(step, 'unsatisfied preconditions'));
      else {
        options.onStep?.(step.name);
        const run = await runStep(step, orchestration, options);
        ended = [EXIT_WITH_SUCCESS, EXIT_WITH_FAILURE].includes(run.plugin.ResponseCode ?? 0);
        runs.push(run);
      }
    }
    options.signal?.throwIfAborted();
    return { ...overall(runs), steps: runs };
  } finally {
    await rm(orchestration, { recursive: true, force: true });
  }
}

async function runStep(step: DocumentStep, orchestration: string, options: AgentOptions): Promise<StepRun> {
  const folder = join(orchestration, step.name);
  const file = join(folder, '_script.sh');
  await mkdir(folder, { mode: 0o700 });
  await writeFile(file, step.runCommand.map((line) => `${line}\n`).join(''), { mode: 0o700 });

  const started = new Date();
  const run = await runScript(file, {
    host: options.host,
    environment: {
      SSM_COMMAND_ID: options.commandId,
      AWS_SSM_INSTANCE_ID: options.instanceId,
      AWS_SSM_REGION_NAME: 'local',
      AWS_SSM_PLATFORM_NAME: 'Linux',
      AWS_SSM_PLATFORM_VERSION: 'local',
    },
    timeoutSeconds: step.timeoutSeconds,
    ...(options.signal && { signal: options.signal }),
  });
  if (run.exitCode === REBOOT) {
    throw new Error(`step ${step.name} ended with code ${REBOOT}, which asks for a reboot: not done here`);
  }
  return finished(step, started, run);
}

function finished(step: DocumentStep, started: Date, { exitCode, ending, ...run }: ScriptRun): StepRun {
  const times = { ResponseStartDateTime: started, ResponseFinishDateTime: new Date() };
  const plugin = (status: 'Success' | 'Failed' | 'TimedOut', stdout: Buffer, stderr: Buffer): StepRun => ({
    plugin: {
      Name: step.name,
      Status: status,
      StatusDetails: status === 'TimedOut' ? 'ExecutionTimedOut' : status,
      ResponseCode: exitCode,
      ...times,
      Output: combinedOutput(stdout, stderr),
    },
    stdout: stdout.toString(),
    stderr: stderr.toString(),
  });
  if (exitCode === 0) return plugin('Success', run.stdout, run.stderr);
  if (exitCode === KILLED) return plugin('TimedOut', run.stdout, run.stderr);

  const stderr = Buffer.concat([run.stderr, Buffer.from(`failed to run commands: ${ending}`)]);
  if (exitCode === EXIT_WITH_SUCCESS) {
    return plugin(
      'Success',
      Buffer.concat([run.stdout, endOfDocument(exitCode, 'succeeded')]),
      Buffer.alloc(0),
    );
  }
  if (exitCode === EXIT_WITH_FAILURE) {
    const end = endOfDocument(exitCode, 'Failed');
    return plugin('Failed', Buffer.concat([run.stdout, end]), Buffer.concat([stderr, end]));
  }
  return plugin('Failed', run.stdout, stderr);
}

function endOfDocument(code: number, marked: string): Buffer {
  return Buffer.from(
    `\nStep exited with code ${code}. Therefore, marking step as ${marked}. Further document steps will be skipped.`,
  );
}

function skipped({ name }: DocumentStep, why: string): StepRun {
  const now = new Date();
  const output = `Step execution skipped due to ${why}. Step name: ${name}`;
  return {
    plugin: {
      Name: name,
      Status: 'Success',
      StatusDetails: 'Success',
      ResponseCode: 0,
      ResponseStartDateTime: now,
      ResponseFinishDateTime: now,
      Output: output,
    },
    stdout: '',
    stderr: '',
  };
}

/** Returns the worst status of the steps. A failed step is worse than one that timed out. */
function overall(steps: readonly StepRun[]): Pick<AgentResult, 'status' | 'statusDetails'> {
  const statuses = steps.map(({ plugin }) => plugin.Status);
  if (statuses.includes('Failed')) return { status: 'Failed', statusDetails: 'Failed' };
  if (statuses.includes('TimedOut')) return { status: 'TimedOut', statusDetails: 'ExecutionTimedOut' };
  return { status: 'Success', statusDetails: 'Success' };
}
