import { Duration, Size } from 'aws-cdk-lib';
import fc from 'fast-check';
import {
  BuildCachePrune,
  ComposeDown,
  DanglingImagePrune,
  type HousekeepingTask,
  NetworkPrune,
  ShellTask,
  StoppedContainerPrune,
  UnusedImagePrune,
  VolumePrune,
} from '../../../lib';
import { shellQuote } from '../../../lib/host/script';
import type { TaskKind } from '../../../lib/tasks';
import { PROJECT_LABEL } from '../../../local/host/inventory';
import {
  COMPOSE_FILES,
  DIRECTORIES,
  IMAGE_PATTERNS,
  NAME_PATTERNS,
  type Labels,
  PROJECT_PATTERNS,
  projects,
  rarely,
  type RawLabels,
  wanted,
} from './alphabet';
import { DAY, type TaskPlan } from './plan';

// aws-cdk-lib loads a class at its first use. Jest refuses that while several hosts run tests, so this loads it now.
void new BuildCachePrune({ olderThan: Duration.seconds(0), keepStorage: Size.bytes(1) });

/** Makes the task from its plan. @param n makes its name unique in a list */
export function toTask({ kind, olderThan, keepStorage, ...plan }: TaskPlan, n: number): HousekeepingTask {
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
    case 'BuildCachePrune':
      return new BuildCachePrune({
        ...props,
        ...(keepStorage !== undefined && { keepStorage: Size.bytes(keepStorage) }),
      });
    case 'ShellTask':
      return new ShellTask({ ...props, script: ownScript(labelled.labels) });
  }
}

/** Returns a script as a user might write it. It removes stopped containers with the labels and without a project. */
function ownScript(labels: Labels): string {
  const filters = Object.entries(labels).map(
    ([key, value]) => `--filter ${shellQuote(`label=${key}=${value}`)}`,
  );
  return `set -e
    list() { docker ps -aq --no-trunc --filter status=created --filter status=exited ${filters.join(' ')} "$@"; }
    kept=$(list --filter "label=$KEEP_LABEL")
    projects=$(list --filter label=${PROJECT_LABEL})
    all=$(list)
    set --
    for id in $all; do
      case "$kept $projects" in *"$id"*) ;; *) set -- "$@" "$id" ;; esac
    done
    [ $# -gt 0 ] || { echo '{"outcome":"nothing"}'; exit; }
    fate=would-remove
    [ "$DRY_RUN" = true ] || fate=removed
    [ "$DRY_RUN" = true ] || docker rm "$@" >&2
    printf '{"outcome":"done","removed":{"containers":%d}}\\n' $#
    for id; do echo "$fate container $id - - - -"; done`;
}

/** A task whose selection does not depend on the world yet. */
export interface RawTask extends Omit<TaskPlan, 'labels'> {
  readonly labels?: RawLabels;
  /** The number of the object that it is aimed at; undefined if it selects at random. */
  readonly aim: number | undefined;
  /** Whether it selects by all labels of that object, or only by the first. */
  readonly all: boolean;
  /** Whether it names its directory by a link, and whether the paths of its files are absolute. */
  readonly way?: { readonly throughLink: boolean; readonly absolute: boolean };
}

// The ages are far from all ages in a world. Most are 0, because the Engine has just made all objects but images.
const olderThan = fc.oneof(
  { weight: 10, arbitrary: fc.constant({ olderThan: 0 }) },
  { weight: 1, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ olderThan: DAY }) },
);
const sometimes = (given: fc.Arbitrary<object>): fc.Arbitrary<object> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: given });
const patterns = (all: readonly string[]): fc.Arbitrary<object> =>
  sometimes(fc.record({ exclude: fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 2 }) }));

const aim = fc.record({ aim: fc.option(fc.nat(9), { nil: undefined, freq: 5 }), all: rarely(3) });
const labelled = fc.record({ labels: wanted });

const condition = fc.oneof(
  { weight: 14, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ whenDiskUsedAbove: 0 }) },
  { weight: 1, arbitrary: fc.constant({ whenDiskUsedAbove: 99 }) },
);

/** The parts of a task's properties. Each is generated separately. */
type Parts = readonly fc.Arbitrary<object>[];

function task(kind: TaskKind, parts: Parts): fc.Arbitrary<RawTask> {
  return fc
    .tuple(aim, condition, ...parts)
    .map((all) => Object.assign({ kind }, ...(all as object[])) as RawTask);
}

const volumesToo = fc.constantFrom({}, { removeVolumes: true }, { removeVolumes: false });
const leftovers = { composeLeftovers: fc.constant(true) };
const directory = {
  directory: fc.constantFrom(...DIRECTORIES),
  way: fc.record({ throughLink: rarely(4), absolute: rarely(2) }),
};
const files = fc.oneof(
  { weight: 3, arbitrary: fc.constant([COMPOSE_FILES[0]]) },
  { weight: 2, arbitrary: fc.constant([COMPOSE_FILES[1]]) },
  { weight: 2, arbitrary: fc.constant([...COMPOSE_FILES]) },
  { weight: 1, arbitrary: fc.constant(['missing.yml']) },
);

/** The ways to generate each kind of task. All are equally frequent. */
const RANDOM: Readonly<Record<TaskKind, readonly [Parts, ...Parts[]]>> = {
  ComposeDown: [
    [fc.record({ project: projects }), volumesToo],
    [labelled, olderThan, volumesToo, patterns(PROJECT_PATTERNS)],
    [fc.oneof(fc.record(directory), fc.record({ ...directory, project: projects })), volumesToo],
    [fc.record({ ...directory, files }), volumesToo],
  ],
  DanglingImagePrune: [[labelled, olderThan]],
  UnusedImagePrune: [
    [
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
    ],
  ],
  StoppedContainerPrune: [[labelled, olderThan, patterns(NAME_PATTERNS)]],
  VolumePrune: [[labelled, olderThan, patterns(NAME_PATTERNS)]],
  NetworkPrune: [
    [
      fc.oneof(labelled, fc.record(leftovers), fc.record({ labels: wanted, ...leftovers })),
      olderThan,
      patterns(NAME_PATTERNS),
    ],
  ],
  BuildCachePrune: [[olderThan, sometimes(fc.constant({ keepStorage: 1e9 }))]],
  ShellTask: [[labelled, fc.constantFrom({ supportsDryRun: true }, { supportsDryRun: true }, {})]],
};

const anyTask = fc.oneof(
  ...Object.entries(RANDOM).flatMap(([kind, ways]) => ways.map((parts) => task(kind as TaskKind, parts))),
);

/** Generates mostly one task, because a new world finds more than another task in the same world, in less time. */
export const tasks: fc.Arbitrary<RawTask[]> = fc.oneof(
  { weight: 16, arbitrary: fc.array(anyTask, { minLength: 1, maxLength: 1 }) },
  { weight: 3, arbitrary: fc.array(anyTask, { minLength: 2, maxLength: 2 }) },
  { weight: 1, arbitrary: fc.array(anyTask, { minLength: 3, maxLength: 4 }) },
);
