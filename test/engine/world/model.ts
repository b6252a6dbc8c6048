import { projectDown, selectedDown } from './model-compose';
import { directoryDown } from './model-origin';
import {
  carries,
  type Foretold,
  isOn,
  matches,
  NOTHING_GOES,
  repositoryOf,
  usedVolumes,
  uses,
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
 * What a task should do, as plainly as its description allows. The model shares no code with the scripts and
 * knows only the state of the Engine before the task.
 *
 * @param now seconds since 1970
 * @param directories the folders of projects on the host
 */
export function foretell(
  state: Snapshot,
  task: TaskPlan,
  now: number,
  directories: readonly DirectoryPlan[],
): Foretold {
  if (task.whenDiskUsedAbove === 99) return { ...NOTHING_GOES, outcome: 'skipped', reason: 'disk-not-full' };
  const { olderThan = DEFAULT_AGE[task.kind] } = task;
  const old = (since: number): boolean => olderThan === 0 || since <= now - olderThan;
  if (task.kind === 'ComposeDown') {
    if (task.directory !== undefined) return directoryDown(state, task, directories);
    return task.project === undefined
      ? selectedDown(state, task, old)
      : projectDown(state, task, task.project);
  }
  const goes = going(state, task, old);
  const any = Object.values(goes).some((things) => things.length > 0);
  const gone = { ...NOTHING, ...goes };
  const undescribed = goes.volumes?.filter((volume) => volume.undescribed) ?? [];
  if (undescribed.length === 0) return { ...NOTHING_GOES, gone, outcome: any ? 'done' : 'nothing' };
  const volumes = gone.volumes.filter((volume) => !volume.undescribed);
  const failure = { outcome: 'failed', reason: 'engine-error' } as const;
  return { ...NOTHING_GOES, gone: { ...gone, volumes }, undescribed: undescribed.length, ...failure };
}

/** What a dry run should report of it. It removes nothing. */
export function foretellDry(task: TaskPlan, real: Foretold): Foretold {
  const unasked = task.kind === 'ShellTask' && task.supportsDryRun !== true && real.outcome !== 'skipped';
  return unasked ? { ...NOTHING_GOES, outcome: 'skipped', reason: 'dry-run-unsupported' } : real;
}

/** The objects that a task selects one by one. */
function going(state: Snapshot, task: TaskPlan, old: (since: number) => boolean): Partial<Snapshot> {
  const mayGo = carries(task.labels);
  const projectsKept = new Set(state.containers.filter(kept).map(({ project }) => project));
  /** Whether an object has no keep label, and no container of its project has one. */
  const free = (thing: Thing): boolean =>
    !kept(thing) && (thing.project === undefined || !projectsKept.has(thing.project));
  const spared = ({ name }: Thing): boolean => matches(name, task.exclude);
  const stopped = ({ state }: Container): boolean => ['exited', 'dead', 'created'].includes(state);

  switch (task.kind) {
    case 'DanglingImagePrune': {
      const may = state.images.filter(
        (image) =>
          image.tags.length === 0 && mayGo(image) && free(image) && !uses(state, image) && old(image.since),
      );
      return { images: withoutDescendants(state, may) };
    }

    case 'UnusedImagePrune': {
      const tagged = state.images.filter((image) => image.tags.length > 0 && mayGo(image));
      const newestOnes = newest(tagged, task.keepNewest ?? 1);
      const may = tagged.filter(
        (image) =>
          free(image) &&
          !uses(state, image) &&
          old(image.since) &&
          !newestOnes.has(image) &&
          !image.tags.some((tag) => matches(tag, task.exclude) || matches(repositoryOf(tag), task.exclude)),
      );
      return { images: inOrder(state, may).slice(0, task.maxRemovals) };
    }

    case 'StoppedContainerPrune':
      return {
        containers: state.containers.filter(
          (container) =>
            mayGo(container) &&
            stopped(container) &&
            free(container) &&
            old(container.since) &&
            !spared(container),
        ),
      };

    case 'VolumePrune': {
      const used = usedVolumes(state);
      // If the Engine does not describe a volume, its age and project are unknown.
      const isDue = (volume: Volume): boolean =>
        volume.undescribed ? !kept(volume) : free(volume) && old(volume.since);
      return {
        volumes: state.volumes.filter(
          (volume) => mayGo(volume) && !used.has(volume.id) && isDue(volume) && !spared(volume),
        ),
      };
    }

    case 'NetworkPrune': {
      const alive = new Set(state.containers.map(({ project }) => project));
      const leftover = ({ project }: Network): boolean =>
        task.composeLeftovers === true && project !== undefined && !alive.has(project);
      return {
        networks: state.networks.filter(
          (network) =>
            network.scope === 'local' &&
            ((task.labels !== undefined && mayGo(network)) || leftover(network)) &&
            !state.containers.some((container) => isOn(container, network)) &&
            free(network) &&
            old(network.since) &&
            !spared(network),
        ),
      };
    }

    // All build cache of a world is new, and smaller than any `keepStorage`.
    case 'BuildCachePrune':
      return task.keepStorage === undefined
        ? { cacheRecords: state.cacheRecords.filter(({ since }) => old(since)) }
        : {};

    // Its script selects containers that are stopped, labelled, of no project and without the keep label.
    case 'ShellTask':
      return {
        containers: state.containers.filter(
          (container) =>
            mayGo(container) &&
            stopped(container) &&
            !kept(container) &&
            labelledProject(container) === undefined,
        ),
      };

    case 'ComposeDown':
      return {};
  }
}

/** Those of the images on which no other image was built. */
function withoutDescendants(state: Snapshot, images: readonly Image[]): Image[] {
  const rest = images.filter(({ id }) =>
    state.images.every((image) => image.parent !== id || images.includes(image)),
  );
  return rest.length === images.length ? rest : withoutDescendants(state, rest);
}

/**
 * Those of the images on which no other image was built. An image comes before the one on which it was built.
 * Apart from that the oldest comes first, and of equally old ones the one with the lower identifier.
 */
function inOrder(state: Snapshot, images: readonly Image[]): Image[] {
  const free = images.filter(({ id }) => state.images.every(({ parent }) => parent !== id));
  if (free.length === 0) return [];
  const others = images.filter((image) => !free.includes(image));
  const rest = { ...state, images: state.images.filter((image) => !free.includes(image)) };
  return [...free.sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1)), ...inOrder(rest, others)];
}

/** The newest images of each repository. Of equally new ones, those with the lower identifiers. */
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
