import { HOST_OUTCOMES, METRIC_DIMENSION, METRIC_NAMESPACE, METRICS, REMOVABLE } from '../../lib/contract';
import type {
  Coverage,
  HostOutcome,
  HostReport,
  KilledContainer,
  KilledOnHost,
  MetricName,
  Removable,
  RunReport,
  TroubledHost,
} from '../../lib/contract';
import type { SentCommand } from './collect';

/** How many killed containers and troubled hosts the run report names; all of them are in the hosts' own events. */
const NAMED = 50;

/** What the run's event publishes; the age of the newest report is no matter of a run. */
type RunMetric = Exclude<MetricName, 'ReportAge'>;

/** The gravest first, so that they are within what is named; a skipped host was left alone on purpose. */
const TROUBLE = ['failed', 'timed-out', 'unreachable'] as const;

/**
 * Sums the hosts of a run up into its report.
 *
 * @param hosts those that were not reached included
 */
export function summarise(
  housekeeping: string,
  command: SentCommand,
  hosts: readonly HostReport[],
  coverage: Coverage,
  reportedAt: Date,
): RunReport {
  const sum = (of: (host: HostReport) => number): number =>
    hosts.reduce((total, host) => total + of(host), 0);
  const count = (outcome: HostOutcome): number => sum((host) => (host.outcome === outcome ? 1 : 0));
  const troubled = TROUBLE.flatMap((outcome) => hosts.filter((host) => host.outcome === outcome));
  const diskPercents = hosts.flatMap(({ host }) => host?.diskPercent ?? []);
  return {
    type: 'run',
    housekeeping,
    commandId: command.commandId,
    documentName: command.documentName,
    requestedAt: command.requestedAt.toISOString(),
    reportedAt: reportedAt.toISOString(),
    seconds: Math.max(0, (reportedAt.getTime() - command.requestedAt.getTime()) / 1000),
    commandStatus: command.status,
    dryRun: command.dryRun,
    needsAttention: hosts.length === 0 || troubled.length > 0 || coverage.state === 'unknown',
    hosts: {
      targeted: Math.max(command.targetCount + (coverage.notReached ?? 0), hosts.length),
      ...record(HOST_OUTCOMES, count),
    },
    coverage,
    removed: record(REMOVABLE, (kind) => sum((host) => host.removed[kind])),
    bytesReclaimed: sum((host) => host.bytesReclaimed),
    ...(diskPercents.length > 0 ? { highestDiskPercent: diskPercents.reduce((a, b) => Math.max(a, b)) } : {}),
    killedTotal: sum((host) => host.killed.length + host.killedOmitted),
    troubledTotal: troubled.length,
    troubled: troubled.slice(0, NAMED).map(troubledHost),
    killed: killedContainers(hosts, NAMED),
  };
}

/**
 * The run report as it is published: CloudWatch reads the metrics out of the event. The lists
 * come last, as Logs Insights discovers only so many fields.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function withMetrics(run: RunReport): Record<string, unknown> {
  const { troubled, killed, ...rest } = run;
  const values = metricValues(run);
  const names = Object.keys(values) as RunMetric[];
  return {
    _aws: {
      Timestamp: Date.parse(run.reportedAt),
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [[METRIC_DIMENSION]],
          Metrics: names.map((Name) => ({ Name, Unit: METRICS[Name] })),
        },
      ],
    },
    [METRIC_DIMENSION]: run.housekeeping,
    ...values,
    ...rest,
    troubled,
    killed,
  };
}

/** What a dry run would remove is shown in its report, but is no removal that happened. */
function metricValues(run: RunReport): Partial<Record<RunMetric, number>> {
  return {
    RunsReported: 1,
    HostsTargeted: run.hosts.targeted,
    HostsSucceeded: run.hosts.succeeded,
    HostsFailed: run.hosts.failed,
    HostsTimedOut: run.hosts['timed-out'],
    HostsUnreachable: run.hosts.unreachable,
    HostsSkipped: run.hosts.skipped,
    ...(run.dryRun
      ? {}
      : {
          ProjectsRemoved: run.removed.projects,
          ContainersRemoved: run.removed.containers,
          ImagesRemoved: run.removed.images,
          VolumesRemoved: run.removed.volumes,
          NetworksRemoved: run.removed.networks,
          CacheRecordsRemoved: run.removed.cacheRecords,
          BytesReclaimed: run.bytesReclaimed,
          ContainersKilled: run.killedTotal,
        }),
    ...(run.highestDiskPercent === undefined ? {} : { HighestDiskUse: run.highestDiskPercent }),
    RunDuration: run.seconds,
  };
}

function troubledHost({ instanceId, outcome, reason, message }: HostReport): TroubledHost {
  return { instanceId, outcome, reason: reason ?? outcome, ...(message ? { message } : {}) };
}

function killedContainers(hosts: readonly HostReport[], most: number): KilledOnHost[] {
  const named: KilledOnHost[] = [];
  for (const { instanceId, killed } of hosts) {
    for (const container of killed) {
      if (named.length === most) return named;
      named.push({ ...container, instanceId, remedy: remedy(container) });
    }
  }
  return named;
}

function remedy({ service, grace }: KilledContainer): string {
  return (
    `the process of ${JSON.stringify(service)} ignores SIGTERM, which costs ${grace} s each time it is stopped: ` +
    'handle SIGTERM in it (uWSGI: start it with --die-on-term), ' +
    'start it in exec form or under an init ("init: true"), ' +
    'or set "stop_signal" to a signal that it does handle'
  );
}

function record<K extends Removable | HostOutcome>(
  keys: readonly K[],
  of: (key: K) => number,
): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<K, number>;
}
