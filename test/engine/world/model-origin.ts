import { posix } from 'node:path';
import { CONFIG_FILES_LABEL, WORKING_DIR_LABEL } from './alphabet';
import { projectDown } from './model-compose';
import { type Foretold, NOTHING_GOES } from './model-parts';
import type { Container, Snapshot } from './objects';
import type { DirectoryPlan, TaskPlan } from './plan';

/** The one project that was started from a folder, with just the files that are given, if any are. */
export function directoryDown(
  state: Snapshot,
  task: TaskPlan,
  directories: readonly DirectoryPlan[],
): Foretold {
  const fails = (reason: string): Foretold => ({ ...NOTHING_GOES, outcome: 'failed', reason });
  const { directory = '', files = [] } = task;
  const real = directories.find(({ path, link }) => directory === path || directory === link);
  // Whose name is known goes by that name, whether there is anything for Compose or not.
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
  if (project === undefined) return NOTHING_GOES;
  const elsewhere = named.some((one) => one.project === project && !started.includes(one));
  return another !== undefined || elsewhere ? fails('ambiguous-project') : projectDown(state, task, project);
}

/** Of a link the folder counts too; but whoever gives the folder need not know what links lead there. */
function wasStarted(
  { labels }: Container,
  directory: string,
  real: string,
  files: readonly string[],
): boolean {
  const from = labels[WORKING_DIR_LABEL];
  if (from === undefined || ![directory, real].includes(from)) return false;
  if (files.length === 0) return true;
  /** All that a label may say of a file. */
  const ways = (file: string): string[] => {
    const absolute = posix.resolve(directory, file);
    const inside = posix.relative(directory, absolute);
    return [absolute, inside, posix.join(real, inside)];
  };
  const label = labels[CONFIG_FILES_LABEL];
  return orders(files).some((order) => joined(order.map(ways)).some((text) => text === label));
}

/** The list in each order. */
function orders<T>(list: readonly T[]): T[][] {
  if (list.length === 0) return [[]];
  return list.flatMap((first, n) =>
    orders(list.filter((_, other) => other !== n)).map((rest) => [first, ...rest]),
  );
}

/** One of each, joined by commas, in each way. */
function joined([first = [], ...rest]: readonly (readonly string[])[]): string[] {
  if (rest.length === 0) return [...first];
  return first.flatMap((text) => joined(rest).map((more) => `${text},${more}`));
}
