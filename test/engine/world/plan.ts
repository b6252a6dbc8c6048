import type { TaskKind } from '../../../lib/tasks';
import type { Labels } from './alphabet';

/** An image that the world's script loads. */
export interface ImagePlan {
  readonly labels: Labels;
  /** Seconds since its creation; below 0 if a clock was wrong. `epoch` is 1970, as in reproducible builds. */
  readonly age: number | 'epoch';
  readonly tags: readonly string[];
  /** The number of layers that it shares with others. Each layer takes a tenth of a second to load. */
  readonly shared: number;
  /** Whether it also has a layer of its own. */
  readonly own: boolean;
  /** The earlier image on which it was built, as the legacy builder records it. */
  readonly parent?: number;
}

/** The driver of a volume. In a bad mood the plug-in cannot describe some volumes, see plug-in.ts. */
export type Driver = 'local' | 'plug-in' | 'plug-in, undescribed';

export interface VolumePlan {
  readonly name: string;
  readonly labels: Labels;
  readonly driver: Driver;
}

export interface NetworkPlan {
  readonly name: string;
  readonly labels: Labels;
  /** Whether it spans a swarm. False on a host without one. */
  readonly overlay: boolean;
}

/** A service of a swarm, without running containers. */
export interface ServicePlan {
  readonly name: string;
  readonly volumes: readonly string[];
  readonly network?: string;
}

/** A tag that `docker tag` adds to a loaded image. The Engine records the time. */
export interface RetagPlan {
  readonly image: number;
  readonly tag: string;
  /** Whether it is added only after the containers are created. */
  readonly late: boolean;
}

/** How a container names an image that it mounts. */
export interface MountPlan {
  readonly image: number;
  readonly by: 'tag' | 'identifier' | 'short identifier';
}

/**
 * The states of containers. None is paused, because with control groups v1 the kernel cannot kill a frozen process.
 * A private host would then never end.
 */
export const STATES = ['running', 'exited', 'created'] as const;

export interface ContainerPlan {
  readonly name: string;
  readonly labels: Labels;
  readonly image: number;
  readonly state: (typeof STATES)[number];
  /** Names. */
  readonly volumes: readonly string[];
  readonly anonymous: 'none' | 'plain' | 'kept';
  readonly network?: string;
  /** Name of an earlier container. */
  readonly volumesFrom?: string;
  readonly mount?: MountPlan;
}

/** A folder on the host from which Compose may have been started. */
export interface DirectoryPlan {
  readonly path: string;
  /** The path of a symbolic link to the folder. */
  readonly link: string;
  /** Names of the Compose files in it. */
  readonly files: readonly string[];
}

/** Everything on a host and its Engine before the tasks run. A script builds it. */
export interface World {
  readonly images: readonly ImagePlan[];
  readonly retags: readonly RetagPlan[];
  readonly volumes: readonly VolumePlan[];
  readonly networks: readonly NetworkPlan[];
  readonly containers: readonly ContainerPlan[];
  readonly directories: readonly DirectoryPlan[];
  /** If there are any, the host is the manager of a swarm. */
  readonly services: readonly ServicePlan[];
  /** The number of builds that left only build cache. */
  readonly builds: number;
}

/** A task as plain data. A test prints it, gives it to the model, and makes the task from it. */
export interface TaskPlan {
  readonly kind: TaskKind;
  readonly labels?: Labels;
  /** ComposeDown selects by project, by directory or by both. Without either it selects by labels. */
  readonly project?: string;
  readonly directory?: string;
  readonly files?: string[];
  readonly removeVolumes?: boolean;
  readonly composeLeftovers?: boolean;
  /** Seconds. */
  readonly olderThan?: number;
  readonly keepNewest?: number;
  readonly maxRemovals?: number;
  readonly exclude?: string[];
  /** BuildCachePrune: bytes. */
  readonly keepStorage?: number;
  /** ShellTask. */
  readonly supportsDryRun?: boolean;
  /** The condition 0 is always met, because no disk is completely empty. 99 is never met. */
  readonly whenDiskUsedAbove?: 0 | 99;
}

/** The fault of the Docker CLI in one call of a task. */
export interface FaultPlan {
  /** The number of the call. If the task makes fewer calls, it starts again from the first. */
  readonly call: number;
  /** Whether SIGKILL ends the CLI, or it fails with an error that does not explain the cause. */
  readonly how: 'killed' | 'unexpected EOF';
  /** Whether the Engine executes the call before the CLI fails. */
  readonly late: boolean;
}

/** A world and the tasks to run in it. */
export interface Scenario {
  readonly world: World;
  readonly tasks: readonly TaskPlan[];
  /** The fault in the first run of each task that removes; undefined if all calls succeed. */
  readonly fault?: FaultPlan;
}

/** Abilities that not every Docker host has. */
export interface Abilities {
  /** Since Engine 28. */
  readonly imageMounts: boolean;
}

export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** The minimum age, in seconds, of the objects that a task removes by default. */
export const DEFAULT_AGE: Readonly<Record<TaskKind, number>> = {
  ComposeDown: 7 * DAY,
  DanglingImagePrune: HOUR,
  UnusedImagePrune: 7 * DAY,
  StoppedContainerPrune: HOUR,
  VolumePrune: HOUR,
  NetworkPrune: HOUR,
  BuildCachePrune: DAY,
  /** The script decides. */
  ShellTask: 0,
};
