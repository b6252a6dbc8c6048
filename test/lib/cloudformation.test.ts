import {
  CfnOutput,
  CfnParameter,
  CfnResource,
  Duration,
  RemovalPolicy,
  Size,
  Stack,
  TimeZone,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { notificationTopic } from '../../bin/notification-topic';
import type { DockerHousekeepingProps } from '../../lib';
import {
  BuildCachePrune,
  ComposeDown,
  DanglingImagePrune,
  DockerHosts,
  DockerHousekeeping,
  NetworkPrune,
  NotifyOn,
  ShellTask,
  StoppedContainerPrune,
  UnusedImagePrune,
  VolumePrune,
} from '../../lib';
import { ONE_OF_EACH } from '../support/tasks';
import { housekeepingProps, housekeepingStack, strictApp } from './stack';

// Only this suite validates templates with CloudFormation's schemas, because loading them takes seconds.
const validated = (): Stack => new Stack(strictApp({ validate: true }), 'Stack');
const labels = { application: 'todobackend' };

test('the schemas are in force: a template that CloudFormation would refuse fails', () => {
  const stack = validated();
  new CfnResource(stack, 'Queue', { type: 'AWS::SQS::Queue', properties: { DelaySeconds: 'soon' } });
  expect(() => Template.fromStack(stack)).toThrow(/DelaySeconds: 'soon' is not of type 'integer'/);
});

test('they are not in force in other suites', () => {
  const stack = new Stack(strictApp(), 'Stack');
  new CfnResource(stack, 'Queue', { type: 'AWS::SQS::Queue', properties: { DelaySeconds: 'soon' } });
  expect(() => Template.fromStack(stack)).not.toThrow();
});

describe('CloudFormation takes', () => {
  const properties: Record<string, Partial<DockerHousekeepingProps>> = {
    'what the shipped configuration makes': {},
    'a task of each kind': { tasks: ONE_OF_EACH },
    'tasks with many properties': {
      tasks: [
        new ComposeDown({ labels, olderThan: Duration.days(3), exclude: ['*-demo'], removeVolumes: true }),
        new ComposeDown({ project: 'shop', directory: '/srv/shop', files: ['compose.yml'] }),
        new DanglingImagePrune({ labels }),
        new UnusedImagePrune({ labels, keepNewest: 3, maxRemovals: 50, exclude: ['*:lts-*'] }),
        new StoppedContainerPrune({ labels }),
        new VolumePrune({ labels, olderThan: Duration.days(1) }),
        new NetworkPrune({ composeLeftovers: true }),
        new BuildCachePrune({ keepStorage: Size.gibibytes(20), whenDiskUsedAbove: 70 }),
        new ShellTask({ name: 'old-logs', script: `echo '{ "outcome": "nothing" }'`, supportsDryRun: true }),
      ],
    },
    'a schedule that is off, in a time zone, of dry runs': {
      schedule: ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
      enabled: false,
      dryRun: true,
    },
    'a rate': { schedule: ScheduleExpression.rate(Duration.hours(6)) },
    'a single run': { schedule: ScheduleExpression.at(new Date('2099-01-01T03:00:00Z')) },
    'several tags': { hosts: DockerHosts.tagged('DockerHost', 'true', 'yes').andTagged('Stage', 'test') },
    'settings of reports': {
      reportRetention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      reportDueEvery: Duration.days(2),
      dashboard: true,
    },
    'the whole output of hosts': { hostOutput: { retention: RetentionDays.INFINITE } },
    'alarms at the most': {
      alarms: {
        noReport: { period: Duration.hours(1), evaluationPeriods: 168 },
        notSent: { period: Duration.minutes(5), evaluationPeriods: 288, datapointsToAlarm: 288 },
      },
    },
    'alarms that are left out': {
      alarms: { noReport: { enabled: false }, reporterFailing: { enabled: false } },
      dashboard: true,
    },
  };

  test.each(Object.entries(properties))('%s', (_, props) => {
    const { template } = housekeepingStack(props, strictApp({ validate: true }));
    expect(template).not.toThrow();
  });

  test('a tag value that is only known at deployment', () => {
    const stack = validated();
    const stage = new CfnParameter(stack, 'Stage').valueAsString;
    new DockerHousekeeping(
      stack,
      'Housekeeping',
      housekeepingProps({ hosts: DockerHosts.tagged('Stage', stage) }),
    );
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('mails, alarm actions and a role that may run it by hand', () => {
    const stack = validated();
    const notify = notificationTopic(stack, ['ops@example.com', 'dev@example.com']);
    const housekeeping = new DockerHousekeeping(
      stack,
      'Housekeeping',
      housekeepingProps({ notify, notifyOn: NotifyOn.ATTENTION, dashboard: true }),
    );
    housekeeping.addAlarmAction(new SnsAction(notify));
    housekeeping.grantRun(new Role(stack, 'Operators', { assumedBy: new AccountRootPrincipal() }));
    new CfnOutput(stack, 'RunNow', { value: housekeeping.runCommand });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('the whole output of hosts under a key, and a role of hosts that may send it', () => {
    const stack = validated();
    const encryptionKey = new Key(stack, 'Key');
    const housekeeping = new DockerHousekeeping(
      stack,
      'Housekeeping',
      housekeepingProps({ hostOutput: { encryptionKey } }),
    );
    housekeeping.grantHostOutput(new Role(stack, 'Hosts', { assumedBy: new AccountRootPrincipal() }));
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('two in one stack, which share a topic', () => {
    const stack = validated();
    const notify = new Topic(stack, 'Topic');
    for (const id of ['One', 'Two']) {
      new DockerHousekeeping(stack, id, housekeepingProps({ notify, dashboard: true }));
    }
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});
