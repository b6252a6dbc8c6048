import { MAX_RESULT_BYTES, type StepResult } from '../../lib/contract';
import { commandDocument } from '../../lib/command-document';
import type { HousekeepingTask } from '../../lib/tasks/task';
import type { Host } from '../../local/private-host';
import { runDocument } from '../../local/ssm-agent';

/** The shells that are `sh` somewhere: on Debian and Ubuntu, on Amazon Linux, on Alpine. */
export const SHELLS = ['dash', 'bash', 'busybox'] as const;

/** How one task went on a host, run as the SSM Agent runs it. */
export interface TaskRun {
  readonly result: StepResult;
  readonly exitCode: number | undefined;
  readonly log: string;
}

/** Runs tasks on a host in one document and gives what each reported, the `host` step first. */
export async function runTasks(
  host: Host,
  tasks: readonly HousekeepingTask[],
  dryRun = false,
): Promise<TaskRun[]> {
  const run = await runDocument(commandDocument(tasks), {
    host,
    parameters: { DryRun: [String(dryRun)] },
    commandId: '11111111-2222-3333-4444-555555555555',
    instanceId: 'i-0123456789abcdef0',
  });
  return run.steps.map(({ plugin, stdout, stderr }) => {
    // Every result, in every test, keeps the contract: one line, short, JSON.
    if (!/^\{[\x20-\x7e]*\}\n$/.test(stdout) || Buffer.byteLength(stdout) > MAX_RESULT_BYTES) {
      throw new Error(`step ${plugin.Name} printed ${JSON.stringify(stdout)}; its log: ${stderr}`);
    }
    return { result: JSON.parse(stdout) as StepResult, exitCode: plugin.ResponseCode, log: stderr };
  });
}

/** Runs one task and gives what it reported. */
export async function runTask(host: Host, task: HousekeepingTask, dryRun = false): Promise<TaskRun> {
  const [, run] = await runTasks(host, [task], dryRun);
  if (run === undefined) throw new Error('the document has no step for the task');
  return run;
}
