/**
 * The names that host scripts, reporter Lambda and construct share.
 *
 * A host script prints one `StepResult`; the reporter turns the results of all
 * hosts into `HostReport`s and one `RunReport`. Nothing here depends on the CDK,
 * so that the Lambda can be bundled with it.
 */

/** Longest line of JSON that a step may print, in bytes: the SSM Agent keeps the first 1,215 of a long output. */
export const MAX_RESULT_BYTES = 1200;

/** What carries this label is never touched, by any task. */
export const KEEP_LABEL = 'docker-housekeeping.keep';

/** The document's first step, which says what the host is. */
export const HOST_STEP = 'host';

/** The document's only run-time parameter. */
export const DRY_RUN_PARAMETER = 'DryRun';

/**
 * - `done`: something was removed (in a dry run: would be).
 * - `nothing`: there was nothing to remove.
 * - `skipped`: deliberately not run; `reason` says why.
 * - `failed`: not all that should go went, or it is not known; `reason` says why.
 */
export type Outcome = 'done' | 'nothing' | 'skipped' | 'failed';

/** The kinds of object that tasks remove. */
export const REMOVABLE = ['projects', 'containers', 'images', 'volumes', 'networks', 'cacheRecords'] as const;
export type Removable = (typeof REMOVABLE)[number];
/** Counts by kind; a kind that a task never removes is absent. */
export type Removed = Partial<Record<Removable, number>>;

/** A container that had to be killed: its process did not end within its grace period. */
export interface KilledContainer {
  readonly project: string;
  readonly service: string;
  readonly container: string;
  /** Seconds between SIGTERM and SIGKILL. */
  readonly grace: number;
}

/** What a host is, from the `host` step. */
export interface HostFacts {
  /** Engine version, e.g. `20.10.24`. */
  readonly engine: string;
  readonly store: 'classic' | 'containerd';
  /** Version of the Compose that tasks will use, e.g. `2.26.1` or `1.29.2`; `none` without one. */
  readonly compose: string;
  /** Use of the fullest file system that holds the Engine's data, in per cent; absent when it cannot be seen. */
  readonly diskPercent?: number;
  readonly inodePercent?: number;
  readonly images: number;
  readonly containers: number;
  /** Absent when the Engine did not answer in time, as are the volumes. */
  readonly danglingImages?: number;
  readonly volumes?: number;
}

/**
 * Why candidates were left alone, besides their labels:
 *
 * - `inUse`: a container refers to it, or another image was built upon it; `young`: not old enough; `kept`: it or its project carries the keep label;
 * - `tagged`: the image was tagged meanwhile; `gone`: somebody else removed it meanwhile;
 * - `newest`: the newest of its repository; `excluded`: by a pattern; `capped`: more than one run removes;
 * - `unlabelled`: not all containers of the project carry the labels;
 * - `undescribed`: the Engine answers a question about it, or about something of the project, with an error.
 */
export const PASSED_OVER = [
  'inUse',
  'young',
  'kept',
  'tagged',
  'gone',
  'newest',
  'excluded',
  'capped',
  'unlabelled',
  'undescribed',
] as const;
/** How many candidates were left alone, by why. */
export type PassedOver = Partial<Record<(typeof PASSED_OVER)[number], number>>;

/** The one line of JSON that a step prints. */
export interface StepResult {
  /** Version of this contract. */
  readonly v: 1;
  /** Kind of task: its class name, or `Host`. */
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
  readonly passedOver?: PassedOver;
  readonly killed?: readonly KilledContainer[];
  /** How many killed containers did not fit into `killed`. */
  readonly killedOmitted?: number;
  /** What should be gone and is not, e.g. `volume todobackend_public`; also with the warning `unnamed-volumes-left`. */
  readonly left?: readonly string[];
  readonly leftOmitted?: number;
  /** Codes of things worth knowing that did not stop the task, e.g. `compose-missing`. */
  readonly warnings?: readonly string[];
  readonly host?: HostFacts;
}

/** How a host fared in a run. */
export const HOST_OUTCOMES = ['succeeded', 'failed', 'timed-out', 'unreachable', 'skipped'] as const;
export type HostOutcome = (typeof HOST_OUTCOMES)[number];

/** A step as the report shows it: its result, why there is none, or both where the result is not to be believed. */
export interface StepReport {
  readonly step: string;
  /** The step's own result; absent when its output was none of ours. */
  readonly result?: StepResult;
  /** Why there is no result, `no-result`, `truncated`, `timed-out`, `cancelled`, `not-run`; or not to be believed, `contradiction`. */
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

/**
 * Environment variables of the reporter, all set by the construct. `notifyTopic`
 * is absent without a topic; `notifyOn` is `every-run` or `attention`.
 */
export const REPORTER_ENVIRONMENT = {
  reportLogGroup: 'REPORT_LOG_GROUP',
  housekeeping: 'HOUSEKEEPING',
  documentName: 'DOCUMENT_NAME',
  claimTimeoutSeconds: 'CLAIM_TIMEOUT_SECONDS',
  notifyTopic: 'NOTIFY_TOPIC_ARN',
  notifyOn: 'NOTIFY_ON',
} as const;

/** One namespace for all metrics. */
export const METRIC_NAMESPACE = 'DockerHousekeeping';
/** The one dimension; its value is the construct's path. */
export const METRIC_DIMENSION = 'Housekeeping';

/** Metric names with their CloudWatch units. */
export const METRICS = {
  RunsReported: 'Count',
  HostsTargeted: 'Count',
  HostsSucceeded: 'Count',
  HostsFailed: 'Count',
  HostsTimedOut: 'Count',
  HostsUnreachable: 'Count',
  HostsSkipped: 'Count',
  ProjectsRemoved: 'Count',
  ContainersRemoved: 'Count',
  ImagesRemoved: 'Count',
  VolumesRemoved: 'Count',
  NetworksRemoved: 'Count',
  CacheRecordsRemoved: 'Count',
  BytesReclaimed: 'Bytes',
  ContainersKilled: 'Count',
  HighestDiskUse: 'Percent',
  RunDuration: 'Seconds',
  ReportAge: 'Seconds',
} as const;
export type MetricName = keyof typeof METRICS;

/** A killed container with the host it ran on and what to do about it. */
export interface KilledOnHost extends KilledContainer {
  readonly instanceId: string;
  readonly remedy: string;
}

/** A run held against the running instances that carry the tags it was sent to. */
export interface Coverage {
  /**
   * - `known`: all were asked for, and each that was not reached has an event of its own.
   * - `unknown`: EC2 could not be asked; `message` says why.
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
 * The published event has, besides, `_aws` (embedded metric format), the
 * dimension and one member per metric; a dry run publishes no metric of removal.
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
  /** Whether somebody should look: a host failed, timed out or was not reached, there was no host, or who was reached is not known. */
  readonly needsAttention: boolean;
  /** `targeted` are those that the command was sent to and those that it should have been sent to. */
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
