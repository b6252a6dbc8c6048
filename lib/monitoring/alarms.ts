import { Duration } from 'aws-cdk-lib';
import type { IAlarmAction, IMetric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import {
  Alarm,
  ComparisonOperator,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AlarmSettings, HousekeepingAlarms } from './alarm-settings';
import { refuseUnusablePeriods } from './alarm-settings';
import type { ReportedMetrics } from './metrics';

export interface AlarmsProps {
  readonly housekeeping: ReportedMetrics;
  readonly reportLogGroup: ILogGroup;
  readonly reporter: IFunction;
  readonly deadLetterQueue: IQueue;
  /** The age that the last report never has while reports come; without it there is no such alarm. */
  readonly oldestReport?: Duration;
  readonly settings: HousekeepingAlarms;
}

/** What an alarm is by default. */
interface Definition {
  readonly metric: (options: MetricOptions) => IMetric;
  readonly comparisonOperator: ComparisonOperator;
  readonly threshold: number;
  readonly period: Duration;
  readonly evaluationPeriods: number;
  readonly treatMissingData: TreatMissingData;
  /** What happened, and what to do first. */
  readonly description: string;
}

const ONCE = { period: Duration.minutes(5), evaluationPeriods: 1 };
const AT_LEAST_ONE = {
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  threshold: 1,
};
/** Between two runs there is no data: the verdict of the last one stands. */
const UNTIL_NEXT_RUN = { ...ONCE, treatMissingData: TreatMissingData.IGNORE };

/** The alarms of a `DockerHousekeeping`. */
export class Alarms extends Construct {
  /** By the ids of their constructs. */
  public readonly all: Record<string, Alarm> = {};

  /** @throws if CloudWatch would not take the settings */
  public constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { settings, oldestReport } = props;
    this.add('HostsFailed', 'hostsFailed', hostsFailed(props), settings.hostsFailed);
    this.add('HostsUnreachable', 'hostsUnreachable', hostsUnreachable(props), settings.hostsUnreachable);
    this.add('NoHosts', 'noHosts', noHosts(props), settings.noHosts);
    if (oldestReport) {
      this.add('NoReport', 'noReport', noReport(props, oldestReport), settings.noReport);
    }
    this.add('NotSent', 'notSent', notSent(props), settings.notSent);
    this.add('ReporterFailing', 'reporterFailing', reporterFailing(props), settings.reporterFailing);
  }

  public addAlarmAction(...actions: IAlarmAction[]): void {
    for (const alarm of Object.values(this.all)) alarm.addAlarmAction(...actions);
  }

  private add(id: string, property: string, definition: Definition, settings: AlarmSettings = {}): void {
    const { enabled = true, period = definition.period } = settings;
    const evaluationPeriods = settings.evaluationPeriods ?? definition.evaluationPeriods;
    refuseUnusablePeriods(`alarms.${property}`, period, evaluationPeriods, settings.datapointsToAlarm);
    if (!enabled) return;
    this.all[id] = new Alarm(this, id, {
      metric: definition.metric({ period }),
      comparisonOperator: definition.comparisonOperator,
      threshold: settings.threshold ?? definition.threshold,
      evaluationPeriods,
      datapointsToAlarm: settings.datapointsToAlarm,
      treatMissingData: settings.treatMissingData ?? definition.treatMissingData,
      alarmDescription: definition.description,
    });
  }
}

function hostsFailed({ housekeeping, reportLogGroup }: AlarmsProps): Definition {
  return {
    ...AT_LEAST_ONE,
    ...UNTIL_NEXT_RUN,
    metric: ({ period }) =>
      new MathExpression({
        label: 'hosts failed or timed out',
        expression: 'failed + timedOut',
        usingMetrics: {
          failed: housekeeping.metricHostsFailed({ period }),
          timedOut: housekeeping.metricHostsTimedOut({ period }),
        },
        period,
      }),
    description:
      'The last run of Docker housekeeping left hosts on which a task failed or did not end in time. First: open the ' +
      `newest log stream of ${reportLogGroup.logGroupName} and read "troubled" in its last event: each host has a ` +
      'reason and a message there that says what to do. The alarm ends with the next run that goes well.',
  };
}

function hostsUnreachable({ housekeeping, reportLogGroup }: AlarmsProps): Definition {
  return {
    ...AT_LEAST_ONE,
    ...UNTIL_NEXT_RUN,
    metric: (options) => housekeeping.metricHostsUnreachable(options),
    description:
      'The last run of Docker housekeeping did not reach all running instances that carry the tags. First: open the ' +
      `newest log stream of ${reportLogGroup.logGroupName}, read which hosts are "unreachable" and why, and look each ` +
      'up in Fleet Manager: the SSM Agent has to run, with an instance profile that has AmazonSSMManagedInstanceCore ' +
      'and a way to the endpoints of Systems Manager. The alarm ends with the next run that reaches all.',
  };
}

function noHosts({ housekeeping }: AlarmsProps): Definition {
  return {
    ...UNTIL_NEXT_RUN,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    threshold: 1,
    // Two runs within one period do not make up for each other.
    metric: (options) => housekeeping.metricHostsTargeted({ ...options, statistic: Stats.MINIMUM }),
    description:
      'The last run of Docker housekeeping had no host. First: list the running instances that carry the tags that ' +
      'the construct was given (EC2 console, Instances, filter by tag). If there are none and that is as it should be, ' +
      'disable the schedule; otherwise correct the tags. The alarm ends with the next run that has a host.',
  };
}

function noReport({ housekeeping, reporter, reportLogGroup }: AlarmsProps, oldest: Duration): Definition {
  return {
    metric: (options) => housekeeping.metricReportAge(options),
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: oldest.toSeconds(),
    // One sweep that fails, or comes a little late, leaves one hour or two without data.
    period: Duration.hours(1),
    evaluationPeriods: 3,
    treatMissingData: TreatMissingData.BREACHING,
    description:
      'A run of Docker housekeeping was due, and there is no report of it; or nobody looked for three hours, as in the ' +
      'first ones after the deployment. First: look for the run in Systems Manager, Run Command, Command history. If it ' +
      `is there, read the log of the function ${reporter.functionName} for why it is not reported into ` +
      `${reportLogGroup.logGroupName}; if not, see whether the schedule is enabled and the alarm NotSent is on.`,
  };
}

function notSent({ deadLetterQueue }: AlarmsProps): Definition {
  return {
    ...AT_LEAST_ONE,
    ...ONCE,
    metric: (options) =>
      deadLetterQueue.metricApproximateNumberOfMessagesVisible({ ...options, statistic: Stats.MAXIMUM }),
    treatMissingData: TreatMissingData.NOT_BREACHING,
    description:
      'The schedule of Docker housekeeping could not send the command to the hosts. First: receive the messages of the ' +
      `queue ${deadLetterQueue.queueName} (SQS console, Send and receive messages, Poll) and read their attributes ` +
      'ERROR_CODE and ERROR_MESSAGE. Mend the cause, run at once if need be, and delete the messages to end the alarm.',
  };
}

function reporterFailing({ reporter }: AlarmsProps): Definition {
  return {
    ...AT_LEAST_ONE,
    ...ONCE,
    metric: (options) => reporter.metric('AsyncEventsDropped', { ...options, statistic: Stats.SUM }),
    treatMissingData: TreatMissingData.NOT_BREACHING,
    description:
      'The reporter of Docker housekeeping gave an event up after all its tries. First: open the log of the function ' +
      `${reporter.functionName} (Lambda console, Monitor, View CloudWatch logs) and read the last line with level ` +
      'ERROR: it says what failed. Once that is mended, the hourly sweep reports the runs that have no report.',
  };
}
