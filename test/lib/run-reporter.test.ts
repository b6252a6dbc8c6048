import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { DockerHousekeeping, NotifyOn } from '../../lib';
import { REPORTER_ENVIRONMENT } from '../../lib/contract';
import type { Resource } from './stack';
import { housekeepingProps, housekeepingStack, only, resources, strictApp } from './stack';

const { stack, housekeeping, template } = housekeepingStack();
const synthesised = template();
const reports = stack.resolve(housekeeping.reportLogGroup.logGroupName) as { Ref: string };
const rules = resources(synthesised, 'AWS::Events::Rule');
const isSweep = ([, { Properties }]: [string, Resource]): boolean => 'ScheduleExpression' in Properties;
const ended = rules.find((rule) => !isSweep(rule))!;
const sweep = rules.find(isSweep)!;

/** The environment of the only function. */
function environment(template: Template): Record<string, unknown> {
  const [, handler] = only(template, 'AWS::Lambda::Function');
  return (handler.Properties.Environment as { Variables: Record<string, unknown> }).Variables;
}

test('reports every end of a run of this document, and no step on the way', () => {
  const [document] = only(synthesised, 'AWS::SSM::Document');
  const [, rule] = ended;
  expect(rule.Properties.EventPattern).toEqual({
    source: ['aws.ssm'],
    'detail-type': ['EC2 Command Status-change Notification'],
    detail: {
      'document-name': [{ Ref: document }],
      status: [{ 'anything-but': ['Pending', 'InProgress', 'Delayed', 'Cancelling'] }],
    },
  });
});

test('sweeps every hour for runs that were not reported, with the unchanged event', () => {
  const [handler] = only(synthesised, 'AWS::Lambda::Function');
  const [, { Properties }] = sweep;
  expect(Properties).toMatchObject({ ScheduleExpression: 'rate(1 hour)', State: 'ENABLED' });
  expect(Properties).not.toHaveProperty('EventPattern');
  expect(Properties.Targets).toEqual([
    {
      Id: expect.any(String) as string,
      Arn: { 'Fn::GetAtt': [handler, 'Arn'] },
      RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 20 },
    },
  ]);
});

test('is called only by its rules, with bounded retries', () => {
  const [handler] = only(synthesised, 'AWS::Lambda::Function');
  expect(rules).toHaveLength(2);
  expect(ended[1].Properties.Targets).toEqual([
    {
      Id: expect.any(String) as string,
      Arn: { 'Fn::GetAtt': [handler, 'Arn'] },
      RetryPolicy: { MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 20 },
    },
  ]);
  const permissions = resources(synthesised, 'AWS::Lambda::Permission').map(
    ([, { Properties }]) => Properties,
  );
  expect(permissions.map(({ Principal, SourceArn }) => [Principal, SourceArn])).toEqual(
    rules.map(([id]) => ['events.amazonaws.com', { 'Fn::GetAtt': [id, 'Arn'] }]),
  );
  synthesised.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    FunctionName: { Ref: handler },
    MaximumRetryAttempts: 2,
    MaximumEventAgeInSeconds: 21_600,
  });
});

test('gets the log group, the name of the construct, and the age of an abandoned claim', () => {
  const [, handler] = only(synthesised, 'AWS::Lambda::Function');
  expect(handler.Properties).toMatchObject({
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    MemorySize: 1024,
    Timeout: 150,
    Environment: {
      Variables: {
        REPORT_LOG_GROUP: reports,
        HOUSEKEEPING: 'Stack/Housekeeping',
        CLAIM_TIMEOUT_SECONDS: '165',
      },
    },
  });
  const [document] = only(synthesised, 'AWS::SSM::Document');
  expect(environment(synthesised)[REPORTER_ENVIRONMENT.documentName]).toEqual({ Ref: document });
});

describe('notifications', () => {
  /** A reporter with a topic of the stack. */
  function notified(notifyOn?: NotifyOn): { template: Template; topic: string } {
    const stack = new Stack(strictApp(), 'Stack');
    const notify = new Topic(stack, 'Topic');
    new DockerHousekeeping(stack, 'Housekeeping', housekeepingProps({ notify, notifyOn }));
    const template = Template.fromStack(stack);
    return { template, topic: only(template, 'AWS::SNS::Topic')[0] };
  }

  test.each([
    [undefined, 'every-run'],
    [NotifyOn.EVERY_RUN, 'every-run'],
    [NotifyOn.ATTENTION, 'attention'],
  ])('notifyOn %s: the reporter gets the topic and %s', (notifyOn, expected) => {
    const { template, topic } = notified(notifyOn);
    expect(environment(template)).toMatchObject({
      [REPORTER_ENVIRONMENT.notifyTopic]: { Ref: topic },
      [REPORTER_ENVIRONMENT.notifyOn]: expected,
    });
  });

  test('without a topic it gets neither, and all its variables are in the contract', () => {
    const { notifyTopic, notifyOn, hostOutputLogGroup, ...others } = REPORTER_ENVIRONMENT;
    expect(Object.keys(environment(synthesised)).sort()).toEqual(Object.values(others).sort());
    const all = Object.keys(environment(notified().template));
    expect(all.sort()).toEqual([...Object.values(others), notifyTopic, notifyOn].sort());
    const withOutput = environment(housekeepingStack({ hostOutput: {} }).template());
    expect(Object.keys(withOutput).sort()).toEqual([...Object.values(others), hostOutputLogGroup].sort());
  });

  test('refuses notifyOn without notify', () => {
    expect(() => housekeepingStack({ notifyOn: NotifyOn.ATTENTION })).toThrow(
      "notifyOn: got \"attention\", which has no effect without 'notify'; give 'notify' too",
    );
  });
});

test('logs as JSON into its own group, which is deleted with the stack', () => {
  const [, handler] = only(synthesised, 'AWS::Lambda::Function');
  const [logsId, logs] = resources(synthesised, 'AWS::Logs::LogGroup').find(([id]) => id !== reports.Ref)!;
  expect(handler.Properties.LoggingConfig).toEqual({ LogFormat: 'JSON', LogGroup: { Ref: logsId } });
  expect(logs).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 30 } });
});

test('reports are kept for a year, also when the stack is deleted', () => {
  const [, group] = resources(synthesised, 'AWS::Logs::LogGroup').find(([id]) => id === reports.Ref)!;
  expect(group).toMatchObject({ DeletionPolicy: 'Retain', Properties: { RetentionInDays: 365 } });
});

test('reports can have another retention and be deleted with the stack', () => {
  const other = housekeepingStack({
    reportRetention: RetentionDays.ONE_WEEK,
    removalPolicy: RemovalPolicy.DESTROY,
  }).template();
  expect(resources(other, 'AWS::Logs::LogGroup').map(([, group]) => group.DeletionPolicy)).toEqual([
    'Delete',
    'Delete',
  ]);
  other.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
});
