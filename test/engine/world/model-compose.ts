import { posix } from 'node:path';
import { CONFIG_FILES_LABEL, WORKING_DIR_LABEL } from './alphabet';
import { carries, type Foretold, isOn, matches, NOTHING_GOES } from './model-parts';
import {
  type Container,
  kept,
  KINDS,
  type Network,
  NOTHING,
  projectOf,
  type Snapshot,
  without,
} from './objects';
import type { DirectoryPlan, TaskPlan } from './plan';

/** One project by its name. */
export function projectDown(state: Snapshot, { removeVolumes = false }: TaskPlan, project: string): Foretold {
  if (state.containers.some((container) => kept(container) && projectOf(container) === project)) {
    return { ...NOTHING_GOES, outcome: 'skipped', reason: 'kept' };
  }
  return takeDownAll(state, [project], removeVolumes);
}

/** The one project that was started from a folder, with all the files that are given, if any are. */
export function directoryDown(
  state: Snapshot,
  task: TaskPlan,
  directories: readonly DirectoryPlan[],
): Foretold {
  const fails = (reason: string): Foretold => ({ ...NOTHING_GOES, outcome: 'failed', reason });
  const { directory = '', files = [] } = task;
  const real = directories.find(({ path, link }) => directory === path || directory === link);
  if (real === undefined) return fails('directory-missing');
  /** A file is the same whichever of the two ways leads to it. */
  const realFile = (file: string, from: string): string => {
    const path = posix.resolve(from, file);
    return path.startsWith(`${real.link}/`) ? `${real.path}${path.slice(real.link.length)}` : path;
  };
  const wanted = files.map((file) => realFile(file, directory));
  const there = real.files.map((file) => realFile(file, real.path));
  if (!wanted.every((file) => there.includes(file))) return fails('compose-file-missing');
  if (task.project !== undefined) return projectDown(state, task, task.project);

  // Of a link the folder counts too; but whoever gives the folder need not know what links lead there.
  const ways = [directory, real.path];
  const started = state.containers.filter(({ labels }: Container) => {
    const from = labels[WORKING_DIR_LABEL];
    if (from === undefined || !ways.includes(from)) return false;
    const used = (labels[CONFIG_FILES_LABEL] ?? '').split(',').map((file) => realFile(file, from));
    return wanted.every((file) => used.includes(file));
  });
  const [project, another] = [...new Set(started.map(projectOf))];
  if (another !== undefined) return fails('ambiguous-project');
  return project === undefined ? NOTHING_GOES : projectDown(state, task, project);
}

/** Every project that carries the labels. */
export function selectedDown(state: Snapshot, task: TaskPlan, old: (since: number) => boolean): Foretold {
  const { containers, volumes, networks } = state;
  const names = new Set([...containers, ...volumes, ...networks].flatMap((thing) => projectOf(thing) ?? []));
  const selected = [...names].sort().filter((name) => {
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
  return takeDownAll(state, selected, task.removeVolumes ?? false);
}

/** One after the other; then what one used that came later. */
function takeDownAll(state: Snapshot, names: readonly string[], removeVolumes: boolean): Foretold {
  let gone = NOTHING;
  const down = new Set<string>();
  /** @returns those of which something is left */
  const inTurn = (): string[] =>
    names.filter((name) => {
      const { gone: more, leftovers } = takeDown(without(state, gone), name, removeVolumes);
      gone = together(gone, more);
      if (KINDS.some((kind) => more[kind].length > 0)) down.add(name);
      return leftovers;
    });
  inTurn();
  const left = inTurn();
  const projects = down.size;
  if (left.length > 0) return { gone, projects, outcome: 'failed', reason: 'leftovers' };
  return { gone, projects, outcome: projects > 0 ? 'done' : 'nothing' };
}

interface Down {
  readonly gone: Snapshot;
  /** Whether something stays that should go, as others use it: the task then fails. */
  readonly leftovers: boolean;
}

/** A project goes whole: of its networks and volumes stays only what others use, or what carries the keep label. */
function takeDown(state: Snapshot, project: string, removeVolumes: boolean): Down {
  const own = <T extends Network>(things: readonly T[]): T[] =>
    things.filter((thing) => projectOf(thing) === project);
  const containers = own(state.containers);
  if (containers.some(kept)) return { gone: NOTHING, leftovers: false };

  const others = state.containers.filter((container) => !containers.includes(container));
  const anonymous = new Set(containers.flatMap((container) => ownVolumes(container, containers)));
  const named = removeVolumes ? own(state.volumes) : [];
  const unnamed = removeVolumes ? state.volumes.filter(({ id }) => anonymous.has(id)) : [];
  const mine = {
    networks: own(state.networks).filter((network) => !kept(network)),
    volumes: [...new Set([...named, ...unnamed])].filter((volume) => !kept(volume)),
  };
  const gone = {
    ...NOTHING,
    containers,
    networks: mine.networks.filter((network) => !others.some((container) => isOn(container, network))),
    volumes: mine.volumes.filter(({ id }) => !others.some(({ volumes }) => volumes.includes(id))),
  };
  const leftovers =
    gone.networks.length < mine.networks.length ||
    named.some((volume) => !kept(volume) && !gone.volumes.includes(volume));
  return { gone, leftovers };
}

/**
 * The volumes that came into being with a container: those that it has without naming them, and not from one of the
 * others. Of what it has from one that is not of the project, or gone, nothing tells.
 */
function ownVolumes({ anonymous, volumesFrom }: Container, others: readonly Container[]): string[] {
  return anonymous.filter((volume) =>
    volumesFrom.every((source) =>
      others.some(({ id, volumes }) => id === source && !volumes.includes(volume)),
    ),
  );
}

function together(one: Snapshot, other: Snapshot): Snapshot {
  return {
    ...NOTHING,
    containers: [...one.containers, ...other.containers],
    volumes: [...one.volumes, ...other.volumes],
    networks: [...one.networks, ...other.networks],
  };
}
