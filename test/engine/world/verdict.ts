import type { Removed, StepResult } from '../../../lib/contract';
import { reasonsAfter } from '../../support/disturbances';
import { predict, predictDry } from './model';
import type { Prediction } from './model-parts';
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

/** The reasons a task may give when one call of the Docker CLI fails. Any other reason is a defect. */
const REASONS: readonly string[] = reasonsAfter('call');

/** Compares a run with the safety rules, the model and its own result. @returns the differences */
export function judge({ task, directories, before, after, result }: Run): string[] {
  const prediction = predict(before, task, Date.now() / 1000, directories);
  const left = without(before, prediction.gone);
  const removed: Removed = { projects: prediction.projects };
  const found = [...breaches(before, after, task)];
  for (const kind of KINDS) {
    found.push(...listMissing(after, left, kind).map((line) => `left of the ${kind}: ${line}`));
    found.push(...listMissing(left, after, kind).map((line) => `should have left of the ${kind}: ${line}`));
    removed[kind] = before[kind].length - after[kind].length;
  }
  return [...found, ...findWrongClaims(result, { ...prediction, removed })];
}

/** Compares a dry run with the model, and checks that it changed nothing. */
export function judgeDry({ task, directories, before, after, result }: Run): string[] {
  const state = isBlind(task) ? allDescribed(before) : before;
  const prediction = predictDry(task, predict(state, task, Date.now() / 1000, directories));
  const removed: Removed = { projects: prediction.projects };
  for (const kind of KINDS) removed[kind] = prediction.gone[kind].length;
  return [...breaches(before, after, undefined), ...findWrongClaims(result, { ...prediction, removed })];
}

/**
 * Compares a run in which one call of the Docker CLI failed with the safety rules and its own result. The run may
 * remove too little, but then it must report so. It must never report more than it removed.
 */
export function judgeDisturbed({ task, directories, before, after, result }: Run): string[] {
  const prediction = predict(before, task, Date.now() / 1000, directories);
  const { outcome, reason, removed = {} } = result;
  const found = [...breaches(before, after, task, true)];
  const said = JSON.stringify(result);
  const known = reason === prediction.reason || (outcome === 'failed' && REASONS.includes(reason ?? ''));
  if (!known) found.push(`ended for no known reason: ${said}`);
  const inPeace = outcome === 'done' || outcome === 'nothing';
  const left = without(before, prediction.gone);
  for (const kind of KINDS) {
    const behind = inPeace ? listMissing(after, left, kind) : [];
    found.push(...behind.map((line) => `said ${outcome}, but left of the ${kind}: ${line}`));
    const gone = before[kind].length - after[kind].length;
    if ((removed[kind] ?? 0) > gone)
      found.push(`claimed more ${kind} than the ${gone} that were removed: ${said}`);
  }
  if ((removed.projects ?? 0) > prediction.projects) found.push(`claimed too many projects: ${said}`);
  return found;
}

/**
 * Whether a task asks the Engine about a volume only right before its removal. A dry run of such a task cannot
 * know that the Engine cannot describe the volume.
 */
export function isBlind({ kind, labels }: TaskPlan): boolean {
  return kind === 'ComposeDown' && labels === undefined;
}

function allDescribed(state: Snapshot): Snapshot {
  return { ...state, volumes: state.volumes.map((volume) => ({ ...volume, undescribed: false })) };
}

/** Lists the objects of one kind that `from` has and `state` lacks, one line each. */
function listMissing(from: Snapshot, state: Snapshot, kind: (typeof KINDS)[number]): string[] {
  return without(from, state)[kind].map(({ line }) => line);
}

/** Lists the differences between a task's result and the expected result. */
function findWrongClaims(
  result: StepResult,
  {
    removed,
    undescribed = 0,
    outcome,
    reason,
  }: Omit<Prediction, 'gone' | 'projects'> & { readonly removed: Removed },
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

/** Returns the counts as text, e.g. `1 networks, 2 images`. */
export function counts(removed: Removed = {}): string {
  const some = Object.entries(removed).filter(([, count]) => count > 0);
  const text = some.map(([kind, count]) => `${count} ${kind}`);
  return text.sort().join(', ') || 'nothing';
}
