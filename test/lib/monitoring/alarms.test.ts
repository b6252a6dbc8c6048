import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { CfnParameter, Duration, Stack, Token } from 'aws-cdk-lib';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { DockerHousekeepingProps, HousekeepingAlarms } from '../../../lib';
import { DockerHousekeeping } from '../../../lib';
import { METRICS, METRIC_DIMENSION, METRIC_NAMESPACE } from '../../../lib/contract';
import type { Resource } from '../stack';
import { housekeepingProps, housekeepingStack, only, resources, strictApp, text } from '../stack';

const NAMES = ['HostsFailed', 'HostsUnreachable', 'NoHosts', 'NoReport', 'NotSent', 'ReporterFailing'];
const DIMENSION = [{ Name: METRIC_DIMENSION, Value: 'Stack/Housekeeping' }];

const built = housekeepingStack();
const template = built.template();

/** The alarms of a stack, by the ids of their constructs. */
function alarms({ stack, housekeeping, template }: typeof built): Record<string, Resource['Properties']> {
  const all = Object.fromEntries(resources(template(), 'AWS::CloudWatch::Alarm'));
  return Object.fromEntries(
    Object.entries(housekeeping.alarms).map(([name, alarm]) => {
      expect(alarm.node.path).toBe(`Stack/Housekeeping/Alarms/${name}`);
      return [name, all[stack.getLogicalId(alarm.node.defaultChild as never)]!.Properties];
    }),
  );
}

const byDefault = alarms(built);

/** A nightly run may be so old: a day, and what the run may take. */
const NIGHTLY_SECONDS = 24 * 3600 + (15 + 30 + 10 + 2 * 10) * 60 + 3 * 3600;

test('all are there by default, and there are no others', () => {
  expect(Object.keys(byDefault)).toEqual(NAMES);
  expect(resources(template, 'AWS::CloudWatch::Alarm')).toHaveLength(NAMES.length);
});

const ours = (name: keyof typeof METRICS, statistic: string, period: number): object => ({
  Namespace: METRIC_NAMESPACE,
  MetricName: name,
  Dimensions: DIMENSION,
  Statistic: statistic,
  Period: period,
});
const [queue] = only(template, 'AWS::SQS::Queue');
const [reporter] = only(template, 'AWS::Lambda::Function');

test.each<[string, Resource['Properties']]>([
  [
    'HostsUnreachable',
    {
      ...ours('HostsUnreachable', 'Sum', 300),
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'ignore',
    },
  ],
  [
    'NoHosts',
    {
      ...ours('HostsTargeted', 'Minimum', 300),
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'ignore',
    },
  ],
  [
    'NoReport',
    {
      ...ours('ReportAge', 'Maximum', 3600),
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: NIGHTLY_SECONDS,
      EvaluationPeriods: 3,
      TreatMissingData: 'breaching',
    },
  ],
  [
    'NotSent',
    {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
      Statistic: 'Maximum',
      Period: 300,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
    },
  ],
  [
    'ReporterFailing',
    {
      Namespace: 'AWS/Lambda',
      MetricName: 'AsyncEventsDropped',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: reporter } }],
      Statistic: 'Sum',
      Period: 300,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
    },
  ],
])('%s', (name, expected) => {
  const { AlarmDescription, ...properties } = byDefault[name]!;
  expect(AlarmDescription).toBeDefined();
  expect(properties).toEqual(expected);
});

test('HostsFailed adds those that failed and those that timed out', () => {
  const { AlarmDescription, Metrics, ...properties } = byDefault.HostsFailed!;
  expect(AlarmDescription).toBeDefined();
  expect(properties).toEqual({
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: 1,
    EvaluationPeriods: 1,
    TreatMissingData: 'ignore',
  });
  const [expression, ...metrics] = Metrics as Record<string, unknown>[];
  expect(expression).toMatchObject({ Expression: 'failed + timedOut', ReturnData: true });
  const published = (id: string, name: keyof typeof METRICS): object => ({
    Id: id,
    MetricStat: {
      Metric: { Namespace: METRIC_NAMESPACE, MetricName: name, Dimensions: DIMENSION },
      Period: 300,
      Stat: 'Sum',
    },
    ReturnData: false,
  });
  expect(metrics).toEqual([published('failed', 'HostsFailed'), published('timedOut', 'HostsTimedOut')]);
});

test('each reads a metric that the reporter publishes, or one of AWS itself', () => {
  for (const [name, properties] of Object.entries(byDefault)) {
    const metrics = (properties.Metrics as { MetricStat?: { Metric: unknown } }[] | undefined) ?? [];
    const read = properties.Metrics
      ? metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])
      : [properties];
    expect([name, read.length > 0]).toEqual([name, true]);
    for (const { Namespace, MetricName } of read as { Namespace: string; MetricName: string }[]) {
      expect([name, Namespace.startsWith('AWS/') || Object.hasOwn(METRICS, MetricName)]).toEqual([
        name,
        true,
      ]);
    }
  }
});

test.each(NAMES)(
  '%s says what to do first, in what CloudWatch takes, and has a name from CloudFormation',
  (name) => {
    const description = text(byDefault[name]!.AlarmDescription);
    expect(description).toMatch(/\. First: [a-z]/);
    // Names that CloudFormation makes up are up to 255 characters long.
    const names = description.match(/<[^>]+>/g) ?? [];
    expect(description.length + 255 * names.length).toBeLessThanOrEqual(1024);
    expect(byDefault[name]).not.toHaveProperty('AlarmName');
  },
);

const settingOf = (name: string): keyof HousekeepingAlarms =>
  `${name[0]!.toLowerCase()}${name.slice(1)}` as keyof HousekeepingAlarms;

test.each(NAMES)('%s can be left out, alone', (name) => {
  const others = housekeepingStack({ alarms: { [settingOf(name)]: { enabled: false } } });
  expect(Object.keys(alarms(others))).toEqual(NAMES.filter((other) => other !== name));
});

test.each(NAMES)('%s can be changed, alone', (name) => {
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
    'which looks back over more than 1 days; give fewer or shorter periods',
  ],
  [
    { notSent: { period: Duration.seconds(30) } },
    'alarms.notSent.period: got "Duration.seconds(30)", which is no period of these metrics; give whole minutes',
  ],
  [
    { noHosts: { evaluationPeriods: 0 } },
    'alarms.noHosts.evaluationPeriods: got 0, which is no count of periods',
  ],
  [
    { noHosts: { evaluationPeriods: 2, datapointsToAlarm: 3 } },
    'alarms.noHosts.datapointsToAlarm: got 3, which is out of range; give a whole number from 1 to 2',
  ],
])('refuses %j, which CloudWatch would not take', (settings, message) => {
  expect(() => housekeepingStack({ alarms: settings })).toThrow(message);
});

test('takes what CloudWatch takes at the most', () => {
  const alarms = {
    noReport: { period: Duration.hours(1), evaluationPeriods: 168 },
    notSent: { period: Duration.minutes(5), evaluationPeriods: 288, datapointsToAlarm: 288 },
  };
  expect(() => housekeepingStack({ alarms }).template()).not.toThrow();
});

test('addAlarmAction lets all of them act', () => {
  const other = housekeepingStack();
  const topic = new Topic(other.stack, 'Topic');
  other.housekeeping.addAlarmAction(new SnsAction(topic));
  for (const [name, { AlarmActions }] of Object.entries(alarms(other))) {
    expect([name, AlarmActions]).toEqual([name, [other.stack.resolve(topic.topicArn)]]);
  }
});

describe('when a report is due', () => {
  const threshold = (props: Partial<DockerHousekeepingProps>): unknown =>
    alarms(housekeepingStack(props)).NoReport?.Threshold;

  test('is as long after the last one as the schedule waits at the longest, and as a run may take', () => {
    const grace = NIGHTLY_SECONDS - 24 * 3600;
    const schedule = ScheduleExpression.expression('cron(30 20 ? * MON-FRI *)');
    expect(threshold({ schedule })).toBe(72 * 3600 + grace);
    expect(threshold({ schedule: ScheduleExpression.rate(Duration.minutes(20)) })).toBe(20 * 60 + grace);
    expect(threshold({ schedule, reportDueEvery: Duration.days(1) })).toBe(24 * 3600 + grace);
  });

  test.each<[string, Partial<DockerHousekeepingProps>]>([
    ['a disabled schedule', { enabled: false }],
    ['one that runs once', { schedule: ScheduleExpression.at(new Date('2030-01-31T03:00:00Z')) }],
    ['one that ends', { schedule: ScheduleExpression.expression('cron(0 3 * * ? 2026-2028)') }],
  ])('never for %s: there is no alarm, and no warning', (_, props) => {
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

  test('can be said where it cannot be told', () => {
    const { stack, names } = untold({ reportDueEvery: Duration.days(2) });
    expect(names).toEqual(NAMES);
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);

    const schedule = ScheduleExpression.at(new Date('2030-01-31T03:00:00Z'));
    expect(threshold({ schedule, reportDueEvery: Duration.days(1) })).toBe(NIGHTLY_SECONDS);
  });

  test('warns where it cannot be told and is not said, unless nobody wants to know', () => {
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
      'reportDueEvery: got "Duration.seconds(0)", which is no time between two runs; give',
    ],
    [Duration.seconds(Token.asNumber({ Ref: 'X' })), 'which is only known at deployment'],
  ])('refuses %s', (reportDueEvery, message) => {
    expect(() => housekeepingStack({ reportDueEvery })).toThrow(message);
  });
});
