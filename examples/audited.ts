import { App, CfnOutput, Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
// In your own project, import from 'cdk-docker-housekeeping'.
import { DockerHosts, DockerHousekeeping, VolumePrune } from '../lib';

// Accounts for every object: reports and the whole output of the hosts are kept for years, the output under your own key.
const app = new App();
const stack = new Stack(app, 'AuditedHousekeeping');

const housekeeping = new DockerHousekeeping(stack, 'Housekeeping', {
  hosts: DockerHosts.tagged('DockerHost', 'true'),
  tasks: [new VolumePrune({ labels: { content: 'scratch' }, olderThan: Duration.days(7) })],
  schedule: ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
  reportRetention: RetentionDays.TWO_YEARS,
  hostOutput: {
    retention: RetentionDays.TWO_YEARS,
    encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }),
  },
});

// The role in the instance profile of the hosts. Without this, they clean, but send no output.
housekeeping.grantHostOutput(Role.fromRoleName(stack, 'HostRole', 'DockerHost'));

new CfnOutput(stack, 'Output', { value: housekeeping.hostOutputLogGroup!.logGroupName });
