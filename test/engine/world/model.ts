import { predictProjectDown, predictSelectedDown } from './model-compose';
import { predictDirectoryDown } from './model-origin';
import {
  carries,
  type Prediction,
  isOn,
  matches,
  NOTHING_REMOVED,
  repositoryOf,
  usedVolumes,
  isUsed,
} from './model-parts';
import {
  type Container,
  type Image,
  kept,
  labelledProject,
  type Network,
  NOTHING,
  type Snapshot,
  type Thing,
  type Volume,
} from './objects';
import { DEFAULT_AGE, type DirectoryPlan, type TaskPlan } from './plan';

/**
 * Predicts what a task does, from the state of the Engine before it. It shares no code with the scripts.
 *
 * @param now seconds since 1970
 * @param directories the projects' folders on the host
 */
export function predict(
  state: Snapshot,
  task: TaskPlan,
  now: number,
  directories: readonly DirectoryPlan[],
): Prediction {
  if (task.whenDiskUsedAbove === 99)
    return { ...NOTHING_REMOVED, outcome: 'skipped', reason: 'disk-not-full' };
  const { olderThan = DEFAULT_AGE[task.kind] } = task;
  const isOld = (since: number): boolean => olderThan === 0 || since <= now - olderThan;
  if (task.kind === 'ComposeDown') {
    if (task.directory !== undefined) return predictDirectoryDown(state, task, directories);
    return task.project === undefined
      ? predictSelectedDown(state, task, isOld)
      : predictProjectDown(state, task, task.project);
  }
  const selected = selectObjects(state, task, isOld);
  const any = Object.values(selected).some((things) => things.length > 0);
  const gone = { ...NOTHING, ...selected };
  const undescribed = selected.volumes?.filter((volume) => volume.undescribed) ?? [];
  if (undescribed.length === 0) return { ...NOTHING_REMOVED, gone, outcome: any ? 'done' : 'nothing' };
  const volumes = gone.volumes.filter((volume) => !volume.undescribed);
  const failure = { outcome: 'failed', reason: 'engine-error' } as const;
  return { ...NOTHING_REMOVED, gone: { ...gone, volumes }, undescribed: undescribed.length, ...failure };
}

/** Predicts what a dry run reports. @param real the prediction for a run that removes */
export function predictDry(task: TaskPlan, real: Prediction): Prediction {
  const isUnsupported =
    task.kind === 'ShellTask' && task.supportsDryRun !== true && real.outcome !== 'skipped';
  return isUnsupported ? { ...NOTHING_REMOVED, outcome: 'skipped', reason: 'dry-run-unsupported' } : real;
}

/** Returns the objects that a task selects. The task cannot remove those that the Engine cannot describe. */
function selectObjects(
  state: Snapshot,
  task: TaskPlan,
  isOld: (since: number) => boolean,
): Partial<Snapshot> {
  const isLabelled = carries(task.labels);
  const projectsKept = new Set(state.containers.filter(kept).map(({ project }) => project));
  /** Whether neither the object nor a container of its project has the keep label. */
  const isUnprotected = (thing: Thing): boolean =>
    !kept(thing) && (thing.project === undefined || !projectsKept.has(thing.project));
  const isExcluded = ({ name }: Thing): boolean => matches(name, task.exclude);
  const isStopped = ({ state }: Container): boolean => ['exited', 'dead', 'created'].includes(state);

  switch (task.kind) {
    case 'DanglingImagePrune': {
      const may = state.images.filter(
        (image) =>
          image.tags.length === 0 &&
          isLabelled(image) &&
          isUnprotected(image) &&
          !isUsed(state, image) &&
          isOld(image.since),
      );
      return { images: withoutDescendants(state, may) };
    }

    case 'UnusedImagePrune': {
      const tagged = state.images.filter((image) => image.tags.length > 0 && isLabelled(image));
      const newestOnes = newest(tagged, task.keepNewest ?? 1);
      const may = tagged.filter(
        (image) =>
          isUnprotected(image) &&
          !isUsed(state, image) &&
          isOld(image.since) &&
          !newestOnes.has(image) &&
          !image.tags.some((tag) => matches(tag, task.exclude) || matches(repositoryOf(tag), task.exclude)),
      );
      return { images: sortForRemoval(state, may).slice(0, task.maxRemovals) };
    }

    case 'StoppedContainerPrune':
      return {
        containers: state.containers.filter(
          (container) =>
            isLabelled(container) &&
            isStopped(container) &&
            isUnprotected(container) &&
            isOld(container.since) &&
            !isExcluded(container),
        ),
      };

    case 'VolumePrune': {
      const used = usedVolumes(state);
      // If the Engine does not describe a volume, its age and project are unknown.
      const isDue = (volume: Volume): boolean =>
        volume.undescribed ? !kept(volume) : isUnprotected(volume) && isOld(volume.since);
      return {
        volumes: state.volumes.filter(
          (volume) => isLabelled(volume) && !used.has(volume.id) && isDue(volume) && !isExcluded(volume),
        ),
      };
    }

    case 'NetworkPrune': {
      const alive = new Set(state.containers.map(({ project }) => project));
      const isLeftover = ({ project }: Network): boolean =>
        task.composeLeftovers === true && project !== undefined && !alive.has(project);
      return {
        networks: state.networks.filter(
          (network) =>
            network.scope === 'local' &&
            ((task.labels !== undefined && isLabelled(network)) || isLeftover(network)) &&
            !state.containers.some((container) => isOn(container, network)) &&
            isUnprotected(network) &&
            isOld(network.since) &&
            !isExcluded(network),
        ),
      };
    }

    // All build cache of a world is new. It is smaller than the `keepStorage` of any task.
    case 'BuildCachePrune':
      return task.keepStorage === undefined
        ? { cacheRecords: state.cacheRecords.filter(({ since }) => isOld(since)) }
        : {};

    // The script selects stopped containers with the labels, without a project and without the keep label.
    case 'ShellTask':
      return {
        containers: state.containers.filter(
          (container) =>
            isLabelled(container) &&
            isStopped(container) &&
            !kept(container) &&
            labelledProject(container) === undefined,
        ),
      };

    case 'ComposeDown':
      return {};
  }
}

/** Returns the images that can be removed: every image that was built on one of them is removed too. */
function withoutDescendants(state: Snapshot, images: readonly Image[]): Image[] {
  const rest = images.filter(({ id }) =>
    state.images.every((image) => image.parent !== id || images.includes(image)),
  );
  return rest.length === images.length ? rest : withoutDescendants(state, rest);
}

/**
 * Returns the images that can be removed, in the order of their removal. An image comes before its parent.
 * Otherwise the oldest comes first; equally old images come in the order of their identifiers.
 */
function sortForRemoval(state: Snapshot, images: readonly Image[]): Image[] {
  const free = images.filter(({ id }) => state.images.every(({ parent }) => parent !== id));
  if (free.length === 0) return [];
  const others = images.filter((image) => !free.includes(image));
  const rest = { ...state, images: state.images.filter((image) => !free.includes(image)) };
  return [
    ...free.sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1)),
    ...sortForRemoval(rest, others),
  ];
}

/** Returns the newest images of each repository. Equally new images come in the order of their identifiers. */
function newest(tagged: readonly Image[], count: number): Set<Image> {
  const repositories = new Set(tagged.flatMap(({ tags }) => tags.map(repositoryOf)));
  return new Set(
    [...repositories].flatMap((repository) =>
      tagged
        .filter(({ tags }) => tags.map(repositoryOf).includes(repository))
        .sort((a, b) => b.since - a.since || (a.id < b.id ? -1 : 1))
        .slice(0, count),
    ),
  );
}
