import { carries, type Prediction, isOn, matches, NOTHING_REMOVED } from './model-parts';
import { type Container, kept, KINDS, NOTHING, type Snapshot, type Thing, without } from './objects';
import type { TaskPlan } from './plan';

/** Predicts the result for one project that is selected by its name. */
export function predictProjectDown(
  state: Snapshot,
  { removeVolumes = false }: TaskPlan,
  project: string,
): Prediction {
  if (state.containers.some((container) => kept(container) && container.project === project)) {
    return { ...NOTHING_REMOVED, outcome: 'skipped', reason: 'kept' };
  }
  return takeDownAll(state, [project], removeVolumes);
}

/** Predicts the result for all projects with the labels. A project that the Engine cannot fully describe is kept. */
export function predictSelectedDown(
  state: Snapshot,
  task: TaskPlan,
  isOld: (since: number) => boolean,
): Prediction {
  const { containers, volumes, networks } = state;
  const names = new Set([...containers, ...volumes, ...networks].flatMap(({ project }) => project ?? []));
  const isLabelled = carries(task.labels);
  const undescribed: string[] = [];
  const selected = [...names].sort().filter((name) => {
    const own = <T extends Thing>(things: readonly T[]): readonly T[] =>
      things.filter(({ project }) => project === name);
    // A project is selected by its containers; without containers by its volumes; without volumes by its networks.
    const [deciding = []] = [own(containers), own(volumes), own(networks)].filter(
      (things) => things.length > 0,
    );
    if (!deciding.some(isLabelled) || matches(name, task.exclude)) return false;
    if (own(volumes).some((volume) => volume.undescribed)) {
      undescribed.push(name);
      return false;
    }
    const ages =
      own(containers).length > 0
        ? own(containers).map(({ created }) => created)
        : [...own(volumes), ...own(networks)].map(({ since }) => since);
    return deciding.every(isLabelled) && ages.every(isOld);
  });
  const prediction = takeDownAll(state, selected, task.removeVolumes ?? false);
  if (undescribed.length === 0) return prediction;
  const reason = prediction.reason ?? 'engine-error';
  return { ...prediction, undescribed: undescribed.length, outcome: 'failed', reason };
}

/** Takes down the projects in two rounds. The second removes what a later project used in the first. */
function takeDownAll(state: Snapshot, names: readonly string[], removeVolumes: boolean): Prediction {
  let gone = NOTHING;
  const down = new Set<string>();
  /** Takes down each project. @returns the projects of which something is left */
  const takeDownEach = (): string[] =>
    names.filter((name) => {
      const { gone: more, leftovers } = takeDown(without(state, gone), name, removeVolumes);
      gone = mergeSnapshots(gone, more);
      if (KINDS.some((kind) => more[kind].length > 0)) down.add(name);
      return leftovers;
    });
  takeDownEach();
  const left = takeDownEach();
  const projects = down.size;
  if (left.length > 0) return { gone, projects, outcome: 'failed', reason: 'leftovers' };
  return { gone, projects, outcome: projects > 0 ? 'done' : 'nothing' };
}

interface Down {
  readonly gone: Snapshot;
  /** Whether something is left because another project uses it, or the Engine cannot describe it. The task then fails. */
  readonly leftovers: boolean;
}

/**
 * Removes all of a project. It keeps only networks and volumes that others use, that have the keep label, or that
 * the Engine cannot describe.
 */
function takeDown(state: Snapshot, project: string, removeVolumes: boolean): Down {
  const own = <T extends Thing>(things: readonly T[]): T[] =>
    things.filter((thing) => thing.project === project);
  const containers = own(state.containers);
  if (containers.some(kept)) return { gone: NOTHING, leftovers: false };

  const others = [
    ...state.containers.filter((container) => !containers.includes(container)),
    ...state.services,
  ];
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
    networks: mine.networks.filter((network) => !others.some((other) => isOn(other, network))),
    volumes: mine.volumes.filter(
      ({ id, undescribed }) => !undescribed && !others.some(({ volumes }) => volumes.includes(id)),
    ),
  };
  const leftovers =
    gone.networks.length < mine.networks.length ||
    named.some((volume) => !kept(volume) && !gone.volumes.includes(volume));
  return { gone, leftovers };
}

/**
 * Lists the anonymous volumes that the Engine made for a container. It leaves out volumes that it has from
 * another container. If that container is not in the project, any volume may come from it, so none is listed.
 */
function ownVolumes({ anonymous, volumesFrom }: Container, others: readonly Container[]): string[] {
  return anonymous.filter((volume) =>
    volumesFrom.every((source) =>
      others.some(({ id, volumes }) => id === source && !volumes.includes(volume)),
    ),
  );
}

function mergeSnapshots(one: Snapshot, other: Snapshot): Snapshot {
  return {
    ...NOTHING,
    containers: [...one.containers, ...other.containers],
    volumes: [...one.volumes, ...other.volumes],
    networks: [...one.networks, ...other.networks],
  };
}
