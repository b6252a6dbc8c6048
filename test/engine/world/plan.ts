import type { TaskKind } from '../../../lib/tasks';
import type { Labels } from './alphabet';

/** An image as the world's script loads it. */
export interface ImagePlan {
  readonly labels: Labels;
  /** Seconds since its creation, below 0 if a clock was wrong. `epoch` is 1970, as in reproducible builds. */
  readonly age: number | 'epoch';
  readonly tags: readonly string[];
  /** The number of layers that it shares with others. Each layer takes a tenth of a second to load. */
  readonly shared: number;
  /** Whether it also has a layer of its own. */
  readonly own: boolean;
  /** The earlier image on which it was built, as the legacy builder records it. */
  readonly parent?: number;
}

/** The driver of a volume. In its bad mood the plug-in does not describe some volumes, see plug-in.ts. */
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

/** A tag that `docker tag` adds after loading. The Engine records the time. */
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
 * The states of containers. None is paused: with control groups of version 1 the kernel cannot kill a frozen
 * process, and a private host would never end.
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

/** A folder on the host from which Compose was, or might have been, started. */
export interface DirectoryPlan {
  readonly path: string;
  /** A symbolic link that leads to it. */
  readonly link: string;
  /** Names of the Compose files in it. */
  readonly files: readonly string[];
}

/** All that a host and its Engine hold before the tasks run. A script builds it. */
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

/** A task in plain data. It is printed, judged by the model and turned into the task itself. */
export interface TaskPlan {
  readonly kind: TaskKind;
  readonly labels?: Labels;
  /** ComposeDown by name, by directory or by both. Without either it selects by labels. */
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
  /** 0 is always met, because no disk is quite empty. 99 is never met. */
  readonly whenDiskUsedAbove?: 0 | 99;
}

/** What happens to the Docker CLI at one call of a task. */
export interface FaultPlan {
  /** The number of the call, counted round if the task makes fewer. */
  readonly call: number;
  /** Whether SIGKILL ends it, or it fails with an error that Docker does not explain. */
  readonly how: 'killed' | 'unexpected EOF';
  /** Whether the Engine has already done what the call asks for. */
  readonly late: boolean;
}

/** A world and the tasks to run in it. */
export interface Scenario {
  readonly world: World;
  readonly tasks: readonly TaskPlan[];
  /** What happens to each task, if anything does. */
  readonly fault?: FaultPlan;
}

/** Abilities that not every Docker host has. */
export interface Abilities {
  /** Since Engine 28. */
  readonly imageMounts: boolean;
}

export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** The age in seconds from which a task removes objects by default. */
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
