import type { HousekeepingTask } from '../../lib';
import { TASK_KINDS, type TaskKind } from '../../lib/tasks';

const labels = { application: 'todobackend' };

type PropsOf<K extends TaskKind> = ConstructorParameters<(typeof TASK_KINDS)[K]>[0];

/** The fewest properties that each kind of task accepts. */
export const FEWEST: { readonly [K in TaskKind]: NonNullable<PropsOf<K>> } = {
  ComposeDown: { labels },
  DanglingImagePrune: { labels },
  UnusedImagePrune: { labels },
  StoppedContainerPrune: { labels },
  VolumePrune: { labels },
  NetworkPrune: { labels },
  BuildCachePrune: {},
  ShellTask: { script: 'echo' },
};

/** The constructors without types, as in JavaScript. */
export const CONSTRUCTORS = TASK_KINDS as unknown as Readonly<
  Record<string, new (props?: unknown) => HousekeepingTask>
>;

/** A task of each kind, in the order of TASK_KINDS. */
export const ONE_OF_EACH = (Object.keys(TASK_KINDS) as TaskKind[]).map(
  (kind) => new CONSTRUCTORS[kind]!(FEWEST[kind]),
);
