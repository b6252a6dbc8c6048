import { KEEP_LABEL } from '../../../lib/contract';
import type { TaskKind } from '../../../lib/tasks';
import { PROJECT_LABEL } from '../../../local/host/inventory';
import { COMPOSE_FILES, CONFIG_FILES_LABEL, type Labels, resolve, WORKING_DIR_LABEL } from './alphabet';
import { imagine } from './imagine';
import { predict } from './model';
import { KINDS, labelledProject } from './objects';
import type { TaskPlan, World } from './plan';
import type { RawTask } from './tasks';

/** How many targets an aimed task tries. */
const TRIES = 10;

/**
 * Aims a task at an object of the world, so that it removes something if possible. A task without an aim keeps its
 * random selection.
 */
export function aimTask(
  { aim, all, labels, way, ...task }: RawTask,
  world: World,
  values: readonly string[],
): TaskPlan {
  const random = labels === undefined ? task : { ...task, labels: resolve(labels, values) };
  if (aim === undefined) return writePaths(random, way);
  const targets = targetsOf(task.kind, world);
  const now = Date.now() / 1000;
  const state = imagine(world, now);
  const shots = Array.from({ length: TRIES }, (_, n) =>
    writePaths(selectTarget(random, targets, { aim: aim + n, all }), way),
  );
  const hasRemovals = (shot: TaskPlan): boolean => {
    const { gone } = predict(state, shot, now, world.directories);
    return KINDS.some((kind) => gone[kind].length > 0);
  };
  return shots.find(hasRemovals) ?? shots[0] ?? random;
}

/** Changes a task so that it selects one of the targets. */
function selectTarget(
  task: TaskPlan,
  targets: readonly Labels[],
  { aim, all }: { aim: number; all: boolean },
): TaskPlan {
  const one = <T>(list: readonly T[]): T | undefined => list[aim % list.length];
  const own = targets
    .map((carried) =>
      Object.entries(carried).filter(([key]) => key !== KEEP_LABEL && !key.startsWith('com.docker.')),
    )
    .filter((entries) => entries.length > 0);
  const labels = Object.fromEntries(
    one(own)?.slice(0, all ? undefined : 1) ?? Object.entries(task.labels ?? {}),
  );
  const started = one(targets.filter((carried) => carried[WORKING_DIR_LABEL] !== undefined)) ?? {};
  const home = started[WORKING_DIR_LABEL];
  const files = COMPOSE_FILES.filter((file) => started[CONFIG_FILES_LABEL]?.includes(file));
  const there = task.files?.every((file) => COMPOSE_FILES.some((other) => other === file));
  const named = one(targets.flatMap((carried) => carried[PROJECT_LABEL] ?? []));
  const project = (task.directory !== undefined && started[PROJECT_LABEL]) || named || task.project;
  const directory = home?.replace(/-link$/, '') ?? task.directory;
  return {
    ...task,
    ...(task.labels !== undefined && { labels }),
    ...(task.project !== undefined && project !== undefined && { project }),
    ...(task.directory !== undefined && directory !== undefined && { directory }),
    ...(there === true && files.length > 0 && { files }),
  };
}

/** Writes the directory and the files of a task in the chosen way: through a link, or as absolute paths. */
function writePaths(task: TaskPlan, way: RawTask['way']): TaskPlan {
  if (task.directory === undefined) return task;
  const directory = way?.throughLink === true ? `${task.directory}-link` : task.directory;
  const files = task.files?.map((file) => (way?.absolute === true ? `${directory}/${file}` : file));
  return { ...task, directory, ...(files && { files }) };
}

/** Lists the labels of each object that a task of this kind can select. */
function targetsOf(kind: TaskKind, { images, containers, volumes, networks }: World): Labels[] {
  const things: Readonly<Record<TaskKind, readonly { readonly labels: Labels }[]>> = {
    ComposeDown: [...containers, ...volumes, ...networks].filter(
      (thing) => labelledProject(thing) !== undefined,
    ),
    DanglingImagePrune: images.filter(({ tags }) => tags.length === 0),
    UnusedImagePrune: images.filter(({ tags }) => tags.length > 0),
    StoppedContainerPrune: containers,
    VolumePrune: volumes,
    NetworkPrune: networks,
    BuildCachePrune: [],
    ShellTask: containers.filter((thing) => labelledProject(thing) === undefined),
  };
  return things[kind].map(({ labels }) => labels);
}
