import { Duration } from 'aws-cdk-lib';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { HousekeepingAlarms } from '../../../lib';
import { housekeepingStack } from '../stack';
import { NAMES, alarms } from './alarms-of';

const byDefault = alarms(housekeepingStack());

const settingOf = (name: string): keyof HousekeepingAlarms =>
  `${name[0]!.toLowerCase()}${name.slice(1)}` as keyof HousekeepingAlarms;

test.each(NAMES)('%s can be left out by itself', (name) => {
  const others = housekeepingStack({ alarms: { [settingOf(name)]: { enabled: false } } });
  expect(Object.keys(alarms(others))).toEqual(NAMES.filter((other) => other !== name));
});

test.each(NAMES)('%s can be changed by itself', (name) => {
  const changed = alarms(
    housekeepingStack({
      alarms: {
        [settingOf(name)]: {
          threshold: 7,
          period: Duration.minutes(30),
          evaluationPeriods: 6,
          datapointsToAlarm: 4,
          treatMissingData: TreatMissingData.MISSING,
        },
      },
    }),
  );
  expect(changed[name]).toMatchObject({
    Threshold: 7,
    EvaluationPeriods: 6,
    DatapointsToAlarm: 4,
    TreatMissingData: 'missing',
  });
  expect(JSON.stringify(changed[name]).match(/"Period":\d+/g)).toEqual(
    name === 'HostsFailed' ? ['"Period":1800', '"Period":1800'] : ['"Period":1800'],
  );
  for (const other of NAMES.filter((other) => other !== name)) {
    expect(changed[other]).toEqual(byDefault[other]);
  }
});

test.each<[HousekeepingAlarms, string]>([
  [
    { noReport: { period: Duration.hours(1), evaluationPeriods: 169 } },
    'alarms.noReport: got {"period":"Duration.hours(1)","evaluationPeriods":169}, which looks back over more than 7 days',
  ],
  [
    { hostsFailed: { period: Duration.minutes(59), evaluationPeriods: 25 } },
    'which looks back over more than a day; give fewer or shorter periods',
  ],
  [
    { notSent: { period: Duration.seconds(30) } },
    'alarms.notSent.period: got "Duration.seconds(30)", which is not a whole number of minutes, at least 1; give whole minutes',
  ],
  [
    { noHosts: { evaluationPeriods: 0 } },
    'alarms.noHosts.evaluationPeriods: got 0, which is out of range; give a whole number from 1 to 1440',
  ],
  [
    { noHosts: { evaluationPeriods: 1.5 } },
    'alarms.noHosts.evaluationPeriods: got 1.5, which has a fraction; give a whole number from 1 to 1440',
  ],
  [
    { noHosts: { evaluationPeriods: NaN } },
    'alarms.noHosts.evaluationPeriods: got NaN, which is not a number; give a whole number from 1 to 1440',
  ],
  [
    { noHosts: { period: 300 as unknown as Duration } },
    'alarms.noHosts.period: got 300, which is not a Duration; give a Duration, e.g. Duration.hours(1)',
  ],
  [
    { noHosts: { period: Duration.millis(60_500) } },
    'alarms.noHosts.period: got "Duration.millis(60500)", which is not a whole number of minutes, at least 1; give whole minutes',
  ],
  [
    { noHosts: { evaluationPeriods: 2, datapointsToAlarm: 1.5 } },
    "datapointsToAlarm: got 1.5, which has a fraction; give a whole number from 1 to 2, which is 'evaluationPeriods'",
  ],
  [
    { noHosts: { evaluationPeriods: 2, datapointsToAlarm: 3 } },
    'alarms.noHosts.datapointsToAlarm: got 3, which is out of range; give a whole number from 1 to 2',
  ],
])('refuses %j, which CloudWatch would not accept', (settings, message) => {
  expect(() => housekeepingStack({ alarms: settings })).toThrow(message);
});

test('accepts the largest values that CloudWatch accepts', () => {
  const alarms = {
    noReport: { period: Duration.hours(1), evaluationPeriods: 168 },
    notSent: { period: Duration.minutes(5), evaluationPeriods: 288, datapointsToAlarm: 288 },
  };
  expect(() => housekeepingStack({ alarms }).template()).not.toThrow();
});
