import {
  HOST_OUTCOMES,
  METRIC_DIMENSION,
  METRIC_NAMESPACE,
  METRICS,
  REMOVABLE,
  TROUBLED_OUTCOMES,
  runMetrics,
} from '../../lib/contract';
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

/**
 * How many killed containers and troubled hosts the run report names. The hosts' own events have all of
 * them.
 */
const NAMED = 50;

/**
 * Sums up the hosts of a run in its report.
 *
 * @param hosts all hosts, including those that were not reached
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
  // The gravest come first, so that the report names them.
  const troubled = TROUBLED_OUTCOMES.flatMap((outcome) => hosts.filter((host) => host.outcome === outcome));
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
 * The run report as it is published: CloudWatch reads the metrics out of the event. The lists come last,
 * because Logs Insights discovers only a limited number of fields.
 *
 * @see
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function withMetrics(run: RunReport): Record<string, unknown> {
  const { troubled, killed, ...rest } = run;
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
    ...rest,
    troubled,
    killed,
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
