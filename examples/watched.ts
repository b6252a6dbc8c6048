import { App, CfnOutput, Stack, TimeZone } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
// In your own project, import from 'cdk-docker-housekeeping'.
import { ComposeDown, DockerHosts, DockerHousekeeping, NotifyOn } from '../lib';

// Notifies you by e-mail of each run that needs attention, and of each alarm.
const app = new App();
const stack = new Stack(app, 'WatchedHousekeeping');

// Alarms can publish to an encrypted topic only if its key allows it. The AWS managed key does not.
const key = new Key(stack, 'Key', { enableKeyRotation: true });
key.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com'));
const topic = new Topic(stack, 'Topic', { masterKey: key });
topic.addSubscription(new EmailSubscription('ops@example.com'));

const housekeeping = new DockerHousekeeping(stack, 'Housekeeping', {
  hosts: DockerHosts.tagged('DockerHost', 'true'),
  tasks: [new ComposeDown({ project: 'todobackend', removeVolumes: true })],
  // No report is due from Friday to Monday. The alarm on missing reports takes this into account.
  schedule: ScheduleExpression.cron({
    weekDay: 'MON-FRI',
    hour: '20',
    minute: '30',
    timeZone: TimeZone.EUROPE_BERLIN,
  }),
  notify: topic,
  notifyOn: NotifyOn.ATTENTION,
  alarms: {
    // In this fleet, one or two hosts are always being replaced.
    hostsUnreachable: { threshold: 3 },
    // These hosts need room for the next build.
    diskStillFull: { threshold: 80 },
    // At times, this fleet is scaled down to zero hosts.
    noHosts: { enabled: false },
  },
  dashboard: true,
});
housekeeping.addAlarmAction(new SnsAction(topic));

new CfnOutput(stack, 'RunNow', { value: housekeeping.runCommand });
