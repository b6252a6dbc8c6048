import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

/**
 * A topic that sends e-mail to each address once you have confirmed it.
 *
 * It is not encrypted at rest: alarms cannot publish to a topic under the AWS-managed key, and your own
 * key costs money each month. Summaries and alarms name hosts, but contain no secret.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function notificationTopic(scope: Construct, addresses: readonly string[]): Topic {
  const topic = new Topic(scope, 'Notifications', { displayName: 'Docker housekeeping', enforceSSL: true });
  for (const address of addresses) topic.addSubscription(new EmailSubscription(address));
  // A topic policy replaces the default one, which lets the alarms of the account publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AllowAlarms',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  return topic;
}
