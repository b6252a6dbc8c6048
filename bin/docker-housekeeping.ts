import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Role } from 'aws-cdk-lib/aws-iam';
import { DockerHousekeeping } from '../lib';
import { configuration } from './configuration';
import { notificationTopic } from './notification-topic';

const app = new App();
const stack = new Stack(app, 'DockerHousekeeping', {
  description:
    'Keeps Docker hosts clean: takes down Compose projects, removes dangling images, reports each run',
});
const { addresses, hostRoles, ...props } = configuration(app.node);
const notify = addresses.length > 0 ? notificationTopic(stack, addresses) : undefined;
const housekeeping = new DockerHousekeeping(stack, 'Housekeeping', { ...props, notify });
if (notify) housekeeping.addAlarmAction(new SnsAction(notify));
for (const name of hostRoles) housekeeping.grantHostOutput(Role.fromRoleName(stack, name, name));

new CfnOutput(stack, 'RunNow', {
  description: 'Cleans at once',
  value: housekeeping.runCommand,
});
new CfnOutput(stack, 'DryRunNow', {
  description: 'Reports at once what a run would remove, and removes nothing',
  value: housekeeping.dryRunCommand,
});
new CfnOutput(stack, 'ReportLogGroup', {
  description: 'One log stream per run: open the newest to read the last report',
  value: housekeeping.reportLogGroup.logGroupName,
});
if (housekeeping.hostOutputLogGroup) {
  new CfnOutput(stack, 'HostOutputLogGroup', {
    description: 'The whole output of all steps: a log stream for each host and step, by command id',
    value: housekeeping.hostOutputLogGroup.logGroupName,
  });
}
