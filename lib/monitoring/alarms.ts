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
  /** A report is missing if the last one is older than this. Without it, there is no alarm `NoReport`. */
  readonly oldestReport?: Duration;
  readonly settings: HousekeepingAlarms;
}

/** The defaults of an alarm. */
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
/** Between two runs there is no data, so the alarm keeps the state that the last run gave it. */
const UNTIL_NEXT_RUN = { ...ONCE, treatMissingData: TreatMissingData.IGNORE };

/** The alarms of a `DockerHousekeeping`. */
export class Alarms extends Construct {
  /** The alarms by construct id. */
  public readonly all: Record<string, Alarm> = {};

  /** @throws if CloudWatch would refuse the settings */
  public constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { settings, oldestReport } = props;
    this.add('HostsFailed', 'hostsFailed', hostsFailed(props), settings.hostsFailed);
    this.add('HostsUnreachable', 'hostsUnreachable', hostsUnreachable(props), settings.hostsUnreachable);
    this.add('NoHosts', 'noHosts', noHosts(props), settings.noHosts);
    this.add('DiskStillFull', 'diskStillFull', diskStillFull(props), settings.diskStillFull);
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
      `newest log stream of ${reportLogGroup.logGroupName} and read "troubled" in its last event. It gives the reason of ` +
      'each host, and a message that says what to do. The alarm ends with the next run in which no task fails.',
  };
}

function hostsUnreachable({ housekeeping, reportLogGroup }: AlarmsProps): Definition {
  return {
    ...AT_LEAST_ONE,
    ...UNTIL_NEXT_RUN,
    metric: (options) => housekeeping.metricHostsUnreachable(options),
    description:
      'The last run of Docker housekeeping did not reach all running instances that carry the tags. First: open the ' +
      `newest log stream of ${reportLogGroup.logGroupName}, read which hosts are "unreachable" and why, and look up each ` +
      'of them in Fleet Manager. The SSM Agent must be running and must reach the endpoints of Systems Manager. The ' +
      'instance profile must have AmazonSSMManagedInstanceCore. The alarm ends with the next run that reaches all instances.',
  };
}

function noHosts({ housekeeping }: AlarmsProps): Definition {
  return {
    ...UNTIL_NEXT_RUN,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    threshold: 1,
    // A run with hosts must not hide a run without hosts in the same period.
    metric: (options) => housekeeping.metricHostsTargeted({ ...options, statistic: Stats.MINIMUM }),
    description:
      'The last run of Docker housekeeping had no host. First: list the running instances that carry the tags of the ' +
      'construct (EC2 console, Instances, filter by tag). If you expect none, disable the schedule. Otherwise correct ' +
      'the tags. The alarm ends with the next run that has a host.',
  };
}

function diskStillFull({ housekeeping, reportLogGroup }: AlarmsProps): Definition {
  return {
    ...UNTIL_NEXT_RUN,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: 90,
    // Its statistic is the maximum: of two runs in a period, the one with the fuller disk counts.
    metric: (options) => housekeeping.metricHighestDiskUseAfter(options),
    description:
      'The last run of Docker housekeeping left a host whose disk is still full. First: run the saved query "Disk use by ' +
      `host" on ${reportLogGroup.logGroupName} to see which hosts. On such a host, "docker system df" says how much of it ` +
      'Docker uses. If much, give the tasks a shorter olderThan, or add tasks. If little, other files fill the disk: remove ' +
      'them, or enlarge it. The alarm ends with the next run that leaves no disk above the threshold.',
  };
}

function noReport({ housekeeping, reporter, reportLogGroup }: AlarmsProps, oldest: Duration): Definition {
  return {
    metric: (options) => housekeeping.metricReportAge(options),
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: oldest.toSeconds(),
    // One sweep that fails or is a little late leaves one or two hours without data.
    period: Duration.hours(1),
    evaluationPeriods: 3,
    treatMissingData: TreatMissingData.BREACHING,
    description:
      'A run of Docker housekeeping was due, but it has no report. Or no sweep has looked for reports for three hours, ' +
      'as right after the first deployment. First: look for the run in Systems Manager, Run Command, Command history. ' +
      `If it is there, read in the log of the function ${reporter.functionName} why it is not reported in ` +
      `${reportLogGroup.logGroupName}. If not, check whether the schedule is enabled and the alarm NotSent is on.`,
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
      `queue ${deadLetterQueue.queueName} (SQS console, Send and receive messages, Poll for messages) and read their ` +
      'attributes ERROR_CODE and ERROR_MESSAGE. Fix the cause, and start a run by hand if you need one now. Then delete ' +
      'the messages to end the alarm.',
  };
}

function reporterFailing({ reporter }: AlarmsProps): Definition {
  return {
    ...AT_LEAST_ONE,
    ...ONCE,
    metric: (options) => reporter.metric('AsyncEventsDropped', { ...options, statistic: Stats.SUM }),
    treatMissingData: TreatMissingData.NOT_BREACHING,
    description:
      'The reporter of Docker housekeeping dropped an event after its last attempt. First: open the log of the function ' +
      `${reporter.functionName} (Lambda console, Monitor, View CloudWatch logs) and read the last line with level ` +
      'ERROR. It says what failed. After you fix it, the hourly sweep reports the runs that have no report.',
  };
}
