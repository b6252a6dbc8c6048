import type { Duration } from 'aws-cdk-lib';
import { Token } from 'aws-cdk-lib';
import type { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { requireDuration, refuse, wholeNumber } from '../validation';

/** Settings of one alarm that differ from its defaults. */
export interface AlarmSettings {
  /**
   * Whether the alarm exists.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * The value that CloudWatch compares with the metric, in the unit of the metric.
   *
   * @default - see the alarm in `HousekeepingAlarms`
   */
  readonly threshold?: number;

  /**
   * The length of a period, in whole minutes. Each period has one data point.
   *
   * @default - 5 minutes; 1 hour for `noReport`
   */
  readonly period?: Duration;

  /**
   * How many of the latest periods CloudWatch evaluates.
   *
   * Together they span at most a day, or 7 days if each of them is an hour or longer.
   *
   * @default - 1; 3 for `noReport`
   */
  readonly evaluationPeriods?: number;

  /**
   * In how many of these periods the metric must breach the threshold, from 1 to `evaluationPeriods`.
   *
   * @default - in all of them
   */
  readonly datapointsToAlarm?: number;

  /**
   * How CloudWatch treats a period without data.
   *
   * @default - `IGNORE` for `hostsFailed`, `hostsUnreachable`, `noHosts` and `diskStillFull`; `BREACHING` for `noReport`;
   * `NOT_BREACHING` for `notSent` and `reporterFailing`
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
   */
  readonly treatMissingData?: TreatMissingData;
}

/** Settings of the alarms. An alarm without settings exists with its defaults. */
export interface HousekeepingAlarms {
  /**
   * Triggers when a task failed or timed out on a host in the last run.
   *
   * @default - at one host or more, until a run without such hosts
   */
  readonly hostsFailed?: AlarmSettings;

  /**
   * Triggers when Systems Manager did not reach a host in the last run.
   *
   * @default - at one host or more, until a run without such hosts
   */
  readonly hostsUnreachable?: AlarmSettings;

  /**
   * Triggers when the last run found no host that carries the tags.
   *
   * @default - at less than one host, until a run that has a host
   */
  readonly noHosts?: AlarmSettings;

  /**
   * Triggers when a disk is still full after the tasks of a run. The threshold is the use of the fullest disk of all
   * hosts, in per cent.
   *
   * It watches the disk after the tasks, not before: a full disk before a run is what the run is for, a full disk after it
   * needs you. For an alarm on the former, use `metricHighestDiskUse()`.
   *
   * @default - above 90 % on one host or more, until a run without such a host
   */
  readonly diskStillFull?: AlarmSettings;

  /**
   * Triggers when a run was due and has no report. The threshold is the age of the last report, in seconds.
   *
   * @default - if for three hours that age is unknown, or greater than `reportDueEvery` plus the time that a run and its
   * report may take
   */
  readonly noReport?: AlarmSettings;

  /**
   * Triggers when the schedule could not send the command.
   *
   * @default - at one message or more in the dead-letter queue
   */
  readonly notSent?: AlarmSettings;

  /**
   * Triggers when the reporter dropped an event after its last attempt. It does not trigger if a later attempt succeeds.
   *
   * @default - at one event or more
   */
  readonly reporterFailing?: AlarmSettings;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
/** A day in periods of a minute: longer spans need longer periods, so they have fewer. */
const MOST_PERIODS = 1440;

/**
 * Refuses settings that CloudWatch would refuse only at deployment.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */
export function refuseUnusablePeriods(
  property: string,
  period: Duration,
  evaluationPeriods: number,
  datapointsToAlarm: number | undefined,
): void {
  requireDuration(`${property}.period`, period);
  if (period.isUnresolved() || Token.isUnresolved([evaluationPeriods, datapointsToAlarm])) return;
  const seconds = period.toSeconds({ integral: false });
  if (seconds < 60 || seconds % 60 !== 0) {
    refuse(
      `${property}.period`,
      period,
      'is not a whole number of minutes, at least 1',
      'give whole minutes',
    );
  }
  const longest = seconds < HOUR ? DAY : 7 * DAY;
  wholeNumber(`${property}.evaluationPeriods`, evaluationPeriods, 1, MOST_PERIODS);
  if (seconds * evaluationPeriods > longest) {
    refuse(
      property,
      { period, evaluationPeriods },
      `looks back over more than ${longest === DAY ? 'a day' : '7 days'}`,
      'give fewer or shorter periods: up to 7 days in periods of an hour or longer, up to a day in shorter ones',
    );
  }
  wholeNumber(
    `${property}.datapointsToAlarm`,
    datapointsToAlarm ?? evaluationPeriods,
    1,
    evaluationPeriods,
    ", which is 'evaluationPeriods'",
  );
}
