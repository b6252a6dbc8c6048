import type { PrivateHost } from '../../../local/host/private-host';
import type { TaskRun } from '../support/run-task';
import type { RunTask } from './check';
import { countCalls, runWithFault } from './disturb';
import { judgeDisturbedList, judgeList, removalsOf } from './list-verdict';
import { sizeOf, type Snapshot } from './objects';
import type { Scenario, TaskPlan } from './plan';
import { takeSnapshot } from './snapshot';
import { toTask } from './tasks';
import { counts, isBlind, judge, judgeDisturbed, judgeDry } from './verdict';

export interface Checked {
  /** How many objects the task removed, and how many records of the build cache. */
  readonly removed: number;
  readonly cache: number;
  readonly wrong: readonly string[];
}

/** Runs a task dry, then for real, then again. If the world has a fault, the first real run has it. */
export async function checkTask(
  host: PrivateHost,
  { world: { directories }, fault }: Scenario,
  task: TaskPlan,
  runTask: RunTask,
): Promise<Checked> {
  const run = (dryRun: boolean): Promise<TaskRun> => runTask(host, toTask(task, 0), dryRun);
  const common = { task, directories };
  const before = await takeSnapshot(host);
  const { outcome: dry, count } = fault
    ? await countCalls(host, () => run(true))
    : { outcome: await run(true), count: 0 };
  const afterDry = await takeSnapshot(host);
  const wrong = judgeDry({ ...common, before, after: afterDry, result: dry.result }).map(
    (what) => `the dry run: ${what}`,
  );

  const first = fault
    ? await runWithFault(host, fault, count, () => run(false))
    : { outcome: await run(false), call: undefined };
  const { result, objects } = first.outcome;
  const after = await takeSnapshot(host);
  if (first.call === undefined) {
    const found = [...judge({ ...common, before, after, result }), ...judgeList({ before, after, objects })];
    wrong.push(...found.map((what) => `the run: ${what}`));
    wrong.push(...differences(task, before, dry, first.outcome));
  } else {
    const when = `the run whose CLI failed at "${first.call}"`;
    const found = [
      ...judgeDisturbed({ ...common, before, after, result }),
      ...judgeDisturbedList({ before, after, objects }),
    ];
    wrong.push(...found.map((what) => `${when}: ${what}`));
  }

  const second = await run(false);
  const end = await takeSnapshot(host);
  const again = [
    ...judge({ ...common, before: after, after: end, result: second.result }),
    ...judgeList({ before: after, after: end, objects: second.objects }),
  ];
  wrong.push(...again.map((what) => `the second run: ${what}`));
  // A task with `maxRemovals` continues where it stopped.
  if (task.maxRemovals === undefined && first.call === undefined && sizeOf(end) < sizeOf(after))
    wrong.push('the second run removed more');
  const cache = before.cacheRecords.length - end.cacheRecords.length;
  return { removed: sizeOf(before) - sizeOf(end) - cache, cache, wrong };
}

/** Compares the dry run with the run. It does not use the model, whose mistake could hide a difference. */
function differences(task: TaskPlan, before: Snapshot, dry: TaskRun, real: TaskRun): string[] {
  if (dry.result.reason === 'dry-run-unsupported' || said(dry) === said(real)) return [];
  if (isBlind(task) && before.volumes.some(({ undescribed }) => undescribed)) return [];
  return [`the dry run said ${said(dry)}, but the run ${said(real)}`];
}

function said({ result: { outcome, reason, removed }, objects }: TaskRun): string {
  return `${outcome}${reason === undefined ? '' : ` (${reason})`}, ${counts(removed)}: ${removalsOf(objects)}`;
}
