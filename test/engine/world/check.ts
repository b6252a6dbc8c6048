import { existsSync } from 'node:fs';
import type { HousekeepingTask } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { runTask, type TaskRun } from '../support/run-task';
import { checkTask } from './check-task';
import type { Scenario } from './plan';
import { setMood, startPlugIn } from './plug-in';
import { render } from './render';
import { removeAll } from './snapshot';

/** Counts what has been checked. */
export interface Tally {
  worlds: number;
  tasks: number;
  /** The number of tasks that had something to remove. */
  fruitful: number;
  /** The number of objects, without records of the build cache. */
  removed: number;
}

/** The problems that were found in a world, with everything that you need to repeat them. */
export class Violation extends Error {}

/** Runs a task. The tests of these checks use faulty functions. */
export type RunTask = (host: PrivateHost, task: HousekeepingTask, dryRun: boolean) => Promise<TaskRun>;

/** Builds a world, runs the tasks in it, and compares every state in between with the expected one. */
export async function check(
  host: PrivateHost,
  scenario: Scenario,
  tally: Tally,
  run: RunTask = runTask,
): Promise<void> {
  const { world, tasks, fault } = scenario;
  await removeAll(host);
  if (world.volumes.some(({ driver }) => driver !== 'local')) await startPlugIn(host);
  const script = render(world);
  const built = await host.run(['sh', '-s'], { input: script });
  if (built.code !== 0) throw new Violation(`the world could not be built: ${built.stderr}\n${script}`);
  setMood(host, 'bad');

  const found: string[] = [];
  try {
    // Each task runs three times before the next one, so that its dry run and its run see the same state.
    for (const [n, task] of tasks.entries()) {
      const { removed, cache, wrong } = await checkTask(host, scenario, task, run);
      found.push(...wrong.map((what) => `task ${n}: ${what}`));
      tally.tasks += 1;
      tally.removed += removed;
      if (removed + cache > 0) tally.fruitful += 1;
      if (found.length > 0) break;
    }
  } catch (error) {
    found.push((error as Error).message);
  }
  // A careless shell would create this file from the value of a label.
  if (existsSync(`/proc/${host.pid}/root/run/broken`)) {
    await host.run(['rm', '/run/broken']);
    found.push('a value was run as a command');
  }
  tally.worlds += 1;
  if (found.length > 0) {
    const list = tasks.map((task, n) => `# ${n}: ${JSON.stringify(task)}\n`).join('');
    const what = fault ? `# A fault in each: ${JSON.stringify(fault)}\n` : '';
    throw new Violation(`${found.join('\n')}\n\n# The tasks\n${list}${what}\n${script}`);
  }
}
