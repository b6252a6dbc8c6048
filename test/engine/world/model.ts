import type { Labels } from './alphabet';
import {
  type Container,
  type Image,
  kept,
  KINDS,
  type Network,
  projectOf,
  type Snapshot,
  without,
} from './snapshot';
import { DEFAULT_AGE, type TaskPlan } from './plan';

/**
 * What a task should do, in the plainest words that its description allows. Nothing here is taken from the scripts,
 * and nothing is asked of the Engine but its state before.
 */
export interface Foretold {
  /** What goes. */
  readonly gone: Snapshot;
  /** Projects that are no more. */
  readonly projects: number;
  /** Whether something stays that should go, as others use it: the task then fails. */
  readonly leftovers: boolean;
}

const NOTHING: Snapshot = { images: [], containers: [], volumes: [], networks: [] };

/** @param now seconds since 1970 */
export function foretell(state: Snapshot, task: TaskPlan, now: number): Foretold {
  const { olderThan = DEFAULT_AGE[task.kind] } = task;
  const old = (since: number): boolean => olderThan === 0 || since <= now - olderThan;
  const mayGo = carries(task.labels);
  const projectsKept = new Set(state.containers.filter(kept).map(projectOf));
  /** What neither its own label nor that of its project's containers keeps. */
  const free = (thing: Container | Network): boolean =>
    !kept(thing) && (projectOf(thing) === undefined || !projectsKept.has(projectOf(thing)));
  const just = (gone: Partial<Snapshot>): Foretold => ({
    gone: { ...NOTHING, ...gone },
    projects: 0,
    leftovers: false,
  });

  switch (task.kind) {
    case 'ComposeDown':
      return takeDownAll(state, selected(state, task, old), task.removeVolumes ?? false);

    case 'DanglingImagePrune': {
      const may = state.images.filter(
        (image) =>
          image.tags.length === 0 && mayGo(image) && !kept(image) && !uses(state, image) && old(image.since),
      );
      return just({ images: withoutDescendants(state, may) });
    }

    case 'UnusedImagePrune': {
      const tagged = state.images.filter((image) => image.tags.length > 0 && mayGo(image));
      const spared = newest(tagged, task.keepNewest ?? 1);
      const may = tagged.filter(
        (image) =>
          !kept(image) &&
          !uses(state, image) &&
          old(image.since) &&
          !spared.has(image) &&
          !image.tags.some((tag) => matches(tag, task.exclude) || matches(repositoryOf(tag), task.exclude)) &&
          !state.images.some(({ parent }) => parent === image.id),
      );
      // Of equally old ones the one with the lower identifier.
      const inOrder = may.sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
      return just({ images: inOrder.slice(0, task.maxRemovals) });
    }

    case 'StoppedContainerPrune': {
      const may = (container: Container): boolean =>
        ['exited', 'dead', 'created'].includes(container.state) && free(container) && old(container.since);
      return just({ containers: state.containers.filter((container) => mayGo(container) && may(container)) });
    }

    case 'VolumePrune': {
      const used = new Set(state.containers.flatMap(({ volumes }) => volumes));
      return just({
        volumes: state.volumes.filter(
          (volume) => mayGo(volume) && !used.has(volume.id) && free(volume) && old(volume.since),
        ),
      });
    }

    case 'NetworkPrune': {
      const alive = new Set(state.containers.map(projectOf));
      const leftover = (network: Network): boolean =>
        task.composeLeftovers === true && projectOf(network) !== undefined && !alive.has(projectOf(network));
      return just({
        networks: state.networks.filter(
          (network) =>
            ((task.labels !== undefined && mayGo(network)) || leftover(network)) &&
            !state.containers.some((container) => isOn(container, network)) &&
            free(network) &&
            old(network.since),
        ),
      });
    }
  }
}

/** The names of the projects that a ComposeDown takes down, in the order in which it does. */
function selected(state: Snapshot, task: TaskPlan, old: (since: number) => boolean): string[] {
  if (task.project !== undefined) return [task.project];
  const { containers, volumes, networks } = state;
  const names = new Set([...containers, ...volumes, ...networks].flatMap((thing) => projectOf(thing) ?? []));
  return [...names].sort().filter((name) => {
    const own = <T extends Network>(things: readonly T[]): readonly T[] =>
      things.filter((thing) => projectOf(thing) === name);
    // Its containers speak for a project; of one without any its volumes, and of one without those its networks.
    const [speakers = []] = [own(containers), own(volumes), own(networks)].filter(
      (things) => things.length > 0,
    );
    const ages =
      own(containers).length > 0
        ? own(containers).map(({ created }) => created)
        : [...own(volumes), ...own(networks)].map(({ since }) => since);
    return speakers.every(carries(task.labels)) && ages.every(old) && !matches(name, task.exclude);
  });
}

function takeDownAll(state: Snapshot, names: readonly string[], removeVolumes: boolean): Foretold {
  let [gone, projects, leftovers] = [NOTHING, 0, false];
  for (const name of names) {
    const down = takeDown(without(state, gone), name, removeVolumes);
    gone = together(gone, down.gone);
    projects += down.projects;
    leftovers ||= down.leftovers;
  }
  return { gone, projects, leftovers };
}

/** A project goes whole: of its networks and volumes stays only what others use, or what carries the keep label. */
function takeDown(state: Snapshot, project: string, removeVolumes: boolean): Foretold {
  const own = <T extends Network>(things: readonly T[]): T[] =>
    things.filter((thing) => projectOf(thing) === project);
  const containers = own(state.containers);
  if (containers.some(kept)) return { gone: NOTHING, projects: 0, leftovers: false };

  const others = state.containers.filter((container) => !containers.includes(container));
  const anonymous = new Set(containers.flatMap((container) => container.anonymous));
  const named = removeVolumes ? own(state.volumes) : [];
  const unnamed = removeVolumes ? state.volumes.filter(({ id }) => anonymous.has(id)) : [];
  const mine = {
    networks: own(state.networks).filter(not(kept)),
    volumes: [...new Set([...named, ...unnamed])].filter(not(kept)),
  };
  const gone = {
    images: [],
    containers,
    networks: mine.networks.filter((network) => !others.some((container) => isOn(container, network))),
    volumes: mine.volumes.filter(({ id }) => !others.some(({ volumes }) => volumes.includes(id))),
  };
  const leftovers =
    gone.networks.length < mine.networks.length ||
    named.some((volume) => !kept(volume) && !gone.volumes.includes(volume));
  const any = KINDS.some((kind) => gone[kind].length > 0);
  return { gone, projects: any ? 1 : 0, leftovers };
}

/** Those of the images that nothing else was built upon. */
function withoutDescendants(state: Snapshot, images: readonly Image[]): Image[] {
  const rest = images.filter(({ id }) =>
    state.images.every((image) => image.parent !== id || images.includes(image)),
  );
  return rest.length === images.length ? rest : withoutDescendants(state, rest);
}

/** The newest of each repository; of equally new ones those with the lower identifiers. */
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

function repositoryOf(tag: string): string {
  return tag.slice(0, tag.lastIndexOf(':'));
}

const carries =
  (wanted: Labels = {}) =>
  ({ labels }: { readonly labels: Labels }): boolean =>
    Object.entries(wanted).every(([key, value]) => labels[key] === value);

function uses({ containers }: Snapshot, { id }: Image): boolean {
  return containers.some(({ image }) => image === id);
}

/** Whether it runs or not. */
function isOn({ networks }: Container, { id, name }: Network): boolean {
  return networks.includes(id) || networks.includes(name);
}

/** Shell patterns. */
function matches(text: string, patterns: readonly string[] = []): boolean {
  const expression = (pattern: string): string =>
    pattern.replace(/\[!|[.+^${}()|\\]|[*?]/g, (c) => ({ '[!': '[^', '*': '.*', '?': '.' })[c] ?? `\\${c}`);
  return patterns.some((pattern) => new RegExp(`^(?:${expression(pattern)})$`, 's').test(text));
}

const not =
  <T>(is: (thing: T) => boolean) =>
  (thing: T): boolean =>
    !is(thing);

function together(one: Snapshot, other: Snapshot): Snapshot {
  return {
    images: [...one.images, ...other.images],
    containers: [...one.containers, ...other.containers],
    volumes: [...one.volumes, ...other.volumes],
    networks: [...one.networks, ...other.networks],
  };
}
