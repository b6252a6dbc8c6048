import { App, Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
// In your own project, import from 'cdk-docker-housekeeping'.
import { ComposeDown, DanglingImagePrune, DockerHosts, DockerHousekeeping } from '../lib';

// One fleet, cleaned every night: does what `make clean` of the todobackend project does, on each host.
const app = new App();
const stack = new Stack(app, 'NightlyHousekeeping');

new DockerHousekeeping(stack, 'Housekeeping', {
  hosts: DockerHosts.tagged('DockerHost', 'true'),
  tasks: [
    new ComposeDown({ project: 'todobackend', removeVolumes: true }),
    new DanglingImagePrune({ labels: { application: 'todobackend' }, olderThan: Duration.hours(6) }),
  ],
  schedule: ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
});
