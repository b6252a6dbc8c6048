import fc from 'fast-check';
import { DIRECTORIES, labels, projects, type RawLabels, rarely, seldom, TAGS, VALUES } from './alphabet';
import { type ContainerPlan, DAY, type Driver, type FaultPlan, HOUR, type MountPlan, STATES } from './plan';
import { tasks } from './tasks';

const thing = { labels, keep: rarely(10) };

const image = fc.record({
  ...thing,
  /** Whether Compose built the image, or `docker commit` made it from a container that Compose created. */
  from: fc.constantFrom<'build' | 'commit' | undefined>(
    ...(['build', 'build', 'commit'] as const),
    ...Array.from({ length: 7 }, () => undefined),
  ),
  // The ages are far from every `olderThan` of a task, so that the duration of a test does not matter.
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

const volume = fc.record({
  ...thing,
  hexadecimal: rarely(12),
  ownLabels: rarely(6),
  /** Applies only if the host has a plug-in. */
  driver: fc.constantFrom<Driver>('local', 'local', 'plug-in', 'plug-in, undescribed'),
});
/** `overlay` applies only to a swarm. */
const network = fc.record({ ...thing, ownLabels: rarely(6), overlay: rarely(2) });

const container = fc.record({
  labels,
  keep: rarely(15),
  ownLabels: rarely(8),
  /** The purpose for which Compose created it. */
  purpose: fc.constantFrom<'service' | 'one-off' | 'hook'>(
    ...(['service', 'service', 'service', 'service', 'one-off', 'hook'] as const),
  ),
  /** Whether it was started from another folder than the project's other containers. */
  elsewhere: rarely(8),
  /** Whether a container without Compose has an empty project name, as from an empty variable. */
  emptyProject: rarely(20),
  // Most containers use the first images, so that no container uses some of the others.
  image: fc.oneof({ weight: 3, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(7) }),
  // Most containers are only created, because starting one takes many times longer.
  state: fc.constantFrom(...STATES, 'created', 'created', 'created'),
  volumes: fc.oneof(fc.constant<number[]>([]), fc.array(fc.nat(9), { maxLength: 2 })),
  network: fc.option(fc.nat(5), { nil: undefined, freq: 2 }),
  /** Whether it may also use volumes and networks outside of its project. */
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
  /** Applies only if containers of the host can mount images. */
  mount: seldom(
    6,
    fc.record({
      image: fc.nat(13),
      by: fc.constantFrom<MountPlan['by']>('tag', 'tag', 'identifier', 'short identifier'),
      /** The image that gets the mounted image's tag later, if any. */
      heir: seldom(5, fc.nat(13)),
    }),
  ),
});

const directory = fc.nat(DIRECTORIES.length - 1);

/** How a project was started. */
const start = fc.record({
  /** The folder. Without it, the container lacks the label for it, like a container that another tool created. */
  directory: fc.option(fc.oneof(fc.constant(0), directory), { nil: undefined, freq: 2 }),
  throughLink: rarely(4),
  files: fc.constantFrom<readonly number[]>([0, 1], [0, 1], [1, 0], [0], [0], [1]),
  /** Whether the label has relative paths of the files, as with Compose v1, or absolute ones. */
  relative: rarely(3),
});

const project = (fewest: number) =>
  fc.record({
    name: projects,
    /** The labels of all its objects, except those with `ownLabels`. */
    labels,
    start,
    /** How the containers with `elsewhere` were started. */
    otherStart: start,
    containers: fc.array(container, { minLength: fewest, maxLength: 2 }),
    volumes: fc.array(volume, { maxLength: 2 }),
    networks: fc.array(network, { maxLength: 1 }),
  });

const service = fc.record({
  volumes: fc.array(fc.nat(9), { minLength: 1, maxLength: 2 }),
  network: fc.option(fc.nat(5), { nil: undefined }),
});

/** A scenario in numbers. Most numbers choose from a list, and start again from its beginning if it is shorter. */
export const raw = fc.record({
  values: fc.oneof(
    fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 3, maxLength: 3 }),
    fc
      .tuple(
        fc.shuffledSubarray(VALUES.slice(0, 3), { minLength: 2, maxLength: 2 }),
        fc.constantFrom(...VALUES.slice(3)),
      )
      .map(([alike, other]) => [...alike, other]),
  ),
  images: fc.array(image, { minLength: 2, maxLength: 14, size: 'medium' }),
  retags: fc.array(fc.record({ image: fc.nat(7), tag: fc.constantFrom(...TAGS) }), { maxLength: 2 }),
  projects: fc.uniqueArray(project(0), { maxLength: 3, selector: ({ name }) => name }),
  containers: fc.array(container, { minLength: 1, maxLength: 3 }),
  volumes: fc.array(volume, { minLength: 1, maxLength: 3 }),
  networks: fc.array(network, { minLength: 2, maxLength: 3 }),
  /** Whether all projects were started from one folder. */
  oneDirectory: rarely(2),
  directories: fc.array(directory, { maxLength: 1 }),
  plugIn: rarely(6),
  /** The volumes and networks of each service of a swarm. */
  services: seldom(20, fc.array(service, { minLength: 1, maxLength: 2 })),
  /** Rare, because a build takes as long as everything else. */
  builds: rarely(20).map(Number),
  /** A project for a task that takes down projects, in a world without a project for it. */
  spare: project(1),
  tasks,
  fault: seldom(
    8,
    fc.record<FaultPlan>({
      call: fc.nat(60),
      how: fc.constantFrom('killed', 'unexpected EOF'),
      late: rarely(2),
    }),
  ),
});
export type Raw = typeof raw extends fc.Arbitrary<infer T> ? T : never;
export type Group = Pick<Raw, 'containers' | 'volumes' | 'networks'> & {
  readonly name?: string;
  readonly labels?: RawLabels;
  readonly start?: Start;
  readonly otherStart?: Start;
};
export type Start = Raw['projects'][number]['start'];
