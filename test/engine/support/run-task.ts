import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DISK_STEP, MAX_RESULT_BYTES, type ListedObject, type StepResult } from '../../../lib/contract';
import {
  commandDocument,
  type CommandDocumentContent,
  type CommandDocumentStep,
} from '../../../lib/command-document';
import type { HousekeepingTask } from '../../../lib/tasks/task';
import type { Host } from '../../../local/host/private-host';
import { capture } from '../../../local/host/process';
import { runDocument } from '../../../local/ssm-agent';
import { documentSteps } from '../../../local/ssm-agent/document';
import { runScript } from '../../../local/ssm-agent/script';
import { readObjects } from './objects';

/** The shells that are `sh` somewhere: on Debian and Ubuntu, on Amazon Linux, on Alpine. */
export const SHELLS = ['dash', 'bash', 'busybox'] as const;

/** How one task went on a host, run as the SSM Agent runs it. */
export interface TaskRun {
  readonly result: StepResult;
  /** What the step lists after its result. */
  readonly objects: readonly ListedObject[];
  readonly exitCode: number | undefined;
  readonly log: string;
}

/** Runs tasks on a host in one document. @returns what each reported, the `host` step first */
export function runTasks(host: Host, tasks: readonly HousekeepingTask[], dryRun = false): Promise<TaskRun[]> {
  return runSteps(host, withoutDiskStep(commandDocument(tasks)), dryRun);
}

/** Runs the step `disk` alone, on a host that has the scripts. */
export async function runDiskStep(host: Host, tasks: readonly HousekeepingTask[]): Promise<TaskRun> {
  const { mainSteps, ...document } = commandDocument(tasks);
  const [run] = await runSteps(host, { ...document, mainSteps: mainSteps.slice(-1) }, false);
  return run!;
}

/** No test of a task looks at the disk, and measuring it takes as long as a task. */
function withoutDiskStep({ mainSteps, ...document }: CommandDocumentContent): CommandDocumentContent {
  return { ...document, mainSteps: mainSteps.filter(({ name }) => name !== DISK_STEP) };
}

/**
 * Runs one task and gives what it reported. Where the host still has the scripts that the step `host` leaves, that
 * step is left out: it says nothing that is looked at here, and takes as long as a task.
 */
export async function runTask(host: Host, task: HousekeepingTask, dryRun = false): Promise<TaskRun> {
  const { mainSteps, ...document } = withoutDiskStep(commandDocument([task]));
  const steps = (await hasScripts(host, mainSteps.at(-1)!)) ? mainSteps.slice(1) : mainSteps;
  const run = (await runSteps(host, { ...document, mainSteps: steps }, dryRun)).at(-1);
  if (run === undefined) throw new Error('the document has no step for the task');
  return run;
}

/** Runs the step `host` alone, which leaves on the host the scripts of these tasks. */
export async function runHostStep(host: Host, tasks: readonly HousekeepingTask[]): Promise<TaskRun> {
  const { mainSteps, ...document } = commandDocument(tasks);
  const [run] = await runSteps(host, { ...document, mainSteps: mainSteps.slice(0, 1) }, false);
  return run!;
}

/**
 * Runs one task's own step on a host that has the scripts, for the agent to kill it at a signal. @returns what became
 * of it; a script that ends by itself has printed its result
 */
export async function killTask(
  host: Host,
  task: HousekeepingTask,
  signal: AbortSignal,
): Promise<{ exitCode: number; stdout: string }> {
  const step = documentSteps(withoutDiskStep(commandDocument([task])), {}).at(-1)!;
  const folder = await mkdtemp(join(tmpdir(), 'killed-step-'));
  try {
    const file = join(folder, '_script.sh');
    await writeFile(file, step.runCommand.map((line) => `${line}\n`).join(''), { mode: 0o700 });
    const environment = { SSM_COMMAND_ID: '11111111-2222-3333-4444-555555555555' };
    const { timeoutSeconds } = step;
    const { exitCode, stdout } = await runScript(file, { host, environment, timeoutSeconds, signal });
    return { exitCode, stdout: stdout.toString() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The result that a step printed before its list of objects. */
export function resultOf(stdout: string): StepResult {
  return JSON.parse(stdout.split('\n', 1)[0] ?? '') as StepResult;
}

async function runSteps(host: Host, document: CommandDocumentContent, dryRun: boolean): Promise<TaskRun[]> {
  const run = await runDocument(document, {
    host,
    parameters: { DryRun: [String(dryRun)] },
    commandId: '11111111-2222-3333-4444-555555555555',
    instanceId: 'i-0123456789abcdef0',
  });
  return run.steps.map(({ plugin, stdout, stderr }) => {
    // Every result, in every test, keeps the contract: one short line of JSON, then a line for each object.
    const [, line = '', list = ''] = /^(\{[\x20-\x7e]*\}\n)((?:[\x21-\x7e ]+\n)*)$/.exec(stdout) ?? [];
    if (line === '' || Buffer.byteLength(line) > MAX_RESULT_BYTES) {
      throw new Error(`step ${plugin.Name} printed ${JSON.stringify(stdout)}; its log: ${stderr}`);
    }
    const result = resultOf(line);
    return { result, objects: readObjects(list, result), exitCode: plugin.ResponseCode, log: stderr };
  });
}

async function hasScripts(host: Host, { inputs }: CommandDocumentStep): Promise<boolean> {
  const [, scripts = ''] = /^SCRIPTS='(.*)'$/m.exec(inputs.runCommand.join('\n')) ?? [];
  const look = 'cd /run/docker-housekeeping/scripts && for file; do [ -r "$file" ] || exit 1; done';
  return (await capture(host.enter(['sh', '-c', look, 'sh', ...scripts.split(' ')]))).code === 0;
}
