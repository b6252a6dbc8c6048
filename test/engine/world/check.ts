import { existsSync } from 'node:fs';
import type { HousekeepingTask } from '../../../lib';
import type { StepResult } from '../../../lib/contract';
import type { PrivateHost } from '../../../local/private-host';
import { runTask, type TaskRun } from '../run-task';
import { sizeOf } from './objects';
import type { Scenario, TaskPlan, World } from './plan';
import { render } from './render';
import { removeAll, takeSnapshot } from './snapshot';
import { toTask } from './tasks';
import { counts, judge, judgeDry } from './verdict';

/** What has been checked, counted where it is. */
export interface Tally {
  worlds: number;
  tasks: number;
  /** How many of the tasks had something to remove. */
  fruitful: number;
  /** Objects, records of the build cache not counted. */
  removed: number;
}

/** What was found wrong in a world, with all that it takes to see it again. */
export class Violation extends Error {}

/** What runs a task; the tests of the tests give one that does wrong. */
export type RunTask = (host: PrivateHost, task: HousekeepingTask, dryRun: boolean) => Promise<TaskRun>;

/** Builds a world, runs the tasks in it, and holds every state in between against what should be. */
export async function check(
  host: PrivateHost,
  { world, tasks }: Scenario,
  tally: Tally,
  run: RunTask = runTask,
): Promise<void> {
  await removeAll(host);
  const script = render(world);
  const built = await host.run(['sh', '-s'], { input: script });
  if (built.code !== 0) throw new Violation(`the world could not be built: ${built.stderr}\n${script}`);

  const found: string[] = [];
  try {
    // Each task three times before the next one: what a dry run says then holds for the run, whatever went before.
    for (const [n, task] of tasks.entries()) {
      const { removed, cache, wrong } = await checkTask(host, world, task, run);
      found.push(...wrong.map((what) => `task ${n}: ${what}`));
      tally.tasks += 1;
      tally.removed += removed;
      if (removed + cache > 0) tally.fruitful += 1;
      if (found.length > 0) break;
    }
  } catch (error) {
    found.push((error as Error).message);
  }
  // What the values of labels ask a careless shell to do.
  if (existsSync(`/proc/${host.pid}/root/run/broken`)) {
    await host.run(['rm', '/run/broken']);
    found.push('a value was run as a command');
  }
  tally.worlds += 1;
  if (found.length > 0) {
    const list = tasks.map((task, n) => `# ${n}: ${JSON.stringify(task)}\n`).join('');
    throw new Violation(`${found.join('\n')}\n\n# The tasks\n${list}\n${script}`);
  }
}

interface Checked {
  /** How many objects it removed, and how many records of the build cache. */
  readonly removed: number;
  readonly cache: number;
  readonly wrong: readonly string[];
}

/** Runs a task dry, in earnest and once more. */
async function checkTask(
  host: PrivateHost,
  { directories }: World,
  task: TaskPlan,
  runTask: RunTask,
): Promise<Checked> {
  const run = async (dryRun: boolean): Promise<StepResult> =>
    (await runTask(host, toTask(task, 0), dryRun)).result;
  const common = { task, directories };
  const before = await takeSnapshot(host);
  const dry = await run(true);
  const afterDry = await takeSnapshot(host);
  const wrong = judgeDry({ ...common, before, after: afterDry, result: dry }).map(
    (what) => `the dry run: ${what}`,
  );

  const first = await run(false);
  const after = await takeSnapshot(host);
  wrong.push(...judge({ ...common, before, after, result: first }).map((what) => `the run: ${what}`));
  // Held against each other too, so that a mistake of the model cannot hide a difference.
  if (dry.reason !== 'dry-run-unsupported' && said(dry) !== said(first)) {
    wrong.push(`the dry run said ${said(dry)}, but the run ${said(first)}`);
  }

  const second = await run(false);
  const end = await takeSnapshot(host);
  const again = judge({ ...common, before: after, after: end, result: second });
  wrong.push(...again.map((what) => `the second run: ${what}`));
  // One that is bounded goes on where it stopped.
  if (task.maxRemovals === undefined && sizeOf(end) < sizeOf(after))
    wrong.push('the second run removed more');
  const cache = before.cacheRecords.length - end.cacheRecords.length;
  return { removed: sizeOf(before) - sizeOf(end) - cache, cache, wrong };
}

function said({ outcome, reason, removed }: StepResult): string {
  return `${outcome}${reason === undefined ? '' : ` (${reason})`}, ${counts(removed)}`;
}
