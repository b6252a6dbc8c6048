import { Duration } from 'aws-cdk-lib';
import type { Alarm, HorizontalAnnotation, IWidget, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  PeriodOverride,
  SingleValueWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { Construct } from 'constructs';
import { METRICS, OUTCOME_METRICS, REMOVAL_METRICS } from '../contract';
import type { ShownMetric } from './colours';
import { COLOURS } from './colours';
import { housekeepingName, reportedMetric } from './metrics';
import { INSIGHTS_QUERIES } from './queries';
import type { InsightsQuery } from './queries';

/** What the dashboard shows. */
export interface HousekeepingDashboardProps {
  /** The `DockerHousekeeping` whose metrics are shown. */
  readonly housekeeping: IConstruct;

  /** The log group of its reports. */
  readonly reportLogGroup: ILogGroup;

  /** Its alarms by construct id, shown at the top. */
  readonly alarms: Readonly<Record<string, Alarm>>;

  /** The commands that start a run, shown at the top, by what they start. */
  readonly commands: Readonly<Record<string, string>>;
}

/** Explains figures, reasons and alarms. */
export const RUNBOOK = 'https://github.com/cdk-docker-housekeeping/cdk-docker-housekeeping#read-the-reports';

/** The width of the dashboard's grid. */
const WIDTH = 24;
/**
 * Figures and graphs show two weeks, at any time range of the dashboard, so that they always have a run to show. Log
 * tables follow the time range, a day at first, because CloudWatch bills them by the data that they scan.
 */
const TWO_WEEKS = { start: '-P14D' };
const TABLES_SHOW = Duration.days(1);
/** A data point is one run. If two runs ended within 5 minutes, it is the higher value of them, never their sum. */
const ONE_RUN: MetricOptions = { period: Duration.minutes(5), statistic: Stats.MAXIMUM };
const DAY: MetricOptions = { period: Duration.days(1) };
/** The sum of the hosts of several runs means nothing. */
const WORST_OF_DAY: MetricOptions = { ...DAY, statistic: Stats.MAXIMUM };

/**
 * A CloudWatch dashboard: what to do and how to start a run, alarms, figures of the last run, results of two weeks, and
 * tables from the reports of the last day.
 *
 * CloudWatch bills the log tables by the data that they scan, each time you open the dashboard.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export class HousekeepingDashboard extends Construct {
  public constructor(scope: Construct, id: string, props: HousekeepingDashboardProps) {
    super(scope, id);
    const { alarms } = props;
    new Dashboard(this, 'Dashboard', {
      defaultInterval: TABLES_SHOW,
      // Otherwise CloudWatch would draw the graphs with a shorter period, in which most points have no run.
      periodOverride: PeriodOverride.INHERIT,
      widgets: [
        [header(props)],
        Object.keys(alarms).length > 0
          ? [
              new AlarmStatusWidget({
                title: 'Alarms',
                alarms: Object.values(alarms),
                width: WIDTH,
                height: 3,
              }),
            ]
          : [],
        ...lastRun(props),
        ...twoWeeks(props),
        ...tables(props),
      ],
    });
  }
}

function header({ housekeeping, commands }: HousekeepingDashboardProps): IWidget {
  return new TextWidget({
    markdown: [
      `# Docker housekeeping: ${housekeepingName(housekeeping)}`,
      `[What figures, reasons and alarms mean, and what you do](${RUNBOOK}). The tables read the reports of the time range ` +
        'above, one day at first.',
      ...Object.entries(commands).map(([what, command]) => `${what}:\n\`\`\`\n${command}\n\`\`\``),
    ].join('\n\n'),
    width: WIDTH,
    height: 2 + 2 * Object.keys(commands).length,
  });
}

/** The figures of the newest data point, which is the last run. */
function lastRun({ housekeeping }: HousekeepingDashboardProps): IWidget[][] {
  const figures = (title: string, width: number, ...names: ShownMetric[]): IWidget =>
    new SingleValueWidget({
      ...TWO_WEEKS,
      title,
      metrics: metrics(housekeeping, ONE_RUN, ...names),
      width,
      height: 3,
    });
  return [
    [
      figures('Hosts, last run', (WIDTH / 3) * 2, 'HostsTargeted', ...OUTCOME_METRICS),
      figures(
        'Fullest disk, last run (after: last real run)',
        WIDTH / 3,
        'HighestDiskUse',
        'HighestDiskUseAfter',
      ),
    ],
    [figures('Removed, last real run', WIDTH, 'BytesReclaimed', ...REMOVAL_METRICS, 'ContainersKilled')],
  ];
}

function twoWeeks({ housekeeping, alarms }: HousekeepingDashboardProps): IWidget[][] {
  const shared = { ...TWO_WEEKS, leftYAxis: { min: 0, showUnits: false } };
  const threshold = alarms.DiskStillFull?.toAnnotation();
  const line: HorizontalAnnotation[] = threshold
    ? [{ ...threshold, label: 'alarm DiskStillFull', color: COLOURS.HostsFailed }]
    : [];
  return [
    [
      new GraphWidget({
        ...shared,
        title: 'Hosts by outcome, most in a run of the day',
        left: metrics(housekeeping, WORST_OF_DAY, ...OUTCOME_METRICS),
        width: WIDTH / 2,
      }),
      new GraphWidget({
        ...shared,
        title: 'Use of the fullest disk in per cent, highest of the day',
        left: metrics(housekeeping, DAY, 'HighestDiskUse', 'HighestDiskUseAfter'),
        leftYAxis: { min: 0, max: 100, label: '%', showUnits: false },
        leftAnnotations: line,
        width: WIDTH / 2,
      }),
    ],
    [
      new GraphWidget({
        ...shared,
        title: 'Removed, per day',
        left: metrics(housekeeping, DAY, ...REMOVAL_METRICS, 'ContainersKilled'),
        width: WIDTH / 3,
      }),
      new GraphWidget({
        ...shared,
        title: 'Bytes reclaimed, per day',
        left: metrics(housekeeping, DAY, 'BytesReclaimed'),
        leftYAxis: { min: 0 },
        width: WIDTH / 3,
      }),
      new GraphWidget({
        ...shared,
        title: 'Seconds from request to report, longest of the day',
        left: metrics(housekeeping, DAY, 'RunDuration'),
        width: WIDTH / 3,
      }),
    ],
  ];
}

function tables({ reportLogGroup }: HousekeepingDashboardProps): IWidget[][] {
  const table = (query: InsightsQuery, width: number, height: number): IWidget =>
    new LogQueryWidget({
      title: query.name,
      logGroupNames: [reportLogGroup.logGroupName],
      queryString: query.text,
      view: LogQueryVisualizationType.TABLE,
      width,
      height,
    });
  const { failuresByReason, failures, removedByName, lastRunByHost } = INSIGHTS_QUERIES;
  const { ignoresSigterm, notReached, diskUse, engines } = INSIGHTS_QUERIES;
  return [
    [table(failuresByReason, WIDTH, 6)],
    [table(removedByName, WIDTH, 8)],
    [table(lastRunByHost, WIDTH, 8)],
    [table(failures, WIDTH, 6)],
    [table(notReached, WIDTH / 2, 6), table(ignoresSigterm, WIDTH / 2, 6)],
    [table(diskUse, (WIDTH / 3) * 2, 6), table(engines, WIDTH / 3, 6)],
  ];
}

function metrics(housekeeping: IConstruct, options: MetricOptions, ...names: ShownMetric[]): Metric[] {
  return names.map((name) =>
    reportedMetric(housekeeping, name, { ...options, label: METRICS[name].label, color: COLOURS[name] }),
  );
}
