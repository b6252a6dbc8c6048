import { carries, type Foretold, isOn, matches, NOTHING_GOES } from './model-parts';
import { type Container, kept, KINDS, NOTHING, type Snapshot, type Thing, without } from './objects';
import type { TaskPlan } from './plan';

/** One project by its name. */
export function projectDown(state: Snapshot, { removeVolumes = false }: TaskPlan, project: string): Foretold {
  if (state.containers.some((container) => kept(container) && container.project === project)) {
    return { ...NOTHING_GOES, outcome: 'skipped', reason: 'kept' };
  }
  return takeDownAll(state, [project], removeVolumes);
}

/** Every project that carries the labels; one that is not wholly described is left alone. */
export function selectedDown(state: Snapshot, task: TaskPlan, old: (since: number) => boolean): Foretold {
  const { containers, volumes, networks } = state;
  const names = new Set([...containers, ...volumes, ...networks].flatMap(({ project }) => project ?? []));
  const labelled = carries(task.labels);
  const undescribed: string[] = [];
  const selected = [...names].sort().filter((name) => {
    const own = <T extends Thing>(things: readonly T[]): readonly T[] =>
      things.filter(({ project }) => project === name);
    // Its containers speak for a project; of one without any its volumes, and of one without those its networks.
    const [speakers = []] = [own(containers), own(volumes), own(networks)].filter(
      (things) => things.length > 0,
    );
    if (!speakers.some(labelled) || matches(name, task.exclude)) return false;
    if (own(volumes).some((volume) => volume.undescribed)) {
      undescribed.push(name);
      return false;
    }
    const ages =
      own(containers).length > 0
        ? own(containers).map(({ created }) => created)
        : [...own(volumes), ...own(networks)].map(({ since }) => since);
    return speakers.every(labelled) && ages.every(old);
  });
  const foretold = takeDownAll(state, selected, task.removeVolumes ?? false);
  if (undescribed.length === 0) return foretold;
  const reason = foretold.reason ?? 'engine-error';
  return { ...foretold, undescribed: undescribed.length, outcome: 'failed', reason };
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

/**
 * A project goes whole: of its networks and volumes stays only what others use, what carries the keep label, or what the
 * Engine cannot even describe.
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
