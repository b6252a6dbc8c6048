import { type Labels, WORKING_DIR_LABEL } from './alphabet';
import type { TaskPlan } from './plan';
import {
  type Container,
  type Image,
  kept,
  KINDS,
  type Network,
  projectOf,
  type Snapshot,
  type Thing,
  type Volume,
} from './objects';

/**
 * The safety rules, each thing that went taken by itself. Coarser than the model and without it, so that a mistake in
 * the model does not hide one in a task.
 *
 * @param task undefined where nothing may change
 */
export function breaches(before: Snapshot, after: Snapshot, task: TaskPlan | undefined): string[] {
  const found: string[] = [];
  const projectsKept = new Set(before.containers.filter(kept).map(projectOf));
  const mayGo = task === undefined || task.whenDiskUsedAbove === 99 ? undefined : allowed(before, task);
  for (const kind of KINDS) {
    for (const thing of before[kind]) {
      const still = after[kind].find(({ id }) => id === thing.id);
      if (still?.line === thing.line) continue;
      const whole = kind !== 'images' && projectOf(thing) !== undefined && projectsKept.has(projectOf(thing));
      if (still) found.push(`of the ${kind} changed: ${thing.line} is now ${still.line}`);
      else if (kept(thing)) found.push(`of the ${kind} went with the keep label: ${thing.line}`);
      else if (whole) found.push(`of the ${kind} went of a project to be kept: ${thing.line}`);
      else if (!(mayGo?.[kind] as ((thing: Thing) => boolean) | undefined)?.(thing)) {
        found.push(`of the ${kind} went against the rules: ${thing.line}`);
      }
    }
    for (const { id, line } of after[kind]) {
      if (!before[kind].some((thing) => thing.id === id)) found.push(`of the ${kind} came: ${line}`);
    }
  }
  return found;
}

/**
 * What a task may remove at most: labelled or of the project, and not used by what it does not remove too. One whose
 * condition is not met may remove nothing.
 */
function allowed({ containers }: Snapshot, { kind, ...task }: TaskPlan) {
  const labelled = ({ labels }: Thing): boolean => task.labels !== undefined && carries(labels, task.labels);
  // The world's links are named after the folders that they lead to.
  const ways = [task.directory, task.directory?.replace(/-link$/, '')];
  const startedThere = new Set(
    containers.filter(({ labels }) => ways.includes(labels[WORKING_DIR_LABEL])).map(projectOf),
  );
  const ofProject = (thing: Thing): boolean =>
    kind === 'ComposeDown' &&
    projectOf(thing) !== undefined &&
    (task.project === undefined || task.project === projectOf(thing)) &&
    (task.directory === undefined || task.project !== undefined || startedThere.has(projectOf(thing)));
  const users = kind === 'ComposeDown' ? containers.filter((container) => !ofProject(container)) : containers;
  const unnamed = (volume: Volume): boolean =>
    containers.some((container) => ofProject(container) && container.anonymous.includes(volume.id));
  return {
    images: (image: Image) =>
      kind === (image.tags.length > 0 ? 'UnusedImagePrune' : 'DanglingImagePrune') &&
      labelled(image) &&
      !users.some((container) => container.image === image.id),
    containers: (container: Container) =>
      ofProject(container) ||
      ((kind === 'StoppedContainerPrune' || (kind === 'ShellTask' && projectOf(container) === undefined)) &&
        labelled(container) &&
        container.state !== 'running'),
    volumes: (volume: Volume) =>
      (kind === 'VolumePrune'
        ? labelled(volume)
        : task.removeVolumes === true && (ofProject(volume) || unnamed(volume))) &&
      !users.some(({ volumes }) => volumes.includes(volume.id)),
    networks: (network: Network) =>
      (kind === 'NetworkPrune'
        ? labelled(network) || (task.composeLeftovers === true && projectOf(network) !== undefined)
        : ofProject(network)) &&
      !users.some(({ networks }) => networks.includes(network.id) || networks.includes(network.name)),
    cacheRecords: () => kind === 'BuildCachePrune',
  };
}

function carries(labels: Labels, all: Labels): boolean {
  return Object.entries(all).every(([key, value]) => labels[key] === value);
}
