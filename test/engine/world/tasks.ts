import { Duration } from 'aws-cdk-lib';
import fc from 'fast-check';
import {
  ComposeDown,
  DanglingImagePrune,
  type HousekeepingTask,
  NetworkPrune,
  StoppedContainerPrune,
  UnusedImagePrune,
  VolumePrune,
} from '../../../lib';
import { KEEP_LABEL } from '../../../lib/contract';
import { PROJECT_LABEL } from '../../../local/inventory';
import {
  IMAGE_PATTERNS,
  type Labels,
  PROJECT_PATTERNS,
  projects,
  rarely,
  type RawLabels,
  resolve,
  wanted,
} from './alphabet';
import { DAY, type TaskPlan, type World } from './plan';
import { kept, projectOf } from './snapshot';

/** The task itself. @param n makes its name unique in a list */
export function toTask({ kind, olderThan, ...plan }: TaskPlan, n: number): HousekeepingTask {
  const age = olderThan === undefined ? {} : { olderThan: Duration.seconds(olderThan) };
  const props = { ...plan, ...age, name: `task-${n}` };
  const labelled = { ...props, labels: plan.labels ?? {} };
  switch (kind) {
    case 'ComposeDown':
      return new ComposeDown(props);
    case 'DanglingImagePrune':
      return new DanglingImagePrune(labelled);
    case 'UnusedImagePrune':
      return new UnusedImagePrune(labelled);
    case 'StoppedContainerPrune':
      return new StoppedContainerPrune(labelled);
    case 'VolumePrune':
      return new VolumePrune(labelled);
    case 'NetworkPrune':
      return new NetworkPrune(props);
  }
}

/** A task before it is known what there is in the world. */
interface RawTask extends Omit<TaskPlan, 'labels'> {
  readonly labels?: RawLabels;
  /** Which of the things that it might remove it is aimed at; without, it shoots at random. */
  readonly aim: number | undefined;
  /** Whether it asks for all labels of that thing or for the first only. */
  readonly all: boolean;
}

// Far from every age that a world has. Mostly none: the Engine made all but the images just now.
const olderThan = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ olderThan: 0 }) },
  { weight: 1, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ olderThan: DAY }) },
);
const sometimes = (given: fc.Arbitrary<object>): fc.Arbitrary<object> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: given });
const patterns = (all: readonly string[]): fc.Arbitrary<object> =>
  sometimes(fc.record({ exclude: fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 2 }) }));

const aim = fc.record({ aim: fc.option(fc.nat(9), { nil: undefined, freq: 5 }), all: rarely(3) });
const labelled = fc.record({ labels: wanted });

/** A task of several parts. */
function task(kind: TaskPlan['kind'], ...parts: fc.Arbitrary<object>[]): fc.Arbitrary<RawTask> {
  return fc.tuple(aim, ...parts).map((all) => Object.assign({ kind }, ...(all as object[])) as RawTask);
}

const volumesToo = fc.constantFrom({}, { removeVolumes: true }, { removeVolumes: false });
const leftovers = { composeLeftovers: fc.constant(true) };

const anyTask = fc.oneof(
  task('ComposeDown', fc.record({ project: projects }), volumesToo),
  task('ComposeDown', labelled, olderThan, volumesToo, patterns(PROJECT_PATTERNS)),
  task('DanglingImagePrune', labelled, olderThan),
  task(
    'UnusedImagePrune',
    labelled,
    olderThan,
    fc.constantFrom(
      {},
      { keepNewest: 0 },
      { keepNewest: 0 },
      { keepNewest: 0 },
      { keepNewest: 1 },
      { keepNewest: 2 },
    ),
    sometimes(fc.record({ maxRemovals: fc.integer({ min: 1, max: 2 }) })),
    patterns(IMAGE_PATTERNS),
  ),
  task('StoppedContainerPrune', labelled, olderThan),
  task('VolumePrune', labelled, olderThan),
  task(
    'NetworkPrune',
    fc.oneof(labelled, fc.record(leftovers), fc.record({ labels: wanted, ...leftovers })),
    olderThan,
  ),
);

/** Mostly one: another world tells more than another task in the same one, and takes less time. */
export const tasks: fc.Arbitrary<RawTask[]> = fc.oneof(
  { weight: 16, arbitrary: fc.array(anyTask, { minLength: 1, maxLength: 1 }) },
  { weight: 3, arbitrary: fc.array(anyTask, { minLength: 2, maxLength: 2 }) },
  { weight: 1, arbitrary: fc.array(anyTask, { minLength: 3, maxLength: 4 }) },
);

/** The task that asks for what there is in the world; for what it asks anyway, where there is nothing. */
export function aimed(
  { aim, all, labels, ...task }: RawTask,
  world: World,
  values: readonly string[],
): TaskPlan {
  const targets = targetsOf(task.kind, world);
  if (task.project !== undefined) {
    const names = targets.flatMap((carried) => carried[PROJECT_LABEL] ?? []);
    return { ...task, project: (aim === undefined ? undefined : names[aim % names.length]) ?? task.project };
  }
  if (labels === undefined) return task;
  const own = targets
    .map((carried) =>
      Object.entries(carried).filter(([key]) => key !== KEEP_LABEL && !key.startsWith('com.docker.')),
    )
    .filter((entries) => entries.length > 0);
  const target = aim === undefined ? undefined : own[aim % own.length];
  return {
    ...task,
    labels: target ? Object.fromEntries(target.slice(0, all ? undefined : 1)) : resolve(labels, values),
  };
}

/** The labels of what such a task may remove; where there is nothing, of what it must leave. */
function targetsOf(kind: TaskPlan['kind'], { images, containers, volumes, networks }: World): Labels[] {
  const dangling = images.filter(({ tags }) => tags.length === 0);
  const targets: readonly { readonly labels: Labels }[] = {
    ComposeDown: [...containers, ...volumes, ...networks].filter((thing) => projectOf(thing) !== undefined),
    DanglingImagePrune: dangling,
    UnusedImagePrune: images.filter((image) => !dangling.includes(image)),
    StoppedContainerPrune: containers,
    VolumePrune: volumes,
    NetworkPrune: networks,
  }[kind];
  const needed = new Set<object>([
    ...containers.filter(({ state }) => state === 'running'),
    ...images.filter((_, index) => containers.some(({ image }) => image === index)),
    ...volumes.filter(({ name }) => containers.some((container) => container.volumes.includes(name))),
    ...networks.filter(({ name }) => containers.some(({ network }) => network === name)),
  ]);
  const keptProjects = new Set(containers.filter(kept).map(projectOf));
  const free = targets.filter((thing) => {
    const whole = projectOf(thing) !== undefined && keptProjects.has(projectOf(thing));
    return !kept(thing) && !whole && (kind === 'ComposeDown' || !needed.has(thing));
  });
  return (free.length > 0 ? free : targets).map(({ labels }) => labels);
}
