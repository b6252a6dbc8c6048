import { posix } from 'node:path';
import { CONFIG_FILES_LABEL, WORKING_DIR_LABEL } from './alphabet';
import { predictProjectDown } from './model-compose';
import { type Prediction, NOTHING_REMOVED } from './model-parts';
import type { Container, Snapshot } from './objects';
import type { DirectoryPlan, TaskPlan } from './plan';

/** Predicts the result for the project that was started from a folder, with exactly the files that the task names. */
export function predictDirectoryDown(
  state: Snapshot,
  task: TaskPlan,
  directories: readonly DirectoryPlan[],
): Prediction {
  const fails = (reason: string): Prediction => ({ ...NOTHING_REMOVED, outcome: 'failed', reason });
  const { directory = '', files = [] } = task;
  const real = directories.find(({ path, link }) => directory === path || directory === link);
  // If the task names the project, its folder and files need not exist.
  if (task.project === undefined) {
    if (real === undefined) return fails('directory-missing');
    const there = real.files.map((file) => posix.resolve(directory, file));
    const missing = files.some((file) => !there.includes(posix.resolve(directory, file)));
    if (missing) return fails('compose-file-missing');
  }

  const named = state.containers.filter(
    ({ project }) => project !== undefined && (task.project ?? project) === project,
  );
  const started = named.filter((one) => wasStarted(one, directory, real?.path ?? directory, files));
  const [project = task.project, another] = [...new Set(started.map((one) => one.project))];
  if (project === undefined) return NOTHING_REMOVED;
  const elsewhere = named.some((one) => one.project === project && !started.includes(one));
  return another !== undefined || elsewhere
    ? fails('ambiguous-project')
    : predictProjectDown(state, task, project);
}

/**
 * Whether a container was started from the task's directory and files. If the directory is a link, containers
 * that were started from its target match too. The reverse does not hold.
 */
function wasStarted(
  { labels }: Container,
  directory: string,
  real: string,
  files: readonly string[],
): boolean {
  const from = labels[WORKING_DIR_LABEL];
  if (from === undefined || ![directory, real].includes(from)) return false;
  if (files.length === 0) return true;
  /** Lists all forms in which a label may name a file. */
  const ways = (file: string): string[] => {
    const absolute = posix.resolve(directory, file);
    const inside = posix.relative(directory, absolute);
    return [absolute, inside, posix.join(real, inside)];
  };
  const label = labels[CONFIG_FILES_LABEL];
  return orders(files).some((order) => joined(order.map(ways)).some((text) => text === label));
}

/** Returns the list in each possible order. */
function orders<T>(list: readonly T[]): T[][] {
  if (list.length === 0) return [[]];
  return list.flatMap((first, n) =>
    orders(list.filter((_, other) => other !== n)).map((rest) => [first, ...rest]),
  );
}

/** Returns all ways to join one text of each list with commas. */
function joined([first = [], ...rest]: readonly (readonly string[])[]): string[] {
  if (rest.length === 0) return [...first];
  return first.flatMap((text) => joined(rest).map((more) => `${text},${more}`));
}
