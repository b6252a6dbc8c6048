import { CfnParameter, Stack, TimeZone } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { DockerHosts, DockerHousekeeping } from '../../../lib';
import { housekeepingProps, housekeepingStack, only, strictApp, text } from '../stack';

/** The request that a schedule sends, with `<LogicalId>` for the values that CloudFormation fills in. */
function request(template: Template): Record<string, unknown> {
  const [, schedule] = only(template, 'AWS::Scheduler::Schedule');
  return JSON.parse(text((schedule.Properties.Target as { Input: unknown }).Input)) as Record<
    string,
    unknown
  >;
}

test('sends the newest version of the document to every tagged host, even if others fail', () => {
  const template = housekeepingStack().template();
  const [document] = only(template, 'AWS::SSM::Document');
  expect(request(template)).toEqual({
    DocumentName: `<${document}>`,
    DocumentVersion: '$LATEST',
    Targets: [{ Key: 'tag:DockerHost', Values: ['true'] }],
    Parameters: { DryRun: ['false'] },
    MaxErrors: '100%',
    MaxConcurrency: '100%',
    TimeoutSeconds: 1800,
    Comment: 'schedule <aws.scheduler.execution-id>',
  });
});

test('can send dry runs', () => {
  const template = housekeepingStack({ dryRun: true }).template();
  expect(request(template)).toMatchObject({ Parameters: { DryRun: ['true'] } });
});

test('accepts a tag value that is only known at deployment, in the request and in the policy', () => {
  const stack = new Stack(strictApp(), 'Stack');
  const stage = new CfnParameter(stack, 'Stage').valueAsString;
  new DockerHousekeeping(
    stack,
    'Housekeeping',
    housekeepingProps({ hosts: DockerHosts.tagged('Stage', stage) }),
  );
  const template = Template.fromStack(stack);
  expect(request(template)).toMatchObject({ Targets: [{ Key: 'tag:Stage', Values: ['<Stage>'] }] });
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Condition: { StringEquals: { 'ssm:resourceTag/Stage': [{ Ref: 'Stage' }] } } }),
      ]),
    },
  });
});

test('calls Systems Manager through the universal target', () => {
  const [, schedule] = only(housekeepingStack().template(), 'AWS::Scheduler::Schedule');
  const { Arn, RoleArn } = schedule.Properties.Target as { Arn: unknown; RoleArn: unknown };
  expect(text(Arn)).toBe('arn:<AWS::Partition>:scheduler:::aws-sdk:ssm:sendCommand');
  expect(text(RoleArn)).toMatch(/Role.*\.Arn>$/);
});

test('runs at the given time and in the given time zone, to the minute', () => {
  const schedule = ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN });
  housekeepingStack({ schedule })
    .template()
    .hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
    });
});

test('can be disabled', () => {
  housekeepingStack({ enabled: false })
    .template()
    .hasResourceProperties('AWS::Scheduler::Schedule', { State: 'DISABLED' });
});

test('stops after two retries and a quarter of an hour, and keeps what it could not send', () => {
  const template = housekeepingStack().template();
  const [queue, { Properties }] = only(template, 'AWS::SQS::Queue');
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    Target: {
      RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 900 },
      DeadLetterConfig: { Arn: { 'Fn::GetAtt': [queue, 'Arn'] } },
    },
  });
  expect(Properties).toEqual({ MessageRetentionPeriod: 14 * 24 * 3600, SqsManagedSseEnabled: true });
  template.hasResourceProperties('AWS::SQS::QueuePolicy', {
    PolicyDocument: {
      Statement: [
        Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ],
    },
    Queues: [{ Ref: queue }],
  });
});

test('has its own group, which is deleted with the stack, and a role that only this group can assume', () => {
  const template = housekeepingStack().template();
  const [groupId, group] = only(template, 'AWS::Scheduler::ScheduleGroup');
  expect(group).toMatchObject({ DeletionPolicy: 'Delete' });
  template.hasResourceProperties('AWS::Scheduler::Schedule', { GroupName: group.Properties.Name });
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceAccount': { Ref: 'AWS::AccountId' },
              'aws:SourceArn': { 'Fn::GetAtt': [groupId, 'Arn'] },
            },
          },
        },
      ],
    },
  });
});
