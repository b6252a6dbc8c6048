import { COMPOSE_FILES, DIRECTORIES, type Labels } from './alphabet';
import { builtLabels, composeLabels, EMPTY_PROJECT_LABELS, labelsOf } from './labels';
import type { ContainerPlan, DirectoryPlan, NetworkPlan, RetagPlan, VolumePlan, World } from './plan';
import type { Group, Raw } from './things';

/** A group, and the indexes of its volumes and networks in the lists of the world. */
interface Owned {
  readonly group: Group;
  readonly volumes: readonly number[];
  readonly networks: readonly number[];
}

/** Builds the world that the numbers describe. */
export function build(all: Raw): World {
  const volumes: VolumePlan[] = [];
  const networks: NetworkPlan[] = [];
  const owned = [...all.projects, all].map((group: Group): Owned => ({
    group,
    volumes: group.volumes.map((volume) => {
      const name = `${prefix(group)}v${volumes.length}`;
      return (
        volumes.push({
          name: volume.hexadecimal ? hexadecimal(name) : name,
          labels: labelsOf(volume, group, all),
          driver: all.plugIn ? volume.driver : 'local',
        }) - 1
      );
    }),
    networks: group.networks.map((network) => {
      const overlay = all.services !== undefined && network.overlay;
      const name = `${prefix(group)}n${networks.length}`;
      return networks.push({ name, labels: labelsOf(network, group, all), overlay }) - 1;
    }),
  }));
  const images = imagesOf(all);
  const containers = containersOf(owned, { volumes, networks }, all);
  const overlays = networks.filter(({ overlay }) => overlay);
  const services = (all.services ?? []).map((service, n) => {
    const network = pick(overlays, service.network)?.name;
    return {
      name: `s${n}`,
      volumes: [...new Set(service.volumes.flatMap((volume) => pick(volumes, volume)?.name ?? []))],
      ...(network !== undefined && { network }),
    };
  });
  const retags = [
    ...all.retags.map(({ image, tag }) => ({ image: image % images.length, tag, late: false })),
    ...lostTags(owned, images),
  ];
  const { builds } = all;
  return { images, retags, volumes, networks, containers, directories: directoriesOf(all), services, builds };
}

function containersOf(
  owned: readonly Owned[],
  { volumes, networks }: Pick<World, 'volumes' | 'networks'>,
  all: Raw,
): ContainerPlan[] {
  const containers: ContainerPlan[] = [];
  for (const { group, ...own } of owned) {
    for (const { guest, image, state, anonymous, mount, ...plan } of group.containers) {
      const near = <T>(everything: readonly T[], own: readonly number[]): T[] =>
        guest ? [...everything] : own.map((index) => everything[index] as T);
      // Containers use only local networks, because overlay networks need more features of the kernel.
      const local = near(networks, own.networks).filter(({ overlay }) => !overlay);
      const network = pick(local, plan.network)?.name;
      const [shares, whose] = plan.volumesFrom;
      const from = shares ? pick(containers, whose)?.name : undefined;
      const name = `${prefix(group)}c${containers.length}`;
      containers.push({
        name,
        labels: { ...labelsOf(plan, group, all), ...createdBy(group, plan, name) },
        image: image % all.images.length,
        state,
        volumes: [...new Set(plan.volumes.flatMap((n) => pick(near(volumes, own.volumes), n)?.name ?? []))],
        anonymous,
        ...(network !== undefined && { network }),
        ...(from !== undefined && { volumesFrom: from }),
        ...(mount && { mount: { image: mount.image % all.images.length, by: mount.by } }),
      });
    }
  }
  return containers;
}

/** Returns the labels that Compose puts on a container. Without Compose it has at most an empty project name. */
function createdBy(
  group: Group,
  plan: Pick<Group['containers'][number], 'purpose' | 'elsewhere' | 'emptyProject'>,
  name: string,
): Labels {
  if (group.name === undefined) return plan.emptyProject ? EMPTY_PROJECT_LABELS : {};
  return composeLabels(plan.purpose, plan.elsewhere ? group.otherStart : group.start, name);
}

/**
 * Plans the images. No two of them share a tag, because the containerd store might drop the first image before
 * unpacking it.
 */
function imagesOf(all: Raw): World['images'] {
  const given = new Set<string>();
  return all.images.map(({ tags, moreTags, parent, shared, own, age, from, ...plan }, index) => {
    const unused = [...new Set(tags.length > 0 ? [...tags, ...moreTags] : [])].filter(
      (tag) => !given.has(tag),
    );
    unused.forEach((tag) => given.add(tag));
    const [derived, base] = parent;
    const upon = derived && index > 0 ? { parent: base % index } : {};
    const project = from && pick(all.projects, index);
    const fromCompose = {
      build: builtLabels,
      // The labels of a container that no longer exists.
      commit: composeLabels(project?.containers[0]?.purpose ?? 'service', project?.start, 'committed'),
    };
    return {
      labels: {
        ...labelsOf(plan, project && { name: project.name }, all),
        ...(from && project && fromCompose[from]),
      },
      tags: unused,
      shared,
      own,
      age,
      ...upon,
    };
  });
}

/** Lists the tags of mounted images that move to other images after the containers exist. */
function lostTags(owned: readonly Owned[], images: World['images']): RetagPlan[] {
  return owned
    .flatMap(({ group }) => group.containers)
    .flatMap(({ mount }) => {
      const [tag] = (mount && images[mount.image % images.length]?.tags) ?? [];
      if (mount?.heir === undefined || tag === undefined) return [];
      return [{ image: mount.heir % images.length, tag, late: true }];
    });
}

function directoriesOf({ projects, directories }: Raw): World['directories'] {
  const starts = projects.flatMap(({ start, otherStart, containers }) =>
    containers.some(({ elsewhere }) => elsewhere) ? [start, otherStart] : [start],
  );
  const used = new Set([...directories, ...starts.flatMap(({ directory }) => directory ?? [])]);
  // The second folder is in the first, so it needs the first.
  if (used.has(1)) used.add(0);
  return [...used].sort().map(directoryPlan);
}

function directoryPlan(n: number): DirectoryPlan {
  const path = DIRECTORIES[n] ?? '';
  return { path, link: `${path}-link`, files: COMPOSE_FILES };
}

function prefix({ name }: Group): string {
  return name === undefined ? '' : `${name}_`;
}

/** Returns the nth item of a list. If the list is shorter, it starts again from the beginning. */
function pick<T>(list: readonly T[], n: number | undefined): T | undefined {
  return n === undefined ? undefined : list[n % list.length];
}

/** Converts a name so that it looks like the name of an anonymous volume. */
function hexadecimal(name: string): string {
  return Buffer.from(name).toString('hex').padEnd(64, '0');
}
