import type { PassedOver } from './kept';
import type { Removed } from './removable';

/** Longest line of JSON that a step may print, in bytes: the SSM Agent keeps the first 1,215 of a long output. */
export const MAX_RESULT_BYTES = 1200;

/**
 * - `done`: something was removed (in a dry run: would be).
 * - `nothing`: there was nothing to remove.
 * - `skipped`: deliberately not run; `reason` says why.
 * - `failed`: the task did not remove all that it should, or does not know whether it did; `reason` says why.
 */
export type Outcome = 'done' | 'nothing' | 'skipped' | 'failed';

/** A container that had to be killed: its process did not end within its grace period. */
export interface KilledContainer {
  readonly project: string;
  readonly service: string;
  readonly container: string;
  /** Seconds between SIGTERM and SIGKILL. */
  readonly grace: number;
}

/** Use of the fullest file system that holds the Engine's data; absent when it cannot be seen. */
export interface DiskUse {
  /** Blocks in use, in per cent. */
  readonly diskPercent?: number;
  /** Inodes in use, in per cent. Some file systems have no fixed number of inodes. */
  readonly inodePercent?: number;
}

/** Facts about a host, from the `host` step: before any task has run. */
export interface HostFacts extends DiskUse {
  /** Engine version, e.g. `20.10.24`. */
  readonly engine: string;
  readonly store: 'classic' | 'containerd';
  /** Version of the Compose that tasks will use, e.g. `2.26.1` or `1.29.2`; `none` without one. */
  readonly compose: string;
  readonly images: number;
  readonly containers: number;
  /** Absent when the Engine did not answer in time, as are the volumes. */
  readonly danglingImages?: number;
  readonly volumes?: number;
}

/** The line of JSON that a step prints first. A line for each object follows, see `ListedObject`. */
export interface StepResult {
  /** Version of this contract. */
  readonly v: 1;
  /** Kind of task: its class name, or `Host` or `Disk`. */
  readonly task: string;
  readonly outcome: Outcome;
  readonly dryRun: boolean;
  readonly seconds: number;
  /** A stable code, always there for `skipped` and `failed`, e.g. `docker-unreachable`. */
  readonly reason?: string;
  /** A sentence for people. */
  readonly message?: string;
  /** In a dry run: what would have been removed. */
  readonly removed?: Removed;
  /** Measured on the file systems that hold the Engine's data; absent in a dry run. */
  readonly bytesReclaimed?: number;
  /** Sum of the sizes that the Engine gives for the removed objects, in bytes; absent when it gives none. */
  readonly sizeOfRemoved?: number;
  readonly passedOver?: PassedOver;
  /** How many objects follow, one a line; absent when the step lists none. */
  readonly objects?: number;
  readonly killed?: readonly KilledContainer[];
  /** How many killed containers did not fit into `killed`. */
  readonly killedOmitted?: number;
  /** What the task did not remove and should have, e.g. `volume todobackend_public`; or the volumes of `unnamed-volumes-left`. */
  readonly left?: readonly string[];
  readonly leftOmitted?: number;
  /** Codes of things worth knowing that did not stop the task, e.g. `compose-missing`. */
  readonly warnings?: readonly string[];
  readonly host?: HostFacts;
  /** From the `disk` step: after all tasks have run. */
  readonly disk?: DiskUse;
}
