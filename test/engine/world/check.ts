import { existsSync } from 'node:fs';
import type { Removed, StepResult } from '../../../lib/contract';
import type { PrivateHost } from '../../../local/private-host';
import { runTask } from '../run-task';
import { foretell } from './model';
import type { Scenario, TaskPlan } from './plan';
import { render } from './render';
import { breaches } from './safety';
import { KINDS, removeAll, type Snapshot, takeSnapshot, without } from './snapshot';
import { toTask } from './tasks';

/** What has been checked, counted where it is. */
export interface Tally {
  worlds: number;
  tasks: number;
  removed: number;
}

/** What was found wrong in a world, with all that it takes to see it again. */
export class Violation extends Error {}

type Say = (what: string) => void;

/** Builds a world, runs the tasks in it, and holds every state in between against what should be. */
export async function check(host: PrivateHost, { world, tasks }: Scenario, tally: Tally): Promise<void> {
  await removeAll(host);
  const script = render(world);
  const built = await host.run(['sh', '-s'], { input: script });
  if (built.code !== 0) throw new Violation(`the world could not be built: ${built.stderr}\n${script}`);

  const found: string[] = [];
  try {
    // Each task three times before the next one: what a dry run says then holds for the run, whatever went before.
    for (const [n, task] of tasks.entries()) {
      tally.removed += await checkTask(host, task, (what) => found.push(`task ${n}: ${what}`));
      tally.tasks += 1;
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

/** Runs a task dry, in earnest and once more. @returns how many objects it removed */
async function checkTask(host: PrivateHost, task: TaskPlan, say: Say): Promise<number> {
  const run = async (dryRun: boolean): Promise<StepResult> =>
    (await runTask(host, toTask(task, 0), dryRun)).result;
  const before = await takeSnapshot(host);
  const dry = await run(true);
  for (const breach of breaches(before, await takeSnapshot(host), undefined)) say(`the dry run: ${breach}`);

  const first = await run(false);
  const after = await takeSnapshot(host);
  checkRun({ before, after, task, result: first }, (what) => say(`the run: ${what}`));
  if (counts(dry.removed) !== counts(first.removed)) {
    say(`the dry run said ${counts(dry.removed)}, but the run ${counts(first.removed)}`);
  }
  if (dry.outcome !== first.outcome) {
    say(`the dry run ended as ${JSON.stringify(dry)}, but the run as ${JSON.stringify(first)}`);
  }

  const second = await run(false);
  const end = await takeSnapshot(host);
  checkRun({ before: after, after: end, task, result: second }, (what) => say(`the second run: ${what}`));
  // One that is bounded goes on where it stopped.
  if (task.maxRemovals === undefined && size(end) < size(after)) say('the second run removed more');
  return size(before) - size(end);
}

interface Run {
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly task: TaskPlan;
  readonly result: StepResult;
}

/** Holds a run against the safety rules, the model and its own words. */
function checkRun({ before, after, task, result }: Run, say: Say): void {
  breaches(before, after, task).forEach(say);
  const { gone, projects, leftovers } = foretell(before, task, Date.now() / 1000);
  const left = without(before, gone);
  const removed: Removed = { projects: result.removed?.projects ?? 0 };
  for (const kind of KINDS) {
    without(after, left)[kind].forEach(({ line }) => say(`left of the ${kind}: ${line}`));
    without(left, after)[kind].forEach(({ line }) => say(`should have left of the ${kind}: ${line}`));
    removed[kind] = before[kind].length - after[kind].length;
  }
  if (counts(result.removed) !== counts(removed)) {
    say(`said ${counts(result.removed)}, but gone are ${counts(removed)}: ${JSON.stringify(result)}`);
  }
  if (removed.projects !== projects) say(`said ${removed.projects} projects and not ${projects}`);
  if ((result.outcome === 'failed') !== leftovers) say(`ended as ${JSON.stringify(result)}`);
}

/** E.g. `2 images, 1 networks`. */
function counts(removed: Removed = {}): string {
  const some = Object.entries(removed).filter(([, count]) => count > 0);
  const text = some.map(([kind, count]) => `${count} ${kind}`);
  return text.sort().join(', ') || 'nothing';
}

function size(state: Snapshot): number {
  return KINDS.reduce((sum, kind) => sum + state[kind].length, 0);
}
