import { posix } from 'node:path';
import { CONFIG_FILES_LABEL, WORKING_DIR_LABEL } from './alphabet';
import { projectDown } from './model-compose';
import { type Foretold, NOTHING_GOES } from './model-parts';
import type { Container, Snapshot } from './objects';
import type { DirectoryPlan, TaskPlan } from './plan';

/** The one project that was started from a folder. If files are given, it was started with exactly those. */
export function directoryDown(
  state: Snapshot,
  task: TaskPlan,
  directories: readonly DirectoryPlan[],
): Foretold {
  const fails = (reason: string): Foretold => ({ ...NOTHING_GOES, outcome: 'failed', reason });
  const { directory = '', files = [] } = task;
  const real = directories.find(({ path, link }) => directory === path || directory === link);
  // A project with a name is selected by it, with or without files for Compose.
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

/** A link also selects what was started from its folder. A folder does not select what a link started. */
function wasStarted(
  { labels }: Container,
  directory: string,
  real: string,
  files: readonly string[],
): boolean {
  const from = labels[WORKING_DIR_LABEL];
  if (from === undefined || ![directory, real].includes(from)) return false;
  if (files.length === 0) return true;
  /** All forms in which a label may name a file. */
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

/** All ways to join one text of each list with commas. */
function joined([first = [], ...rest]: readonly (readonly string[])[]): string[] {
  if (rest.length === 0) return [...first];
  return first.flatMap((text) => joined(rest).map((more) => `${text},${more}`));
}
