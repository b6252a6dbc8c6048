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

/** The step that every document begins with, and what the reporter takes. */
const OVERHEAD = Duration.minutes(10);
/** A run whose event is lost waits for the hourly sweep. */
const SWEEP = Duration.hours(1);
/** CloudWatch Logs may take so long to tell of a log stream's last event. */
const EVENTUALLY_CONSISTENT = Duration.hours(1);
/** Of the clock on the wall, which schedules go by. */
const DAYLIGHT_SAVING = Duration.hours(1);

/**
 * The age that the last report never has while reports come when they are due.
 *
 * @returns nothing where none is due, or where it cannot be told when, of which it warns
 * @throws if `reportDueEvery` is no time, or only known at deployment
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
      `schedule: got ${JSON.stringify(schedule.expressionString)}, of which it cannot be told how long the time between ` +
        "two runs is, so that no alarm tells of missing reports; give 'reportDueEvery', or leave the alarm out: " +
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
    refuse(
      'reportDueEvery',
      'a token',
      'is only known at deployment, but is reckoned with at synthesis',
      remedy,
    );
  }
  const seconds = reportDueEvery.toSeconds({ integral: false });
  if (!Number.isInteger(seconds) || seconds < 60) {
    refuse('reportDueEvery', reportDueEvery, 'is no time between two runs', remedy);
  }
}
