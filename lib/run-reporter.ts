import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Architecture, Code, Function, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { REPORTER_ENVIRONMENT } from './contract';
import type { HostOutput } from './host-output';
import { grantOnLogGroup } from './log-group-grant';

/** Which runs the topic receives a summary of. */
export enum NotifyOn {
  /** Every run. */
  EVERY_RUN = 'every-run',

  /**
   * Only runs that need attention.
   *
   * A run needs attention if a host failed, timed out or was not reached, if it had no host, or if the reporter does not know
   * which hosts it reached.
   */
  ATTENTION = 'attention',
}

/** The topic that receives summaries, and of which runs. */
export interface Notification {
  readonly topic: ITopic;
  readonly on: NotifyOn;
}

export interface RunReporterProps {
  /** The Command document whose runs are reported. */
  readonly documentName: string;
  /** The value of the dimension of all metrics. */
  readonly housekeeping: string;
  readonly reportRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** Without it, the reporter sends no summaries. */
  readonly notification?: Notification;
  /** Where the hosts send the whole output of all steps; without it, they send none. */
  readonly hostOutput?: HostOutput;
}

/** Writes one report to CloudWatch Logs for each run that has ended, and sends a summary to the topic. */
export class RunReporter extends Construct {
  /** Has one log stream per run. */
  public readonly reportLogGroup: ILogGroup;
  public readonly handler: IFunction;

  public constructor(scope: Construct, id: string, props: RunReporterProps) {
    super(scope, id);
    this.reportLogGroup = new LogGroup(this, 'Reports', {
      retention: props.reportRetention,
      removalPolicy: props.removalPolicy,
    });
    this.handler = this.createHandler(props);
    this.reportEnded(props.documentName);
    this.sweep();
  }

  private createHandler(props: RunReporterProps): IFunction {
    const { housekeeping, documentName, notification, hostOutput } = props;
    // Enough for 10,000 hosts. Lambda makes its third and last attempt after 3 minutes. The claim times out before that, so
    // that this attempt can take over from one that died.
    const timeout = Duration.seconds(150);
    const claimTimeout = timeout.plus(Duration.seconds(15));
    const logGroup = new LogGroup(this, 'HandlerLogs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return new Function(this, 'Handler', {
      description: 'Writes the reports of Docker housekeeping to CloudWatch Logs',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(bundledReporter()),
      // Lambda allocates CPU in proportion to memory, and reading 10,000 instances takes several seconds of a full CPU.
      memorySize: 1024,
      timeout,
      role: this.createRole(logGroup, notification?.topic, hostOutput),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment: {
        [REPORTER_ENVIRONMENT.reportLogGroup]: this.reportLogGroup.logGroupName,
        [REPORTER_ENVIRONMENT.housekeeping]: housekeeping,
        [REPORTER_ENVIRONMENT.documentName]: documentName,
        // Longer than an invocation can run: after it, no invocation still writes to the stream that it claimed.
        [REPORTER_ENVIRONMENT.claimTimeoutSeconds]: String(claimTimeout.toSeconds()),
        ...(notification && {
          [REPORTER_ENVIRONMENT.notifyTopic]: notification.topic.topicArn,
          [REPORTER_ENVIRONMENT.notifyOn]: notification.on,
        }),
        ...(hostOutput && { [REPORTER_ENVIRONMENT.hostOutputLogGroup]: hostOutput.logGroup.logGroupName }),
      },
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
    });
  }

  /** Creates a role without the usual managed policy, which allows writing to every log group of the account. */
  private createRole(handlerLogs: ILogGroup, topic?: ITopic, hostOutput?: HostOutput): Role {
    const role = new Role(this, 'Role', {
      description: 'Reads the results of Docker housekeeping and writes its reports',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    grantOnLogGroup(handlerLogs, role, 'logs:CreateLogStream', 'logs:PutLogEvents');
    grantOnLogGroup(
      this.reportLogGroup,
      role,
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'logs:GetLogEvents',
      'logs:DescribeLogStreams',
      'logs:DeleteLogStream',
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          'ec2:DescribeInstances',
          'ssm:DescribeInstanceInformation',
          'ssm:ListCommandInvocations',
          'ssm:ListCommands',
        ],
        // For these actions, IAM supports neither resources nor a condition that selects these hosts.
        resources: ['*'],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:DescribeLogGroups'],
        // IAM checks this action against all log groups of the account, even if the request names one.
        resources: [
          Stack.of(this).formatArn({
            service: 'logs',
            resource: 'log-group',
            resourceName: '*',
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        ],
      }),
    );
    hostOutput?.grantListStreams(role);
    topic?.grantPublish(role);
    return role;
  }

  /**
   * Starts the reporter when a run has ended.
   *
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html
   */
  private reportEnded(documentName: string): void {
    new Rule(this, 'CommandEnded', {
      description: 'Runs of Docker housekeeping that have ended',
      eventPattern: {
        source: ['aws.ssm'],
        detailType: ['EC2 Command Status-change Notification'],
        detail: {
          'document-name': [documentName],
          // The final statuses have more than one spelling (Canceled, Cancelled); the others have only one.
          status: Match.anythingBut('Pending', 'InProgress', 'Delayed', 'Cancelling'),
        },
      },
      targets: [new LambdaFunction(this.handler, { retryAttempts: 20, maxEventAge: Duration.hours(6) })],
    });
  }

  /** Starts the reporter every hour, because Systems Manager can lose events: it reports the runs that have no report. */
  private sweep(): void {
    new Rule(this, 'Sweep', {
      description: 'Looks for runs of Docker housekeeping that were not reported',
      schedule: Schedule.rate(Duration.hours(1)),
      // After an hour, the next sweep looks for the same runs.
      targets: [new LambdaFunction(this.handler, { retryAttempts: 20, maxEventAge: Duration.hours(1) })],
    });
  }
}

function bundledReporter(): string {
  const directory = join(__dirname, '..', 'assets', 'reporter');
  if (!existsSync(join(directory, 'index.js'))) {
    throw new Error(
      `the reporter's bundle: got no index.js in ${directory}, which the function needs; run 'npm run bundle'`,
    );
  }
  return directory;
}
