import {
  HOST_OUTCOMES,
  LOSSES,
  METRIC_DIMENSION,
  METRIC_NAMESPACE,
  METRICS,
  REMOVABLE,
  SIGTERM_REMEDY,
  TROUBLED_OUTCOMES,
  runMetrics,
} from '../../lib/contract';
import type {
  Coverage,
  HostOutcome,
  HostOutput,
  KilledContainer,
  KilledOnHost,
  LogStream,
  MetricName,
  Removable,
  RunReport,
} from '../../lib/contract';
import { withinBytes } from './bounded';
import type { SentCommand } from './collect';
import { countReasons, countWarnings, hostRef, troubledHost } from './groups';
import type { JudgedHost } from './host-report';
import { countProjects } from './projects';
import type { Settings } from './settings';

/** How many killed containers and troubled hosts the run's event names. The hosts' own events have all of them. */
const NAMED = 50;
/**
 * Room for them in bytes. The embedded metric format takes events of 256 KB.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const ROOM = { troubled: 48_000, killed: 64_000 };

/** What the reporter found out about a run beside the reports of its hosts. */
export interface Findings {
  readonly coverage: Coverage;
  /** Where the report will be. */
  readonly stream: LogStream;
  /** Absent where it is not switched on. */
  readonly hostOutput?: HostOutput;
}

/**
 * Sums up the hosts of a run in its report.
 *
 * @param hosts all hosts, including those that were not reached
 */
export function summarise(
  { housekeeping, account, region }: Pick<Settings, 'housekeeping' | 'account' | 'region'>,
  command: SentCommand,
  hosts: readonly JudgedHost[],
  { coverage, stream: { logGroupName, logStreamName }, hostOutput }: Findings,
  reportedAt: Date,
): RunReport {
  const sum = (of: (host: JudgedHost) => number): number =>
    hosts.reduce((total, host) => total + of(host), 0);
  const count = (outcome: HostOutcome): number => sum((host) => (host.outcome === outcome ? 1 : 0));
  // The gravest come first, so that the report names them.
  const troubled = TROUBLED_OUTCOMES.flatMap((outcome) => hosts.filter((host) => host.outcome === outcome));
  const warnings = countWarnings(hosts);
  const lost = warnings.some(({ code }) => LOSSES.includes(code));
  const highestDiskPercent = highest(hosts.map(({ host }) => host?.diskPercent));
  const highestDiskPercentAfter = highest(hosts.map(({ diskPercentAfter }) => diskPercentAfter));
  return {
    type: 'run',
    housekeeping,
    commandId: command.commandId,
    documentName: command.documentName,
    requestedAt: command.requestedAt.toISOString(),
    reportedAt: reportedAt.toISOString(),
    seconds: Math.max(0, (reportedAt.getTime() - command.requestedAt.getTime()) / 1000),
    commandStatus: command.status,
    account,
    region,
    stream: { logGroupName, logStreamName },
    trigger: command.trigger,
    dryRun: command.dryRun,
    needsAttention: hosts.length === 0 || troubled.length > 0 || coverage.state === 'unknown' || lost,
    hosts: {
      targeted: Math.max(command.targetCount + (coverage.notReached ?? 0), hosts.length),
      ...record(HOST_OUTCOMES, count),
    },
    coverage,
    removed: record(REMOVABLE, (kind) => sum((host) => host.removed[kind])),
    bytesReclaimed: sum((host) => host.bytesReclaimed),
    sizeOfRemoved: sum((host) => host.sizeOfRemoved),
    ...(highestDiskPercent === undefined ? {} : { highestDiskPercent }),
    ...(highestDiskPercentAfter === undefined ? {} : { highestDiskPercentAfter }),
    objectsMissing: sum((host) => host.objectsMissing),
    ...(hostOutput ? { hostOutput } : {}),
    killedTotal: sum((host) => host.killed.length + host.killedOmitted),
    troubledTotal: troubled.length,
    reasons: countReasons(troubled),
    warnings,
    ...countProjects(hosts),
    troubled: withinBytes(troubled.slice(0, NAMED).map(troubledHost), ROOM.troubled),
    killed: withinBytes(killedContainers(hosts, NAMED), ROOM.killed),
  };
}

/**
 * The run report as it is published: CloudWatch reads the metrics out of the event. The lists come last,
 * because Logs Insights discovers only a limited number of fields.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
export function withMetrics(run: RunReport): Record<string, unknown> {
  const members = Object.entries(run) as [string, unknown][];
  const isList = ([, value]: [string, unknown]): boolean => Array.isArray(value);
  const values = runMetrics(run);
  const names = Object.keys(values) as MetricName[];
  return {
    _aws: {
      Timestamp: Date.parse(run.reportedAt),
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [[METRIC_DIMENSION]],
          Metrics: names.map((Name) => ({ Name, Unit: METRICS[Name].unit })),
        },
      ],
    },
    [METRIC_DIMENSION]: run.housekeeping,
    ...values,
    ...Object.fromEntries(members.filter((member) => !isList(member))),
    ...Object.fromEntries(members.filter(isList)),
  };
}

function killedContainers(hosts: readonly JudgedHost[], most: number): KilledOnHost[] {
  const named: KilledOnHost[] = [];
  for (const host of hosts) {
    for (const container of host.killed) {
      if (named.length === most) return named;
      named.push({ ...container, ...hostRef(host), remedy: remedy(container) });
    }
  }
  return named;
}

function remedy({ service, grace }: KilledContainer): string {
  return `the process of ${JSON.stringify(service)} ignores SIGTERM, which costs ${grace} s each time it is stopped: ${SIGTERM_REMEDY}`;
}

function record<K extends Removable | HostOutcome>(
  keys: readonly K[],
  of: (key: K) => number,
): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<K, number>;
}

/** The highest of the known numbers; undefined when none is known. */
function highest(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.flatMap((number) => number ?? []);
  return known.length === 0 ? undefined : known.reduce((a, b) => Math.max(a, b));
}
