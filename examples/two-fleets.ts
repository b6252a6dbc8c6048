import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
// In your own project, import from 'cdk-docker-housekeeping'.
import { ComposeDown, DanglingImagePrune, DockerHosts, DockerHousekeeping } from '../lib';

// Two fleets in one stack, each with its own hosts, tasks, schedule and reports.
const app = new App();
const stack = new Stack(app, 'FleetHousekeeping');

new DockerHousekeeping(stack, 'Builders', {
  hosts: DockerHosts.tagged('Role', 'builder'),
  tasks: [
    new DanglingImagePrune({ name: 'todobackend-images', labels: { application: 'todobackend' } }),
    new DanglingImagePrune({ name: 'website-images', labels: { application: 'website', stage: 'build' } }),
  ],
  schedule: ScheduleExpression.rate(Duration.hours(4)),
  reportRetention: RetentionDays.ONE_MONTH,
});

const acceptance = new DockerHousekeeping(stack, 'Acceptance', {
  hosts: DockerHosts.tagged('Role', 'acceptance').andTagged('Stage', 'test', 'staging'),
  tasks: [
    // With the directory, Compose stops the project through its files, so that pre_stop hooks run.
    new ComposeDown({
      project: 'todobackend',
      directory: '/srv/todobackend',
      files: ['compose.yml', 'compose.acceptance.yml'],
      timeout: Duration.minutes(30),
    }),
  ],
  schedule: ScheduleExpression.expression('cron(30 20 ? * MON-FRI *)'),
  // Only report what a run would remove, until you trust the selection.
  dryRun: true,
});

// Operators may start a run by hand, with this command.
const operators = new Role(stack, 'Operators', { assumedBy: new AccountRootPrincipal() });
acceptance.grantRun(operators);
new CfnOutput(stack, 'CleanAcceptanceNow', { value: acceptance.runCommand });
