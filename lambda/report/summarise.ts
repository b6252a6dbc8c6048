import { HOST_OUTCOMES, METRIC_DIMENSION, METRIC_NAMESPACE, METRICS, REMOVABLE } from '../../lib/contract';
import type {
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

/** Sums the hosts of a run up into its report. */
export function summarise(
  housekeeping: string,
  command: SentCommand,
  hosts: readonly HostReport[],
  reportedAt: Date,
): RunReport {
  const sum = (of: (host: HostReport) => number): number =>
    hosts.reduce((total, host) => total + of(host), 0);
  const count = (outcome: HostOutcome): number => sum((host) => (host.outcome === outcome ? 1 : 0));
  const troubled = troubledHosts(hosts);
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
    hosts: {
      targeted: Math.max(command.targetCount, hosts.length),
      ...record(HOST_OUTCOMES, count),
    },
    removed: record(REMOVABLE, (kind) => sum((host) => host.removed[kind])),
    bytesReclaimed: sum((host) => host.bytesReclaimed),
    killed: killedContainers(hosts).slice(0, NAMED),
    killedTotal: sum((host) => host.killed.length + host.killedOmitted),
    troubled: troubled.slice(0, NAMED),
    troubledTotal: troubled.length,
    ...(diskPercents.length > 0 ? { highestDiskPercent: diskPercents.reduce((a, b) => Math.max(a, b)) } : {}),
  };
}

/**
 * The run report as it is published: CloudWatch reads the metrics out of the event.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function withMetrics(run: RunReport): Record<string, unknown> {
  const values = metricValues(run);
  const names = Object.keys(values) as MetricName[];
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
    ...run,
  };
}

/** What a dry run would remove is shown in its report, but is no removal that happened. */
function metricValues(run: RunReport): Partial<Record<MetricName, number>> {
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

/** A skipped host was left alone on purpose; the gravest trouble comes first, so that it is within what is named. */
function troubledHosts(hosts: readonly HostReport[]): TroubledHost[] {
  return (['failed', 'timed-out', 'unreachable'] as const).flatMap((outcome) =>
    hosts
      .filter((host) => host.outcome === outcome)
      .map(({ instanceId, reason, message }) => ({
        instanceId,
        outcome,
        reason: reason ?? outcome,
        ...(message ? { message } : {}),
      })),
  );
}

function killedContainers(hosts: readonly HostReport[]): KilledOnHost[] {
  return hosts.flatMap(({ instanceId, killed }) =>
    killed.map((container) => ({ ...container, instanceId, remedy: remedy(container) })),
  );
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
