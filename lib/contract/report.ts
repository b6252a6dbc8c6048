import type { HostOutcome } from './host-outcomes';
import type { Removable } from './removable';
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
  readonly bytesReclaimed: number;
  readonly host?: HostFacts;
  /** The services of its killed containers as `project/service`, sorted, joined by `, `; absent when none was killed. */
  readonly ignoresSigterm?: string;
  readonly killedOmitted: number;
  readonly killed: readonly KilledContainer[];
  readonly steps: readonly StepReport[];
}

/** A killed container with the host it ran on and what to do about it. */
export interface KilledOnHost extends KilledContainer {
  readonly instanceId: string;
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
export interface TroubledHost {
  readonly instanceId: string;
  readonly outcome: HostOutcome;
  readonly reason: string;
  readonly message?: string;
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
  readonly dryRun: boolean;
  /** A host failed, timed out or was not reached, the run had no host, or the reporter does not know which hosts it reached. */
  readonly needsAttention: boolean;
  /** `targeted` counts the hosts that the command was sent to and those that it should have been sent to. */
  readonly hosts: Record<'targeted' | HostOutcome, number>;
  readonly coverage: Coverage;
  readonly removed: Record<Removable, number>;
  readonly bytesReclaimed: number;
  readonly highestDiskPercent?: number;
  /** Why the digest could not be sent to the topic; absent when it was, or when none was due. */
  readonly digestFailed?: string;
  readonly killedTotal: number;
  readonly troubledTotal: number;
  /** At most 50 of them; every host is in its own event. */
  readonly troubled: readonly TroubledHost[];
  /** At most 50 of them. */
  readonly killed: readonly KilledOnHost[];
}
