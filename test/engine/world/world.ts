import fc from 'fast-check';
import { KEEP_LABEL } from '../../../lib/contract';
import { ONE_OFF_LABEL, PROJECT_LABEL, SERVICE_LABEL } from '../../../local/inventory';
import { type Labels, labels, projects, type RawLabels, rarely, resolve, TAGS, VALUES } from './alphabet';
import { type ContainerPlan, DAY, HOUR, type NamedPlan, type Scenario, STATES, type World } from './plan';
import { aimed, tasks } from './tasks';

const thing = { labels, keep: rarely(10) };

const image = fc.record({
  ...thing,
  // Far from every `olderThan` of a task, so that no time that a test takes matters.
  age: fc.constantFrom<number | 'epoch'>(
    30 * DAY,
    40 * DAY,
    20 * DAY,
    3 * DAY,
    6 * HOUR,
    HOUR / 12,
    'epoch',
    -DAY,
  ),
  tags: fc.oneof(
    { weight: 1, arbitrary: fc.constant<string[]>([]) },
    { weight: 2, arbitrary: fc.array(fc.constantFrom(...TAGS), { minLength: 1, maxLength: 1 }) },
  ),
  moreTags: fc.oneof(
    { weight: 3, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(...TAGS), { maxLength: 2 }) },
  ),
  shared: fc.constantFrom(1, 1, 1, 2),
  own: rarely(6),
  parent: fc.tuple(rarely(5), fc.nat(7)),
});

const volume = fc.record({ ...thing, hexadecimal: rarely(12), ownWay: rarely(6) });
const network = fc.record({ ...thing, ownWay: rarely(6) });

const container = fc.record({
  labels,
  keep: rarely(15),
  ownWay: rarely(8),
  oneOff: rarely(4),
  // Mostly the first images, so that others are left that no container uses.
  image: fc.oneof({ weight: 3, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(7) }),
  // One that runs or ran takes many times longer to make than one that was only created.
  state: fc.constantFrom(...STATES, 'created', 'created', 'created'),
  volumes: fc.oneof(fc.constant<number[]>([]), fc.array(fc.nat(9), { maxLength: 2 })),
  network: fc.option(fc.nat(5), { nil: undefined, freq: 2 }),
  /** Whether volumes and network are anybody's and not those of its own project. */
  guest: rarely(5),
  anonymous: fc.constantFrom<ContainerPlan['anonymous']>(
    'none',
    'none',
    'none',
    'none',
    'plain',
    'plain',
    'kept',
  ),
  volumesFrom: fc.tuple(rarely(8), fc.nat(5)),
});

const project = fc.record({
  name: projects,
  /** What all its objects carry, but those that go their own way. */
  labels,
  containers: fc.array(container, { maxLength: 2 }),
  volumes: fc.array(volume, { maxLength: 2 }),
  networks: fc.array(network, { maxLength: 1 }),
});

/** A scenario in numbers: what they stand for depends on how many there are of the things that they choose from. */
const raw = fc.record({
  values: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 3, maxLength: 3 }),
  images: fc.array(image, { minLength: 2, maxLength: 14, size: 'medium' }),
  retags: fc.array(fc.record({ image: fc.nat(7), tag: fc.constantFrom(...TAGS) }), { maxLength: 2 }),
  projects: fc.uniqueArray(project, { maxLength: 3, selector: ({ name }) => name }),
  containers: fc.array(container, { minLength: 1, maxLength: 3 }),
  volumes: fc.array(volume, { minLength: 1, maxLength: 3 }),
  networks: fc.array(network, { minLength: 1, maxLength: 3 }),
  tasks,
});
type Raw = typeof raw extends fc.Arbitrary<infer T> ? T : never;
type Group = Pick<Raw, 'containers' | 'volumes' | 'networks'> & {
  readonly name?: string;
  readonly labels?: RawLabels;
};

export const scenarios: fc.Arbitrary<Scenario> = raw.map((all) => {
  // A network takes longest to make of all that does not run.
  const most = all.tasks.some(({ kind }) => kind === 'NetworkPrune') ? 3 : 1;
  const world = build({ ...all, networks: all.networks.slice(0, most) });
  return { world, tasks: all.tasks.map((task) => aimed(task, world, all.values)) };
});

function build(all: Raw): World {
  const volumes: NamedPlan[] = [];
  const networks: NamedPlan[] = [];
  const containers: ContainerPlan[] = [];
  const owned = [...all.projects, all].map((group: Group) => ({
    group,
    volumes: group.volumes.map((volume) => {
      const name = `${prefix(group)}v${volumes.length}`;
      volumes.push({
        name: volume.hexadecimal ? hexadecimal(name) : name,
        labels: labelsOf(volume, group, all),
      });
      return volumes.length - 1;
    }),
    networks: group.networks.map((network) => {
      networks.push({ name: `${prefix(group)}n${networks.length}`, labels: labelsOf(network, group, all) });
      return networks.length - 1;
    }),
  }));
  for (const { group, ...own } of owned) {
    for (const { guest, image, state, anonymous, ...plan } of group.containers) {
      const near = <T>(everything: readonly T[], own: readonly number[]): T[] =>
        guest ? [...everything] : own.map((index) => everything[index] as T);
      const network = pick(near(networks, own.networks), plan.network)?.name;
      const [shares, whose] = plan.volumesFrom;
      const from = shares ? pick(containers, whose)?.name : undefined;
      containers.push({
        name: `${prefix(group)}c${containers.length}`,
        labels: {
          ...labelsOf(plan, group, all),
          ...(group.name !== undefined && composeLabels(plan.oneOff)),
        },
        image: image % all.images.length,
        state,
        volumes: [...new Set(plan.volumes.flatMap((n) => pick(near(volumes, own.volumes), n)?.name ?? []))],
        anonymous,
        ...(network !== undefined && { network }),
        ...(from !== undefined && { volumesFrom: from }),
      });
    }
  }
  const retags = all.retags.map(({ image, tag }) => ({ image: image % all.images.length, tag }));
  return { images: images(all), retags, volumes, networks, containers };
}

/** No two of an archive have a tag in common: the containerd store may drop the first before it has unpacked it. */
function images(all: Raw): World['images'] {
  const given = new Set<string>();
  return all.images.map(({ tags, moreTags, parent, shared, own, age, ...plan }, index) => {
    const unused = [...new Set(tags.length > 0 ? [...tags, ...moreTags] : [])].filter(
      (tag) => !given.has(tag),
    );
    unused.forEach((tag) => given.add(tag));
    const [derived, base] = parent;
    const upon = derived && index > 0 ? { parent: base % index } : {};
    return { labels: labelsOf(plan, {}, all), tags: unused, shared, own, age, ...upon };
  });
}

interface Labelled {
  readonly labels: RawLabels;
  readonly keep: boolean;
  readonly ownWay?: boolean;
}

function labelsOf(
  { labels, keep, ownWay }: Labelled,
  group: Pick<Group, 'name' | 'labels'>,
  { values }: Raw,
): Labels {
  return {
    ...resolve((ownWay ? undefined : group.labels) ?? labels, values),
    ...(keep && { [KEEP_LABEL]: values[0] }),
    ...(group.name !== undefined && { [PROJECT_LABEL]: group.name }),
  };
}

function composeLabels(oneOff: boolean): Labels {
  return { [SERVICE_LABEL]: 'app', [ONE_OFF_LABEL]: oneOff ? 'True' : 'False' };
}

function prefix({ name }: Group): string {
  return name === undefined ? '' : `${name}_`;
}

/** Taken round where there are fewer. */
function pick<T>(list: readonly T[], n: number | undefined): T | undefined {
  return n === undefined ? undefined : list[n % list.length];
}

/** Looks like the name that the Engine gives to an anonymous volume. */
function hexadecimal(name: string): string {
  return Buffer.from(name).toString('hex').padEnd(64, '0');
}
