import type { Removed, StepResult } from '../../../lib/contract';
import { foretell, foretellDry } from './model';
import type { Foretold } from './model-parts';
import { KINDS, type Snapshot, without } from './objects';
import type { DirectoryPlan, TaskPlan } from './plan';
import { breaches } from './safety';

/** A run of a task, and what there was before and after. */
export interface Run {
  readonly task: TaskPlan;
  readonly directories: readonly DirectoryPlan[];
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly result: StepResult;
}

/** Holds a run against the safety rules, the model and its own words. @returns what is wrong */
export function judge({ task, directories, before, after, result }: Run): string[] {
  const foretold = foretell(before, task, Date.now() / 1000, directories);
  const left = without(before, foretold.gone);
  const removed: Removed = { projects: foretold.projects };
  const found = [...breaches(before, after, task)];
  for (const kind of KINDS) {
    const lines = (more: Snapshot, less: Snapshot): string[] =>
      without(more, less)[kind].map(({ line }) => line);
    found.push(...lines(after, left).map((line) => `left of the ${kind}: ${line}`));
    found.push(...lines(left, after).map((line) => `should have left of the ${kind}: ${line}`));
    removed[kind] = before[kind].length - after[kind].length;
  }
  return [...found, ...wrongWords(result, { ...foretold, removed })];
}

/** Holds a dry run against the model and against what it must not do. */
export function judgeDry({ task, directories, before, after, result }: Run): string[] {
  const foretold = foretellDry(task, foretell(before, task, Date.now() / 1000, directories));
  const removed: Removed = { projects: foretold.projects };
  for (const kind of KINDS) removed[kind] = foretold.gone[kind].length;
  return [...breaches(before, after, undefined), ...wrongWords(result, { ...foretold, removed })];
}

/** Where what a task said is not what should be said. */
function wrongWords(
  result: StepResult,
  { removed, outcome, reason }: Pick<Foretold, 'outcome' | 'reason'> & { readonly removed: Removed },
): string[] {
  const found: string[] = [];
  const said = JSON.stringify(result);
  if (counts(result.removed) !== counts(removed)) {
    found.push(`said ${counts(result.removed)} and not ${counts(removed)}: ${said}`);
  }
  if (result.outcome !== outcome || result.reason !== reason) {
    found.push(`ended not as ${outcome}${reason === undefined ? '' : ` (${reason})`}: ${said}`);
  }
  if (
    reason === 'disk-not-full' &&
    !/^blocks used: \d\d? %, inodes used: \d\d? %,/.test(result.message ?? '')
  ) {
    found.push(`told no figures: ${said}`);
  }
  return found;
}

/** E.g. `2 images, 1 networks`. */
export function counts(removed: Removed = {}): string {
  const some = Object.entries(removed).filter(([, count]) => count > 0);
  const text = some.map(([kind, count]) => `${count} ${kind}`);
  return text.sort().join(', ') || 'nothing';
}
