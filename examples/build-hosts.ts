import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
// In your own project, import from 'cdk-docker-housekeeping'.
import {
  BuildCachePrune,
  ComposeDown,
  DanglingImagePrune,
  DockerHosts,
  DockerHousekeeping,
  NetworkPrune,
  ShellTask,
  StoppedContainerPrune,
  UnusedImagePrune,
  VolumePrune,
} from '../lib';

// Hosts that build and preview todobackend all day. Every hour, a run removes what they leave behind, but tagged images,
// build cache and old logs only when the disk is more than 70 % full.
const app = new App();
const stack = new Stack(app, 'BuildHostHousekeeping');
const labels = { application: 'todobackend' };
const whenDiskUsedAbove = 70;

new DockerHousekeeping(stack, 'Housekeeping', {
  hosts: DockerHosts.tagged('Role', 'builder'),
  tasks: [
    new ComposeDown({
      labels: { environment: 'preview' },
      olderThan: Duration.days(3),
      exclude: ['*-demo'],
      removeVolumes: true,
    }),
    new StoppedContainerPrune({ labels }),
    new NetworkPrune({ composeLeftovers: true }),
    new VolumePrune({ labels: { ...labels, content: 'scratch' }, olderThan: Duration.days(1) }),
    new DanglingImagePrune({ labels }),
    new UnusedImagePrune({ labels, keepNewest: 3, maxRemovals: 50, exclude: ['*:lts-*'], whenDiskUsedAbove }),
    new BuildCachePrune({ keepStorage: Size.gibibytes(20), whenDiskUsedAbove }),
    new ShellTask({
      name: 'old-build-logs',
      script: `find /var/log/builds -xdev -type f -mtime +14 -delete && echo '{"outcome":"done"}'`,
      whenDiskUsedAbove,
    }),
  ],
  schedule: ScheduleExpression.rate(Duration.hours(1)),
});
