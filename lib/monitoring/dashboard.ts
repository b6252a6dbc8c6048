import { Duration } from 'aws-cdk-lib';
import type { IAlarm, IWidget, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  PeriodOverride,
  SingleValueWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { Construct } from 'constructs';
import { METRICS, OUTCOME_METRICS, REMOVAL_METRICS } from '../contract';
import type { MetricName } from '../contract';
import { reportedMetric } from './metrics';
import { INSIGHTS_QUERIES } from './queries';
import type { InsightsQuery } from './queries';

/** What the dashboard shows. */
export interface HousekeepingDashboardProps {
  /** The `DockerHousekeeping` whose metrics are shown. */
  readonly housekeeping: IConstruct;

  /** The log group of its reports. */
  readonly reportLogGroup: ILogGroup;

  /**
   * Its alarms, shown at the top.
   *
   * @default - no alarms are shown
   */
  readonly alarms?: IAlarm[];
}

/** The width of the dashboard's grid. */
const WIDTH = 24;
/** Most schedules are daily, so one data point is one run. */
const PERIOD = Duration.days(1);

/**
 * A CloudWatch dashboard of the last two weeks: figures of the last day, results of the runs over time, and tables of hosts
 * from the reports.
 *
 * CloudWatch bills the log tables by the data that they scan, each time you open the dashboard.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export class HousekeepingDashboard extends Construct {
  public constructor(scope: Construct, id: string, props: HousekeepingDashboardProps) {
    super(scope, id);
    const { housekeeping, reportLogGroup, alarms = [] } = props;
    const metrics = (...names: MetricName[]): Metric[] =>
      names.map((name) => reportedMetric(housekeeping, name, { period: PERIOD, label: METRICS[name].label }));
    const table = (query: InsightsQuery, width: number, height: number): IWidget =>
      new LogQueryWidget({
        title: query.name,
        logGroupNames: [reportLogGroup.logGroupName],
        queryString: query.text,
        view: LogQueryVisualizationType.TABLE,
        width,
        height,
      });
    const percent = { min: 0, max: 100, label: '%', showUnits: false };
    const { lastRunByHost, failures, ignoresSigterm, notReached, diskUse, engines } = INSIGHTS_QUERIES;

    new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.days(14),
      // Otherwise CloudWatch would draw the graphs with a shorter period, in which most points have no run.
      periodOverride: PeriodOverride.INHERIT,
      widgets: [
        alarms.length > 0
          ? [new AlarmStatusWidget({ title: 'Alarms', alarms, width: WIDTH, height: 3 })]
          : [],
        [
          new SingleValueWidget({
            title: 'Hosts, last day',
            metrics: metrics('HostsTargeted', ...OUTCOME_METRICS),
            width: WIDTH / 2,
            height: 4,
          }),
          new SingleValueWidget({
            title: 'Reclaimed, last day',
            metrics: metrics('BytesReclaimed', ...REMOVAL_METRICS, 'ContainersKilled'),
            width: WIDTH / 2,
            height: 4,
          }),
        ],
        [
          new GraphWidget({
            title: 'Hosts by outcome, per day',
            left: metrics(...OUTCOME_METRICS),
            leftYAxis: { min: 0, label: 'hosts', showUnits: false },
            stacked: true,
            width: WIDTH / 2,
          }),
          new GraphWidget({
            title: 'Bytes reclaimed, per day',
            left: metrics('BytesReclaimed'),
            leftYAxis: { min: 0 },
            width: WIDTH / 2,
          }),
        ],
        [
          new GraphWidget({
            title: 'Removed, per day',
            left: metrics(...REMOVAL_METRICS, 'ContainersKilled'),
            leftYAxis: { min: 0, showUnits: false },
            width: WIDTH / 3,
          }),
          new GraphWidget({
            title: 'Use of the fullest disk',
            left: metrics('HighestDiskUse'),
            leftYAxis: percent,
            width: WIDTH / 3,
          }),
          new GraphWidget({
            title: 'Seconds from request to report',
            left: metrics('RunDuration'),
            leftYAxis: { min: 0 },
            width: WIDTH / 3,
          }),
        ],
        [table(lastRunByHost, WIDTH, 8)],
        [table(failures, WIDTH, 6)],
        [table(notReached, WIDTH / 2, 6), table(ignoresSigterm, WIDTH / 2, 6)],
        [table(diskUse, (WIDTH / 3) * 2, 6), table(engines, WIDTH / 3, 6)],
      ],
    });
  }
}
