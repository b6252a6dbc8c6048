import { KEEP_LABEL } from '../../../lib/contract';
import { NOTHING, type Snapshot, type Thing } from './objects';
import type { ContainerPlan, World } from './plan';

/**
 * What an Engine with the classic store would say of a world, as far as the model asks. No Engine is asked, so that a
 * task can be aimed before there is one.
 */
export function imagine(world: World, now: number): Snapshot {
  const tagsOf = world.images.map(({ tags }) => [...tags]);
  for (const { image, tag } of world.retags) {
    for (const tags of tagsOf) if (tags.includes(tag)) tags.splice(tags.indexOf(tag), 1);
    tagsOf[image]?.push(tag);
  }
  const thing = (id: string, labels: Thing['labels'], since = now): Thing => ({
    id,
    name: id,
    labels,
    since,
    line: id,
  });
  const imageId = (index: number): string => `image ${index}`;
  const anonymous = ({ name, anonymous }: ContainerPlan): Thing[] =>
    anonymous === 'none'
      ? []
      : [thing(`${name}-anonymous`, anonymous === 'kept' ? { [KEEP_LABEL]: 'yes' } : {})];
  const volumesOf = (container: ContainerPlan | undefined): string[] => {
    if (container === undefined) return [];
    const from = world.containers.find(({ name }) => name === container.volumesFrom);
    return [...container.volumes, ...anonymous(container).map(({ id }) => id), ...volumesOf(from)];
  };
  return {
    ...NOTHING,
    images: world.images.map(({ labels, age, parent }, index) => {
      const retagged = world.retags.some(({ image }) => image === index);
      const since = retagged ? now : age === 'epoch' ? 0 : now - age - index;
      const upon = parent === undefined ? '' : imageId(parent);
      return { ...thing(imageId(index), labels, since), tags: tagsOf[index] ?? [], parent: upon };
    }),
    containers: world.containers.map((container) => ({
      ...thing(container.name, { ...world.images[container.image]?.labels, ...container.labels }),
      image: imageId(container.image),
      state: container.state,
      created: now,
      volumes: volumesOf(container),
      anonymous: volumesOf(container).filter((name) => world.volumes.every((volume) => volume.name !== name)),
      volumesFrom: container.volumesFrom === undefined ? [] : [container.volumesFrom],
      networks: [container.network ?? 'host'],
    })),
    volumes: [
      ...world.volumes.map(({ name, labels }) => thing(name, labels)),
      ...world.containers.flatMap(anonymous),
    ],
    networks: world.networks.map(({ name, labels }) => thing(name, labels)),
    cacheRecords: Array.from({ length: world.builds }, (_, n) => thing(`build ${n}`, {})),
  };
}
