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

/** A volume or a network. */
export interface NamedPlan {
  readonly name: string;
  readonly labels: Labels;
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
  /** Tags that are given after loading, by `docker tag`: the Engine records when. */
  readonly retags: readonly { readonly image: number; readonly tag: string }[];
  readonly volumes: readonly NamedPlan[];
  readonly networks: readonly NamedPlan[];
  readonly containers: readonly ContainerPlan[];
  readonly directories: readonly DirectoryPlan[];
  /** How many builds there were of which nothing is left but build cache. */
  readonly builds: number;
}

/** A task in plain data: as it is printed, judged by the model and made into the task itself. */
export interface TaskPlan {
  readonly kind: keyof typeof DEFAULT_AGE;
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

/** A world and what is to be done in it. */
export interface Scenario {
  readonly world: World;
  readonly tasks: readonly TaskPlan[];
}

export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** How old things must be for a task, in seconds, unless it is told otherwise. */
export const DEFAULT_AGE = {
  ComposeDown: 7 * DAY,
  DanglingImagePrune: HOUR,
  UnusedImagePrune: 7 * DAY,
  StoppedContainerPrune: HOUR,
  VolumePrune: HOUR,
  NetworkPrune: HOUR,
  BuildCachePrune: DAY,
  /** The script's own affair. */
  ShellTask: 0,
} as const;
