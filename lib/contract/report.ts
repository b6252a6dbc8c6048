import type { LogStream } from './console';
import type { HostOutcome } from './host-outcomes';
import type { ListedObject } from './objects';
import type { Removable, Removed } from './removable';
import type { HostFacts, KilledContainer, StepResult } from './step-result';

/** A step in the report: its result, or the reason why it has none. It has both if the result contradicts other facts. */
export interface StepReport {
  readonly step: string;
  /** The step's own result; absent when its output has no result of this package. */
  readonly result?: StepResult;
  /** Why the result is missing: `no-result`, `truncated`, `timed-out`, `cancelled`, `not-run`; or wrong: `contradiction`. */
  readonly reason?: string;
  readonly message?: string;
}

/**
 * One log event per host. Lists come last, here and in the run's event: Logs Insights
 * discovers only the first 200 fields of an event, and queries need the others.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
export interface HostReport {
  readonly type: 'host';
  readonly housekeeping: string;
  readonly commandId: string;
  readonly instanceId: string;
  readonly instanceName?: string;
  readonly outcome: HostOutcome;
  /** A stable code for every outcome but `succeeded`: that of the first step that did not go well, or of the invocation, e.g. `undeliverable`. */
  readonly reason?: string;
  readonly message?: string;
  readonly dryRun: boolean;
  readonly removed: Record<Removable, number>;
  /** Measured on the file systems that hold the Engine's data, so other writers count too. */
  readonly bytesReclaimed: number;
  /** Sum of the sizes that the Engine gives for the removed objects. Layers that images share count in each of them. */
  readonly sizeOfRemoved: number;
  readonly host?: HostFacts;
  /** Use of the fullest disk after all tasks, in per cent; `host.diskPercent` is that before. */
  readonly diskPercentAfter?: number;
  readonly inodePercentAfter?: number;
  /** The services of its killed containers as `project/service`, sorted, joined by `, `; absent when none was killed. */
  readonly ignoresSigterm?: string;
  readonly killedOmitted: number;
  readonly killed: readonly KilledContainer[];
  readonly steps: readonly StepReport[];
  /** How many listed objects are not in `objects`: Systems Manager cut them off, or the event had no room. */
  readonly objectsMissing: number;
  /** The objects that its steps list, as far as they arrived; volumes and projects come first. */
  readonly objects: readonly ListedObject[];
}

/** A host by its id and its name. */
export interface HostRef {
  readonly instanceId: string;
  readonly instanceName?: string;
}

/** A killed container with the host it ran on and what to do about it. */
export interface KilledOnHost extends KilledContainer, HostRef {
  readonly remedy: string;
}

/** Compares a run with the running instances that carry its tags. */
export interface Coverage {
  /**
   * - `known`: EC2 listed all of them, and each one that the run did not reach has its own event.
   * - `unknown`: the reporter could not list them; `message` says why.
   * - `not-applicable`: the command was not sent by tags.
   */
  readonly state: 'known' | 'unknown' | 'not-applicable';
  /** How many instances ran with these tags when the command was sent. */
  readonly running?: number;
  /** How many of them Systems Manager did not send the command to. */
  readonly notReached?: number;
  readonly message?: string;
}

/** A host that needs attention. */
export interface TroubledHost extends HostRef {
  readonly outcome: HostOutcome;
  readonly reason: string;
  readonly message?: string;
}

/** All hosts of a run with the same outcome and reason. */
export interface ReasonCount {
  readonly outcome: HostOutcome;
  readonly reason: string;
  /** How many hosts. */
  readonly count: number;
  /** The message of the first of them. */
  readonly message?: string;
  /** The first of them, at most 5. */
  readonly examples: readonly HostRef[];
}

/** All hosts of a run with the same warning. */
export interface WarningCount {
  readonly code: string;
  /** How many hosts. */
  readonly count: number;
  /** The first of them, at most 5. */
  readonly examples: readonly HostRef[];
}

/** What was removed of a Compose project on all hosts, or in a dry run would be, as far as the lists arrived. */
export interface ProjectRemovals {
  /** Absent for objects without a project. */
  readonly project?: string;
  /** On how many hosts. */
  readonly hosts: number;
  readonly removed: Removed;
}

/** What started a run. */
export interface Trigger {
  readonly by: 'schedule' | 'hand';
  /** The execution id of EventBridge Scheduler; only of a run by the schedule. */
  readonly executionId?: string;
}

/** The whole output of all steps in CloudWatch Logs, where it is switched on. */
export interface HostOutput {
  readonly logGroupName: string;
  /** How many hosts wrote none, mostly because they lack the permission; absent if the reporter could not find out. */
  readonly hostsWithout?: number;
  /** The first of them, at most 5. */
  readonly examples?: readonly HostRef[];
}

/**
 * The last log event of a run: its presence marks the report as complete.
 * The published event also has `_aws` (embedded metric format), the dimension and one
 * member per metric. A dry run publishes no metrics of removal.
 */
export interface RunReport {
  readonly type: 'run';
  readonly housekeeping: string;
  readonly commandId: string;
  readonly documentName: string;
  /** ISO 8601. */
  readonly requestedAt: string;
  readonly reportedAt: string;
  /** Seconds from request to report. */
  readonly seconds: number;
  /** What Systems Manager says of the whole command; hosts are judged by their invocations, never by this. */
  readonly commandStatus: string;
  /** The AWS account and the region of the hosts. */
  readonly account: string;
  readonly region: string;
  /** Where this report is; absent in reports of earlier versions. */
  readonly stream?: LogStream;
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  /**
   * A host failed, timed out or was not reached, the run had no host, the reporter does not know which hosts it reached, or
   * a warning says that something was lost.
   */
  readonly needsAttention: boolean;
  /** `targeted` counts the hosts that the command was sent to and those that it should have been sent to. */
  readonly hosts: Record<'targeted' | HostOutcome, number>;
  readonly coverage: Coverage;
  readonly removed: Record<Removable, number>;
  /** Measured on the file systems that hold the Engines' data, so other writers count too. */
  readonly bytesReclaimed: number;
  /** Sum of the sizes that the Engines give for the removed objects. Layers that images share count in each of them. */
  readonly sizeOfRemoved: number;
  /** Use of the fullest disk of all hosts before the tasks, in per cent. */
  readonly highestDiskPercent?: number;
  /** Use of the fullest disk of all hosts after the tasks, in per cent. */
  readonly highestDiskPercentAfter?: number;
  /** How many listed objects are in no host's event. */
  readonly objectsMissing: number;
  readonly hostOutput?: HostOutput;
  /** Why the digest could not be sent to the topic; absent when it was, or when none was due. */
  readonly digestFailed?: string;
  readonly killedTotal: number;
  readonly troubledTotal: number;
  /** All trouble, grouped; the largest groups of the gravest outcome come first. */
  readonly reasons: readonly ReasonCount[];
  /** All warnings, grouped; the largest group comes first. */
  readonly warnings: readonly WarningCount[];
  /** At most 50, the project with the most objects first. */
  readonly projects: readonly ProjectRemovals[];
  readonly projectsOmitted: number;
  /** At most 50 of them; every host is in its own event. */
  readonly troubled: readonly TroubledHost[];
  /** At most 50 of them. */
  readonly killed: readonly KilledOnHost[];
}
