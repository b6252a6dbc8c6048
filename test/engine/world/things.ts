import fc from 'fast-check';
import { DIRECTORIES, labels, projects, type RawLabels, rarely, seldom, TAGS, VALUES } from './alphabet';
import { type ContainerPlan, DAY, type Driver, type FaultPlan, HOUR, type MountPlan, STATES } from './plan';
import { tasks } from './tasks';

const thing = { labels, keep: rarely(10) };

const image = fc.record({
  ...thing,
  /** Whether it has the labels that Compose gives to what it builds, or is a copy of a container of Compose's. */
  from: fc.constantFrom<'build' | 'commit' | undefined>(
    ...(['build', 'build', 'commit'] as const),
    ...Array.from({ length: 7 }, () => undefined),
  ),
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

const volume = fc.record({
  ...thing,
  hexadecimal: rarely(12),
  ownWay: rarely(6),
  /** Where there is a plug-in. */
  driver: fc.constantFrom<Driver>('local', 'local', 'plug-in', 'plug-in, undescribed'),
});
/** Those that span a swarm, where there is one. */
const network = fc.record({ ...thing, ownWay: rarely(6), overlay: rarely(2) });

const container = fc.record({
  labels,
  keep: rarely(15),
  ownWay: rarely(8),
  /** What Compose made it for. */
  purpose: fc.constantFrom<'service' | 'one-off' | 'hook'>(
    ...(['service', 'service', 'service', 'service', 'one-off', 'hook'] as const),
  ),
  /** Whether a project's was started from elsewhere than the others. */
  elsewhere: rarely(8),
  /** Whether one by hand says, as from an empty variable, that its project is nothing. */
  ofNothing: rarely(20),
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
  /** Where a container can mount an image. */
  mount: seldom(
    6,
    fc.record({
      image: fc.nat(13),
      by: fc.constantFrom<MountPlan['by']>('tag', 'tag', 'identifier', 'short identifier'),
      /** Which image gets its tag later, if one does. */
      heir: seldom(5, fc.nat(13)),
    }),
  ),
});

const directory = fc.nat(DIRECTORIES.length - 1);

/** How a project was started. */
const start = fc.record({
  /** The folder; without one the label that says it is missing, as on what another tool made. */
  directory: fc.option(fc.oneof(fc.constant(0), directory), { nil: undefined, freq: 2 }),
  throughLink: rarely(4),
  files: fc.constantFrom<readonly number[]>([0, 1], [0, 1], [1, 0], [0], [0], [1]),
  /** Whether the label says the files as they were given, as Compose v1 has it, or from / on. */
  relative: rarely(3),
});

const project = (fewest: number) =>
  fc.record({
    name: projects,
    /** What all its objects carry, but those that go their own way. */
    labels,
    start,
    /** How those were started that were started from elsewhere. */
    otherStart: start,
    containers: fc.array(container, { minLength: fewest, maxLength: 2 }),
    volumes: fc.array(volume, { maxLength: 2 }),
    networks: fc.array(network, { maxLength: 1 }),
  });

const service = fc.record({
  volumes: fc.array(fc.nat(9), { minLength: 1, maxLength: 2 }),
  network: fc.option(fc.nat(5), { nil: undefined }),
});

/** A scenario in numbers: what they stand for depends on how many there are of the things that they choose from. */
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
  /** What each service of a swarm holds. */
  services: seldom(20, fc.array(service, { minLength: 1, maxLength: 2 })),
  /** Takes as long as all the rest. */
  builds: rarely(20).map(Number),
  /** For a task that takes down a project, where there is none. */
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
