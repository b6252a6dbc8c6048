import { KEEP_LABEL } from '../../../lib/contract';
import { type Container, labelledProject, projectOf, type Snapshot, type Thing } from './objects';
import type { ContainerPlan, MountPlan, RetagPlan, World } from './plan';

/**
 * Predicts the state of an Engine with the classic store that holds a world, as far as the model needs it. It asks
 * no Engine, so a task can be aimed before an Engine runs.
 */
export function imagine(world: World, now: number): Snapshot {
  const thing = (id: string, labels: Thing['labels'], since = now): Thing => {
    return { id, name: id, labels, project: labelledProject({ labels }), since, line: id };
  };
  const anonymous = ({ name, anonymous }: ContainerPlan): Thing[] =>
    anonymous === 'none'
      ? []
      : [thing(`${name}-anonymous`, anonymous === 'kept' ? { [KEEP_LABEL]: 'yes' } : {})];
  const volumesOf = (container: ContainerPlan | undefined): string[] => {
    if (container === undefined) return [];
    const from = world.containers.find(({ name }) => name === container.volumesFrom);
    return [...container.volumes, ...anonymous(container).map(({ id }) => id), ...volumesOf(from)];
  };
  const container = (plan: ContainerPlan): Container => {
    const inherited = world.images[plan.image]?.labels;
    const labels = { ...inherited, ...plan.labels };
    return {
      ...thing(plan.name, labels),
      project: projectOf(labels, inherited),
      image: imageId(plan.image),
      state: plan.state,
      created: now,
      volumes: volumesOf(plan),
      anonymous: volumesOf(plan).filter((name) => world.volumes.every((volume) => volume.name !== name)),
      volumesFrom: plan.volumesFrom === undefined ? [] : [plan.volumesFrom],
      networks: [plan.network ?? 'host'],
      mountedImages: plan.mount === undefined ? [] : [reference(world, plan.mount)],
    };
  };
  return {
    images: imagesOf(world, thing, now),
    containers: world.containers.map(container),
    volumes: [
      ...world.volumes.map(({ name, labels, driver }) => ({
        ...thing(name, labels),
        undescribed: driver === 'plug-in, undescribed',
      })),
      ...world.containers.flatMap(anonymous).map((volume) => ({ ...volume, undescribed: false })),
    ],
    networks: world.networks.map(({ name, labels, overlay }) => ({
      ...thing(name, labels),
      scope: overlay ? 'swarm' : 'local',
    })),
    services: world.services.map(({ name, volumes, network }) => ({
      ...thing(name, {}),
      volumes,
      networks: network === undefined ? [] : [network],
    })),
    cacheRecords: Array.from({ length: world.builds }, (_, n) => thing(`build ${n}`, {})),
  };
}

/** Returns the identifier of the nth image. The full stop prevents that one is a prefix of another. */
const imageId = (index: number): string => `image ${index}.`;

/** Returns the reference with which a container mounts an image. */
function reference({ images }: World, { image, by }: MountPlan): string {
  return (by === 'tag' && images[image]?.tags[0]) || imageId(image);
}

function imagesOf(
  { images, retags }: World,
  thing: (id: string, labels: Thing['labels'], since: number) => Thing,
  now: number,
): Snapshot['images'] {
  const tagsOf = images.map(({ tags }) => [...tags]);
  // Tags move in this order: some before the containers exist, the others after.
  const inTime: RetagPlan[] = [...retags].sort((a, b) => Number(a.late) - Number(b.late));
  for (const { image, tag } of inTime) {
    for (const tags of tagsOf) if (tags.includes(tag)) tags.splice(tags.indexOf(tag), 1);
    tagsOf[image]?.push(tag);
  }
  return images.map(({ labels, age, parent }, index) => {
    const got = retags.filter(({ image }) => image === index);
    const created = age === 'epoch' ? 0 : now - age - index;
    const tagged = got.length === 0 ? -1 : got.some(({ late }) => late) ? now + 1 : now;
    const upon = parent === undefined ? '' : imageId(parent);
    const since = got.length > 0 ? now : created;
    return {
      ...thing(imageId(index), labels, since),
      tags: tagsOf[index] ?? [],
      parent: upon,
      created,
      tagged,
    };
  });
}
