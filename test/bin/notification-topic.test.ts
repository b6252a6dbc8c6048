import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { notificationTopic } from '../../bin/notification-topic';
import { only, resources, strictApp } from '../lib/stack';

const stack = new Stack(strictApp(), 'Stack');
notificationTopic(stack, ['ops@example.com', 'on-call@example.com']);
const template = Template.fromStack(stack);
const [topic, { Properties }] = only(template, 'AWS::SNS::Topic');

test('each address is asked to subscribe', () => {
  const subscriptions = resources(template, 'AWS::SNS::Subscription').map(([, subscription]) => subscription);
  expect(subscriptions.map((subscription) => subscription.Properties)).toEqual(
    ['ops@example.com', 'on-call@example.com'].map((address) => ({
      Protocol: 'email',
      Endpoint: address,
      TopicArn: { Ref: topic },
    })),
  );
});

test('alarms of this account can publish: the policy allows it, and no key prevents it', () => {
  expect(Properties).not.toHaveProperty('KmsMasterKeyId');
  const [, policy] = only(template, 'AWS::SNS::TopicPolicy');
  const { Statement } = policy.Properties.PolicyDocument as { Statement: unknown[] };
  expect(Statement).toContainEqual({
    Sid: 'AllowAlarms',
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: { Ref: topic },
    Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
  });
});

test('the policy denies publishing without TLS', () => {
  const { violations } = new AwsSolutionsChecks(stack.node.root).validateScope(stack.node.root);
  expect(violations.map(({ ruleName }) => ruleName)).toEqual([]);
});
