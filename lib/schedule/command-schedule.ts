import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import {
  ContextAttribute,
  Schedule,
  ScheduleGroup,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import { Universal } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { CommandDocument } from '../command-document';
import { SCHEDULE_COMMENT } from '../contract';
import type { DockerHosts } from '../docker-hosts';
import { MAX_EVENT_AGE, sendCommandRequest } from './send-command';

export interface CommandScheduleProps {
  readonly document: CommandDocument;
  readonly hosts: DockerHosts;
  readonly schedule: ScheduleExpression;
  readonly enabled: boolean;
  readonly dryRun: boolean;
  /** The log group for the whole output of all steps; without it, hosts send none. */
  readonly hostOutput?: ILogGroup;
}

/**
 * Sends the Command document to the hosts on a schedule.
 *
 * The schedule has its own group, because the trust policy of the role can be limited to a group, and EventBridge Scheduler
 * publishes metrics by group.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
 */
export class CommandSchedule extends Construct {
  /** Holds the requests that could not be sent. The message attributes give the reason. */
  public readonly deadLetterQueue: IQueue;

  public constructor(scope: Construct, id: string, props: CommandScheduleProps) {
    super(scope, id);
    const group = new ScheduleGroup(this, 'Group', { removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'Role', {
      description: 'Sends the Docker housekeeping document to the tagged Docker hosts',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': group.scheduleGroupArn },
        },
      }),
    });
    this.deadLetterQueue = new Queue(this, 'DeadLetterQueue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    new Schedule(this, 'Resource', {
      schedule: props.schedule,
      enabled: props.enabled,
      scheduleGroup: group,
      timeWindow: TimeWindow.off(),
      target: new Universal({
        service: 'ssm',
        action: 'sendCommand',
        input: ScheduleTargetInput.fromObject({
          ...sendCommandRequest({ ...props, documentName: props.document.documentName }),
          // The reporter reads from it that the schedule sent the command, and which execution did.
          Comment: `${SCHEDULE_COMMENT}${ContextAttribute.executionId}`,
        }),
        role,
        policyStatements: props.document
          .sendPermissions(props.hosts)
          .map((permission) => new PolicyStatement(permission)),
        // The default is 185 attempts in 24 hours.
        retryAttempts: 2,
        maxEventAge: MAX_EVENT_AGE,
        deadLetterQueue: this.deadLetterQueue,
      }),
    });
  }
}
