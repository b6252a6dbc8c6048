import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { housekeepingStack, only, resources } from './stack';

const { stack, housekeeping, template } = housekeepingStack();
const synthesised = template();
const reports = stack.resolve(housekeeping.reportLogGroup.logGroupName) as { Ref: string };

test('reports every end of a run of this document, and no step on the way', () => {
  const [document] = only(synthesised, 'AWS::SSM::Document');
  const [, rule] = only(synthesised, 'AWS::Events::Rule');
  expect(rule.Properties.EventPattern).toEqual({
    source: ['aws.ssm'],
    'detail-type': ['EC2 Command Status-change Notification'],
    detail: {
      'document-name': [{ Ref: document }],
      status: [{ 'anything-but': ['Pending', 'InProgress', 'Delayed', 'Cancelling'] }],
    },
  });
});

test('is called by its rule alone, with bounded retries', () => {
  const [handler] = only(synthesised, 'AWS::Lambda::Function');
  const [ruleId, rule] = only(synthesised, 'AWS::Events::Rule');
  expect(rule.Properties.Targets).toEqual([
    {
      Id: expect.any(String) as string,
      Arn: { 'Fn::GetAtt': [handler, 'Arn'] },
      RetryPolicy: { MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 20 },
    },
  ]);
  const [, permission] = only(synthesised, 'AWS::Lambda::Permission');
  expect(permission.Properties).toMatchObject({
    Principal: 'events.amazonaws.com',
    SourceArn: { 'Fn::GetAtt': [ruleId, 'Arn'] },
  });
  synthesised.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    FunctionName: { Ref: handler },
    MaximumRetryAttempts: 2,
    MaximumEventAgeInSeconds: 21_600,
  });
});

test('is told where to write, for whom, and when a claim is abandoned', () => {
  const [, handler] = only(synthesised, 'AWS::Lambda::Function');
  expect(handler.Properties).toMatchObject({
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    MemorySize: 256,
    Timeout: 150,
    Environment: {
      Variables: {
        REPORT_LOG_GROUP: reports,
        HOUSEKEEPING: 'Stack/Housekeeping',
        CLAIM_TIMEOUT_SECONDS: '165',
      },
    },
  });
});

test('logs as JSON into a group of its own, which goes with the stack', () => {
  const [, handler] = only(synthesised, 'AWS::Lambda::Function');
  const [logsId, logs] = resources(synthesised, 'AWS::Logs::LogGroup').find(([id]) => id !== reports.Ref)!;
  expect(handler.Properties.LoggingConfig).toEqual({ LogFormat: 'JSON', LogGroup: { Ref: logsId } });
  expect(logs).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 30 } });
});

test('reports are kept for a year and outlive the stack', () => {
  const [, group] = resources(synthesised, 'AWS::Logs::LogGroup').find(([id]) => id === reports.Ref)!;
  expect(group).toMatchObject({ DeletionPolicy: 'Retain', Properties: { RetentionInDays: 365 } });
});

test('reports can be kept for another time and go with the stack', () => {
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
