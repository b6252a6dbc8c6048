import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { METRICS, METRIC_DIMENSION, METRIC_NAMESPACE } from '../../../lib/contract';
import { INSIGHTS_QUERIES } from '../../../lib/monitoring/queries';
import type { Resource } from '../stack';
import { housekeepingStack, only, resources, text } from '../stack';
import { NAMES, NIGHTLY_SECONDS, alarms } from './alarms-of';

const DIMENSION = [{ Name: METRIC_DIMENSION, Value: 'Stack/Housekeeping' }];

const built = housekeepingStack();
const template = built.template();

const byDefault = alarms(built);

test('all exist by default, and no others', () => {
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
    // A run that knows no disk, or a dry run, publishes nothing and leaves the alarm as it is.
    'DiskStillFull',
    {
      ...ours('HighestDiskUseAfter', 'Maximum', 300),
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 90,
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

test('HostsFailed adds up failures and timeouts', () => {
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

test('each reads a metric that the reporter or AWS publishes', () => {
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
  '%s says what to do first, within the limits of CloudWatch, and CloudFormation names it',
  (name) => {
    const description = text(byDefault[name]!.AlarmDescription);
    expect(description).toMatch(/\. First: [a-z]/);
    // Names that CloudFormation generates have up to 255 characters.
    const names = description.match(/<[^>]+>/g) ?? [];
    expect(description.length + 255 * names.length).toBeLessThanOrEqual(1024);
    expect(byDefault[name]).not.toHaveProperty('AlarmName');
  },
);

test('DiskStillFull names a saved query that exists', () => {
  const [, query] = /the saved query "([^"]+)"/.exec(text(byDefault.DiskStillFull!.AlarmDescription)) ?? [];
  expect(Object.values(INSIGHTS_QUERIES).map(({ name }) => name)).toContain(query);
});

test('addAlarmAction adds the action to all of them', () => {
  const other = housekeepingStack();
  const topic = new Topic(other.stack, 'Topic');
  other.housekeeping.addAlarmAction(new SnsAction(topic));
  for (const [name, { AlarmActions }] of Object.entries(alarms(other))) {
    expect([name, AlarmActions]).toEqual([name, [other.stack.resolve(topic.topicArn)]]);
  }
});
