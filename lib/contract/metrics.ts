import { HOST_OUTCOMES, HOST_OUTCOME_TABLE } from './host-outcomes';
import type { HostOutcome, OutcomeMetric } from './host-outcomes';
import { REMOVABLE, REMOVABLE_KINDS } from './removable';
import type { Removable, RemovalMetric } from './removable';
import type { RunReport } from './report';

/** A metric that the reporter publishes. */
interface MetricRow {
  readonly unit: 'Count' | 'Bytes' | 'Percent' | 'Seconds';
  /** `Maximum` where the sum over several runs means nothing. */
  readonly statistic: 'Sum' | 'Maximum';
  /** What people read on the dashboard. */
  readonly label: string;
  /** Its value in a run, undefined when the run does not know it. A metric without this function is not of a run. */
  readonly value?: (run: RunReport) => number | undefined;
  /** A dry run does not publish it: a dry run removes nothing, so the value would be of something that did not happen. */
  readonly notInDryRun?: true;
}

/** Every metric. The published event and the methods of the construct follow from this table. */
export const METRICS = {
  RunsReported: { unit: 'Count', statistic: 'Sum', label: 'runs', value: () => 1 },
  HostsTargeted: { unit: 'Count', statistic: 'Sum', label: 'targeted', value: ({ hosts }) => hosts.targeted },
  ...countByOutcome(),
  ...countByKind(),
  BytesReclaimed: {
    unit: 'Bytes',
    statistic: 'Sum',
    label: 'bytes reclaimed',
    value: (run) => run.bytesReclaimed,
    notInDryRun: true,
  },
  ContainersKilled: {
    unit: 'Count',
    statistic: 'Sum',
    label: 'containers killed',
    value: (run) => run.killedTotal,
    notInDryRun: true,
  },
  HighestDiskUse: {
    unit: 'Percent',
    statistic: 'Maximum',
    label: 'fullest disk before',
    value: (run) => run.highestDiskPercent,
  },
  HighestDiskUseAfter: {
    unit: 'Percent',
    statistic: 'Maximum',
    label: 'fullest disk after',
    value: (run) => run.highestDiskPercentAfter,
    notInDryRun: true,
  },
  RunDuration: { unit: 'Seconds', statistic: 'Maximum', label: 'duration', value: (run) => run.seconds },
  // The hourly sweep publishes it, whether or not there was a run.
  ReportAge: { unit: 'Seconds', statistic: 'Maximum', label: 'age of the newest report' },
} satisfies Readonly<Record<string, MetricRow>>;

export type MetricName = keyof typeof METRICS;

/** The metrics of a run with their values, in the order of the table. */
export function runMetrics(run: RunReport): Partial<Record<MetricName, number>> {
  const rows = Object.entries(METRICS) as [MetricName, MetricRow][];
  return Object.fromEntries(
    rows.flatMap(([name, { value, notInDryRun }]) => {
      const number = run.dryRun && notInDryRun ? undefined : value?.(run);
      return number === undefined ? [] : [[name, number]];
    }),
  );
}

function countByOutcome(): Record<OutcomeMetric, MetricRow> {
  const row = (outcome: HostOutcome): MetricRow => ({
    unit: 'Count',
    statistic: 'Sum',
    label: HOST_OUTCOME_TABLE[outcome].words,
    value: (run) => run.hosts[outcome],
  });
  return Object.fromEntries(
    HOST_OUTCOMES.map((outcome) => [HOST_OUTCOME_TABLE[outcome].metric, row(outcome)]),
  ) as Record<OutcomeMetric, MetricRow>;
}

function countByKind(): Record<RemovalMetric, MetricRow> {
  const row = (kind: Removable): MetricRow => ({
    unit: 'Count',
    statistic: 'Sum',
    label: REMOVABLE_KINDS[kind].plural,
    value: (run) => run.removed[kind],
    notInDryRun: true,
  });
  return Object.fromEntries(REMOVABLE.map((kind) => [REMOVABLE_KINDS[kind].metric, row(kind)])) as Record<
    RemovalMetric,
    MetricRow
  >;
}
