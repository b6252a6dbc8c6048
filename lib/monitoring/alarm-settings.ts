import type { Duration } from 'aws-cdk-lib';
import { Token } from 'aws-cdk-lib';
import type { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { requireDuration, refuse, wholeNumber } from '../validation';

/** How one alarm differs from what it is by default. */
export interface AlarmSettings {
  /**
   * Whether there is such an alarm.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * What the metric is compared with, in the metric's unit.
   *
   * @default - that of the alarm
   */
  readonly threshold?: number;

  /**
   * How long a data point is.
   *
   * @default - that of the alarm
   */
  readonly period?: Duration;

  /**
   * Over how many periods is looked.
   *
   * @default - that of the alarm
   */
  readonly evaluationPeriods?: number;

  /**
   * How many of these periods have to be bad.
   *
   * @default - all of them
   */
  readonly datapointsToAlarm?: number;

  /**
   * What a period without data counts as.
   *
   * @default - that of the alarm
   */
  readonly treatMissingData?: TreatMissingData;
}

/** How the alarms differ from what they are by default: all of them are there. */
export interface HousekeepingAlarms {
  /**
   * A run left hosts on which a task failed or did not end in time.
   *
   * @default - one host or more, until a run says otherwise
   */
  readonly hostsFailed?: AlarmSettings;

  /**
   * A run left hosts that Systems Manager did not reach.
   *
   * @default - one host or more, until a run says otherwise
   */
  readonly hostsUnreachable?: AlarmSettings;

  /**
   * A run found no host that carries the tags.
   *
   * @default - less than one host, until a run says otherwise
   */
  readonly noHosts?: AlarmSettings;

  /**
   * A run was due, and there is no report of it. Its threshold is the age of the last report, in seconds.
   *
   * @default - older than `reportDueEvery` and the time that a run may take, or age unknown, for three hours
   */
  readonly noReport?: AlarmSettings;

  /**
   * The schedule could not send the command.
   *
   * @default - one message or more in the dead-letter queue
   */
  readonly notSent?: AlarmSettings;

  /**
   * The reporter gave an event up, after all its tries. An error that the next try mends is no alarm.
   *
   * @default - one event or more
   */
  readonly reporterFailing?: AlarmSettings;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
/** A day in minutes: no longer span has shorter periods. */
const MOST_PERIODS = 1440;

/**
 * Refuses what CloudWatch would only refuse at deployment.
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
    refuse(`${property}.period`, period, 'is no period of these metrics', 'give whole minutes');
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
