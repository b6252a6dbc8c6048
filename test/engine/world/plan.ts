import type { TaskKind } from '../../../lib/tasks';
import type { Labels } from './alphabet';

/** An image as the world's script loads it. */
export interface ImagePlan {
  readonly labels: Labels;
  /** Seconds since its creation, below 0 where a clock was wrong; `epoch` is 1970, as reproducible builds have it. */
  readonly age: number | 'epoch';
  readonly tags: readonly string[];
  /** How many of its layers it has in common with others; each layer takes a tenth of a second to load. */
  readonly shared: number;
  /** Whether it has a layer of its own, too. */
  readonly own: boolean;
  /** Which earlier image it was built upon, as the legacy builder records it. */
  readonly parent?: number;
}

/** Who keeps a volume: the Engine, or a plug-in, which in its bad mood does not describe some, see plug-in.ts. */
export type Driver = 'local' | 'plug-in' | 'plug-in, undescribed';

export interface VolumePlan {
  readonly name: string;
  readonly labels: Labels;
  readonly driver: Driver;
}

export interface NetworkPlan {
  readonly name: string;
  readonly labels: Labels;
  /** Whether it spans a swarm; only where there is one. */
  readonly overlay: boolean;
}

/** Of a swarm. No container of it runs. */
export interface ServicePlan {
  readonly name: string;
  readonly volumes: readonly string[];
  readonly network?: string;
}

/** A tag that is given after loading, by `docker tag`: the Engine records when. */
export interface RetagPlan {
  readonly image: number;
  readonly tag: string;
  /** Whether only once there are containers. */
  readonly late: boolean;
}

/** How a container names an image that it mounts. */
export interface MountPlan {
  readonly image: number;
  readonly by: 'tag' | 'identifier' | 'short identifier';
}

/**
 * How a container is. None is paused: with control groups of version 1 the kernel cannot kill what is frozen, and a
 * private host would never end.
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

/** All that a host and its Engine hold before the tasks run; a script builds it. */
export interface World {
  readonly images: readonly ImagePlan[];
  readonly retags: readonly RetagPlan[];
  readonly volumes: readonly VolumePlan[];
  readonly networks: readonly NetworkPlan[];
  readonly containers: readonly ContainerPlan[];
  readonly directories: readonly DirectoryPlan[];
  /** If there are any, the host is manager of a swarm. */
  readonly services: readonly ServicePlan[];
  /** How many builds there were of which nothing is left but build cache. */
  readonly builds: number;
}

/** A task in plain data: as it is printed, judged by the model and made into the task itself. */
export interface TaskPlan {
  readonly kind: TaskKind;
  readonly labels?: Labels;
  /** ComposeDown by name or by directory or both; without either it selects by labels. */
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
  /** 0 is always met, as no disk is quite empty, and 99 never. */
  readonly whenDiskUsedAbove?: 0 | 99;
}

/** What befalls the Docker CLI at one call of a task. */
export interface FaultPlan {
  /** Which call, if it makes so many; they are counted round. */
  readonly call: number;
  /** Ended by SIGKILL, or with an error that no word of Docker's explains. */
  readonly how: 'killed' | 'unexpected EOF';
  /** Whether the Engine has done what it was asked by then. */
  readonly late: boolean;
}

/** A world and what is to be done in it. */
export interface Scenario {
  readonly world: World;
  readonly tasks: readonly TaskPlan[];
  /** What befalls each task, if anything does. */
  readonly fault?: FaultPlan;
}

/** What not every Docker host can. */
export interface Abilities {
  /** Since Engine 28. */
  readonly imageMounts: boolean;
}

export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** How old things must be for a task, in seconds, unless it is told otherwise. */
export const DEFAULT_AGE: Readonly<Record<TaskKind, number>> = {
  ComposeDown: 7 * DAY,
  DanglingImagePrune: HOUR,
  UnusedImagePrune: 7 * DAY,
  StoppedContainerPrune: HOUR,
  VolumePrune: HOUR,
  NetworkPrune: HOUR,
  BuildCachePrune: DAY,
  /** The script's own affair. */
  ShellTask: 0,
};
