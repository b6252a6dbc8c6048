import type { TaskKind } from '../../../lib/tasks';
import { ONE_OFF_LABEL, PROJECT_LABEL } from '../../../local/host/inventory';
import { CONFIG_FILES_LABEL, HOOK_LABEL, type Labels, WORKING_DIR_LABEL } from './alphabet';
import {
  type Container,
  type Image,
  kept,
  type Kind,
  KINDS,
  labelledProject,
  type Network,
  type Snapshot,
  type Thing,
  type Volume,
} from './objects';
import type { TaskPlan } from './plan';

/**
 * Lists the changes that break a safety rule, object by object. It does not use the model, so a mistake in the
 * model hides no mistake in a task.
 *
 * @param task undefined if nothing may change
 * @param disturbed whether the task may have ended too early. It may then have stopped containers that it may
 * remove, or put back tags
 */
export function breaches(
  before: Snapshot,
  after: Snapshot,
  task: TaskPlan | undefined,
  disturbed = false,
): string[] {
  const found: string[] = [];
  const projectsKept = new Set(
    before.containers
      .filter((one) => kept(one) && isMade(before, one))
      .flatMap((one) => labelledProject(one) || []),
  );
  const removable =
    task === undefined || task.whenDiskUsedAbove === 99 ? undefined : findRemovable(before, task);
  for (const kind of [...KINDS, 'services'] as const) {
    const mayRemove = (thing: Thing): boolean => {
      if (kind === 'services') return false;
      return (removable?.[kind] as ((thing: Thing) => boolean) | undefined)?.(thing) === true;
    };
    for (const thing of before[kind]) {
      const still = after[kind].find(({ id }) => id === thing.id);
      if (still?.line === thing.line) continue;
      const project = projectIn(before, thing);
      const isProjectKept = project !== undefined && projectsKept.has(project);
      if (still && disturbed && isHalfDone(thing, still) && mayRemove(thing)) continue;
      if (still) found.push(`${kind}: changed: ${thing.line} is now ${still.line}`);
      else if (kept(thing)) found.push(`${kind}: removed despite the keep label: ${thing.line}`);
      else if (isProjectKept) found.push(`${kind}: removed from a project to be kept: ${thing.line}`);
      else if (!mayRemove(thing)) found.push(`${kind}: removed against the rules: ${thing.line}`);
    }
    for (const { id, line } of after[kind]) {
      if (!before[kind].some((thing) => thing.id === id)) found.push(`${kind}: appeared: ${line}`);
    }
  }
  return found;
}

/**
 * Whether an interrupted task may have left the object like this: a stopped container, or an image with the same
 * tags as before.
 */
function isHalfDone(thing: Thing, still: Thing): boolean {
  const stopped = 'state' in still && still.state === 'exited';
  const tagged = 'tags' in thing && 'tags' in still && String(thing.tags) === String(still.tags);
  return stopped || tagged;
}

/** Whether Compose created the container: it has Compose labels that its image does not have. */
function isMade({ images }: Snapshot, { labels, image }: Container): boolean {
  if (!(ONE_OFF_LABEL in labels) && !(HOOK_LABEL in labels)) return false;
  const inherited: Labels = images.find(({ id }) => id === image)?.labels ?? {};
  return Object.entries(labels).some(
    ([key, value]) => key.startsWith(`com.docker.compose.`) && inherited[key] !== value,
  );
}

/** Returns the project that an object belongs to. */
function projectIn(state: Snapshot, thing: Thing): string | undefined {
  if ('volumesFrom' in thing && !isMade(state, thing as Container)) return undefined;
  return thing.labels[PROJECT_LABEL];
}

/** Tests of the objects of each kind; without one, no object of the kind may be removed. */
type Removable = { readonly [K in Kind]?: (thing: Snapshot[K][number]) => boolean };

/**
 * Returns, for each kind, which objects the task may remove. They match its selection, and no object that it
 * keeps uses them.
 */
function findRemovable(state: Snapshot, { kind, ...task }: TaskPlan): Removable {
  const { containers, services } = state;
  const isLabelled = ({ labels }: Thing): boolean =>
    task.labels !== undefined && carries(labels, task.labels);
  const users = [...containers, ...services];
  const isUnused = (image: Image): boolean =>
    isLabelled(image) &&
    !containers.some((container) => container.image === image.id || mayMount(state, container, image));
  const isStopped = (container: Container): boolean => isLabelled(container) && container.state !== 'running';
  const rules: Readonly<Record<TaskKind, Removable>> = {
    ComposeDown: findRemovableByDown(state, task),
    DanglingImagePrune: { images: (image) => image.tags.length === 0 && isUnused(image) },
    UnusedImagePrune: { images: (image) => image.tags.length > 0 && isUnused(image) },
    StoppedContainerPrune: { containers: isStopped },
    VolumePrune: {
      volumes: (volume) => !volume.undescribed && isLabelled(volume) && !usesVolume(users, volume),
    },
    NetworkPrune: {
      networks: (network) =>
        network.scope === 'local' &&
        (isLabelled(network) ||
          (task.composeLeftovers === true && projectIn(state, network) !== undefined)) &&
        !usesNetwork(users, network),
    },
    BuildCachePrune: { cacheRecords: () => true },
    ShellTask: {
      containers: (container) => labelledProject(container) === undefined && isStopped(container),
    },
  };
  return rules[kind];
}

/** Returns the same for a `ComposeDown`. */
function findRemovableByDown(state: Snapshot, task: Omit<TaskPlan, 'kind'>): Removable {
  const { containers, volumes, services } = state;
  const isOf = (thing: Thing, name: string): boolean => projectIn(state, thing) === name;
  const isStartedThere = startedBy(task);
  const isInSelectedProject = (thing: Thing): boolean => {
    const name = projectIn(state, thing);
    if (name === undefined) return false;
    if (task.project !== undefined && task.project !== name) return false;
    const own = containers.filter((container) => isOf(container, name));
    if (task.directory !== undefined)
      return (own.length > 0 || task.project !== undefined) && own.every(isStartedThere);
    const undescribed = volumes.some((volume) => volume.undescribed && isOf(volume, name));
    return task.project !== undefined || !undescribed;
  };
  const others = [...containers.filter((container) => !isInSelectedProject(container)), ...services];
  const isAnonymous = (volume: Volume): boolean =>
    containers.some((container) => isInSelectedProject(container) && container.anonymous.includes(volume.id));
  return {
    containers: isInSelectedProject,
    volumes: (volume) =>
      !volume.undescribed &&
      task.removeVolumes === true &&
      (isInSelectedProject(volume) || isAnonymous(volume)) &&
      !usesVolume(others, volume),
    networks: (network) => isInSelectedProject(network) && !usesNetwork(others, network),
  };
}

type User = Pick<Container, 'volumes' | 'networks'>;

function usesVolume(users: readonly User[], { id }: Volume): boolean {
  return users.some(({ volumes }) => volumes.includes(id));
}

function usesNetwork(users: readonly User[], { id, name }: Network): boolean {
  return users.some(({ networks }) => networks.includes(id) || networks.includes(name));
}

/** Whether a container was started from a task's folder, with exactly the files of the task, if any. */
function startedBy({ directory, files }: Pick<TaskPlan, 'directory' | 'files'>) {
  // In a world, the name of a link is the name of its target and `-link`.
  const ways = [directory, directory?.replace(/-link$/, '')];
  return ({ labels }: Container): boolean => {
    const used = labels[CONFIG_FILES_LABEL] ?? '';
    const names = (files ?? []).map((file) => file.replace(/^.*\//, ''));
    const rest = names.reduce((text, name) => text.replace(name, ''), used);
    const allUsed = names.every((name) => used.includes(name)) && !rest.includes('.yml');
    return ways.includes(labels[WORKING_DIR_LABEL]) && (files === undefined || allUsed);
  };
}

/** Whether a container may mount the image: a reference names it, or may have named it when the container was made. */
function mayMount({ images }: Snapshot, { mountedImages, created }: Container, image: Image): boolean {
  return mountedImages.some((reference) => {
    const id = reference.replace('sha256:', '');
    const names = (one: Image): boolean => one.tags.includes(reference) || one.id.includes(id);
    const sure = images.some(
      (one) => names(one) && (one.id.includes(id) || (one.tagged > 0 && one.tagged <= created)),
    );
    return names(image) || (!sure && image.created < created);
  });
}

function carries(labels: Labels, all: Labels): boolean {
  return Object.entries(all).every(([key, value]) => labels[key] === value);
}
