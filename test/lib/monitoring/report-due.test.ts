import { CfnParameter, Duration, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { DockerHousekeepingProps } from '../../../lib';
import { DockerHousekeeping } from '../../../lib';
import { housekeepingProps, housekeepingStack, strictApp } from '../stack';
import { NAMES, NIGHTLY_SECONDS, alarms } from './alarms-of';

describe('the next report is due', () => {
  const threshold = (props: Partial<DockerHousekeepingProps>): unknown =>
    alarms(housekeepingStack(props)).NoReport?.Threshold;

  test('after the longest pause of the schedule, plus the time that a run may take', () => {
    const grace = NIGHTLY_SECONDS - 24 * 3600;
    const schedule = ScheduleExpression.expression('cron(30 20 ? * MON-FRI *)');
    expect(threshold({ schedule })).toBe(72 * 3600 + grace);
    expect(threshold({ schedule: ScheduleExpression.rate(Duration.minutes(20)) })).toBe(20 * 60 + grace);
    expect(threshold({ schedule, reportDueEvery: Duration.days(1) })).toBe(24 * 3600 + grace);
  });

  test.each<[string, Partial<DockerHousekeepingProps>]>([
    ['a disabled schedule', { enabled: false }],
    ['a schedule that runs once', { schedule: ScheduleExpression.at(new Date('2030-01-31T03:00:00Z')) }],
    ['a schedule that ends', { schedule: ScheduleExpression.expression('cron(0 3 * * ? 2026-2028)') }],
  ])('never for %s: there is no alarm and no warning', (_, props) => {
    const other = housekeepingStack(props);
    expect(Object.keys(alarms(other))).toEqual(NAMES.filter((name) => name !== 'NoReport'));
    expect(Annotations.fromStack(other.stack).findWarning('*', Match.anyValue())).toEqual([]);
  });

  /** A stack whose schedule is only known at deployment. */
  function untold(props: Partial<DockerHousekeepingProps>): { stack: Stack; names: string[] } {
    const stack = new Stack(strictApp(), 'Stack');
    const schedule = ScheduleExpression.expression(new CfnParameter(stack, 'Expression').valueAsString);
    const { alarms } = new DockerHousekeeping(
      stack,
      'Housekeeping',
      housekeepingProps({ schedule, ...props }),
    );
    return { stack, names: Object.keys(alarms) };
  }

  test('at an interval that you give, if the schedule does not show it', () => {
    const { stack, names } = untold({ reportDueEvery: Duration.days(2) });
    expect(names).toEqual(NAMES);
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);

    const schedule = ScheduleExpression.at(new Date('2030-01-31T03:00:00Z'));
    expect(threshold({ schedule, reportDueEvery: Duration.days(1) })).toBe(NIGHTLY_SECONDS);
  });

  test('never, with a warning, if neither shows the interval and the alarm is enabled', () => {
    const { stack, names } = untold({});
    expect(names).toEqual(NAMES.filter((name) => name !== 'NoReport'));
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Housekeeping',
      Match.stringLikeRegexp("give 'reportDueEvery'.*\\[ack: cdk-docker-housekeeping:reportDueEvery\\]"),
    );
    for (const props of [{ alarms: { noReport: { enabled: false } } }, { enabled: false }]) {
      expect(Annotations.fromStack(untold(props).stack).findWarning('*', Match.anyValue())).toEqual([]);
    }
  });

  test.each([
    [
      Duration.seconds(0),
      'reportDueEvery: got "Duration.seconds(0)", which is not a whole number of seconds, at least 60; give',
    ],
    [24 as unknown as Duration, 'reportDueEvery: got 24, which is not a Duration; give a Duration'],
    [Duration.seconds(Token.asNumber({ Ref: 'X' })), 'which is only known at deployment'],
  ])('refuses %s', (reportDueEvery, message) => {
    expect(() => housekeepingStack({ reportDueEvery })).toThrow(message);
  });
});
