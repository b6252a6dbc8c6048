import { Annotations, Duration } from 'aws-cdk-lib';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IConstruct } from 'constructs';
import { longestGap } from '../schedule/longest-gap';
import { DELIVERY_TIMEOUT, MAX_EVENT_AGE } from '../schedule/send-command';
import type { HousekeepingTask } from '../tasks/task';
import { requireDuration, refuse } from '../validation';

export interface ReportDueProps {
  readonly schedule: ScheduleExpression;
  readonly enabled: boolean;
  readonly tasks: readonly HousekeepingTask[];
  readonly reportDueEvery?: Duration;
}

/** For the `host` step of the document and for the reporter. */
const OVERHEAD = Duration.minutes(10);
/** A run whose event is lost waits for the hourly sweep. */
const SWEEP = Duration.hours(1);
/** CloudWatch Logs can take this long until it shows the time of the last event of a log stream. */
const EVENTUALLY_CONSISTENT = Duration.hours(1);
/** A schedule follows the local clock. When that is set back, a run comes an hour later. */
const DAYLIGHT_SAVING = Duration.hours(1);

/**
 * The greatest age that the last report reaches as long as all reports come in time.
 *
 * @returns undefined if no report is due, or, after a warning, if the schedule does not show when
 * @throws if `reportDueEvery` is not valid, or is a token
 */
export function oldestReport(scope: IConstruct, props: ReportDueProps): Duration | undefined {
  const { schedule, enabled, tasks, reportDueEvery } = props;
  if (reportDueEvery !== undefined) refuseUnusableInterval(reportDueEvery);
  if (!enabled) return undefined;
  const every = reportDueEvery ?? longestGap(schedule);
  if (every === 'ends') return undefined;
  if (every === 'unknown') {
    Annotations.of(scope).addWarningV2(
      'cdk-docker-housekeeping:reportDueEvery',
      `schedule: got ${JSON.stringify(schedule.expressionString)}, which does not show the longest time between two runs, ` +
        "so the alarm NoReport is missing; give 'reportDueEvery', or disable the alarm: " +
        'alarms: { noReport: { enabled: false } }',
    );
    return undefined;
  }
  const onHosts = tasks.reduce((sum, { timeout }) => sum.plus(timeout), OVERHEAD);
  return [MAX_EVENT_AGE, DELIVERY_TIMEOUT, onHosts, SWEEP, EVENTUALLY_CONSISTENT, DAYLIGHT_SAVING].reduce(
    (sum, duration) => sum.plus(duration),
    every,
  );
}

function refuseUnusableInterval(reportDueEvery: Duration): void {
  const remedy = 'give the longest time between two runs as a literal, e.g. Duration.days(1)';
  requireDuration('reportDueEvery', reportDueEvery);
  if (reportDueEvery.isUnresolved()) {
    refuse('reportDueEvery', 'a token', 'is only known at deployment, but is needed at synthesis', remedy);
  }
  const seconds = reportDueEvery.toSeconds({ integral: false });
  if (!Number.isInteger(seconds) || seconds < 60) {
    refuse('reportDueEvery', reportDueEvery, 'is not a whole number of seconds, at least 60', remedy);
  }
}
