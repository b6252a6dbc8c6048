import type { HostReason, Removed, StepResult } from '../../../lib/contract';
import { foretell, foretellDry } from './model';
import type { Foretold } from './model-parts';
import { KINDS, type Snapshot, without } from './objects';
import type { DirectoryPlan, TaskPlan } from './plan';
import { breaches } from './safety';

/** A run of a task, and the state before and after it. */
export interface Run {
  readonly task: TaskPlan;
  readonly directories: readonly DirectoryPlan[];
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly result: StepResult;
}

/** The reasons for which a task that lost the Docker CLI at one call may fail. Any other is a defect. */
const REASONS: readonly string[] = [
  'docker-unreachable',
  'engine-error',
  'leftovers',
  'not-removed',
  'script-failed',
] satisfies HostReason[];

/** Compares a run with the safety rules, the model and its own result. @returns what is wrong */
export function judge({ task, directories, before, after, result }: Run): string[] {
  const foretold = foretell(before, task, Date.now() / 1000, directories);
  const left = without(before, foretold.gone);
  const removed: Removed = { projects: foretold.projects };
  const found = [...breaches(before, after, task)];
  for (const kind of KINDS) {
    found.push(...lines(after, left, kind).map((line) => `left of the ${kind}: ${line}`));
    found.push(...lines(left, after, kind).map((line) => `should have left of the ${kind}: ${line}`));
    removed[kind] = before[kind].length - after[kind].length;
  }
  return [...found, ...wrongWords(result, { ...foretold, removed })];
}

/** Compares a dry run with the model, and checks that it changed nothing. */
export function judgeDry({ task, directories, before, after, result }: Run): string[] {
  const state = isBlind(task) ? allDescribed(before) : before;
  const foretold = foretellDry(task, foretell(state, task, Date.now() / 1000, directories));
  const removed: Removed = { projects: foretold.projects };
  for (const kind of KINDS) removed[kind] = foretold.gone[kind].length;
  return [...breaches(before, after, undefined), ...wrongWords(result, { ...foretold, removed })];
}

/**
 * Compares a run that lost the Docker CLI at one call with the safety rules and with its own result. It may
 * have done less than it should, but then it reports so. It never reports more than it removed.
 */
export function judgeDisturbed({ task, directories, before, after, result }: Run): string[] {
  const foretold = foretell(before, task, Date.now() / 1000, directories);
  const { outcome, reason, removed = {} } = result;
  const found = [...breaches(before, after, task, true)];
  const said = JSON.stringify(result);
  const known = reason === foretold.reason || (outcome === 'failed' && REASONS.includes(reason ?? ''));
  if (!known) found.push(`ended for no known reason: ${said}`);
  const inPeace = outcome === 'done' || outcome === 'nothing';
  const left = without(before, foretold.gone);
  for (const kind of KINDS) {
    const behind = inPeace ? lines(after, left, kind) : [];
    found.push(...behind.map((line) => `said ${outcome}, but left of the ${kind}: ${line}`));
    const gone = before[kind].length - after[kind].length;
    if ((removed[kind] ?? 0) > gone)
      found.push(`claimed more ${kind} than the ${gone} that were removed: ${said}`);
  }
  if ((removed.projects ?? 0) > foretold.projects) found.push(`claimed too many projects: ${said}`);
  return found;
}

/**
 * Whether a task asks the Engine about a volume only right before its removal. A dry run then does not learn
 * that the Engine cannot describe it.
 */
export function isBlind({ kind, labels }: TaskPlan): boolean {
  return kind === 'ComposeDown' && labels === undefined;
}

function allDescribed(state: Snapshot): Snapshot {
  return { ...state, volumes: state.volumes.map((volume) => ({ ...volume, undescribed: false })) };
}

/** The objects of a kind that only the first state has, one line each. */
function lines(more: Snapshot, less: Snapshot, kind: (typeof KINDS)[number]): string[] {
  return without(more, less)[kind].map(({ line }) => line);
}

/** The differences between the result of a task and the expected one. */
function wrongWords(
  result: StepResult,
  {
    removed,
    undescribed = 0,
    outcome,
    reason,
  }: Omit<Foretold, 'gone' | 'projects'> & { readonly removed: Removed },
): string[] {
  const found: string[] = [];
  const said = JSON.stringify(result);
  if (counts(result.removed) !== counts(removed)) {
    found.push(`said ${counts(result.removed)} and not ${counts(removed)}: ${said}`);
  }
  if ((result.passedOver?.undescribed ?? 0) !== undescribed) {
    found.push(`did not leave ${undescribed} alone that the Engine does not describe: ${said}`);
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
