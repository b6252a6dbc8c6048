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

/** Of which runs people are told. */
export enum NotifyOn {
  /** Of each run. */
  EVERY_RUN = 'every-run',

  /** Of the runs after which somebody should look. */
  ATTENTION = 'attention',
}

/** Who is told of runs. */
export interface Notification {
  readonly topic: ITopic;
  readonly on: NotifyOn;
}

export interface RunReporterProps {
  /** The Command document whose runs are reported. */
  readonly documentName: string;
  /** Value of the metrics' dimension. */
  readonly housekeeping: string;
  readonly reportRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** Without it nobody is told. */
  readonly notification?: Notification;
}

/** Writes one report into CloudWatch Logs for each run that has ended, and tells people of it. */
export class RunReporter extends Construct {
  /** One log stream per run. */
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

  private createHandler({ housekeeping, documentName, notification }: RunReporterProps): IFunction {
    // Enough for 10,000 hosts. With the claim's timeout it is below the 3 minutes after which Lambda has tried for the
    // third and last time, so that this try can take over from one that died.
    const timeout = Duration.seconds(150);
    const claimTimeout = timeout.plus(Duration.seconds(15));
    const logGroup = new LogGroup(this, 'HandlerLogs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return new Function(this, 'Handler', {
      description: 'Reports the runs of Docker housekeeping into CloudWatch Logs',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(bundledReporter()),
      // A processor's share comes with the memory: to read 10,000 instances takes seconds of a whole one.
      memorySize: 1024,
      timeout,
      role: this.createRole(logGroup, notification?.topic),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment: {
        [REPORTER_ENVIRONMENT.reportLogGroup]: this.reportLogGroup.logGroupName,
        [REPORTER_ENVIRONMENT.housekeeping]: housekeeping,
        [REPORTER_ENVIRONMENT.documentName]: documentName,
        // Whoever claimed a run's stream longer ago than a function can run is not writing it any more.
        [REPORTER_ENVIRONMENT.claimTimeoutSeconds]: String(claimTimeout.toSeconds()),
        ...(notification && {
          [REPORTER_ENVIRONMENT.notifyTopic]: notification.topic.topicArn,
          [REPORTER_ENVIRONMENT.notifyOn]: notification.on,
        }),
      },
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
    });
  }

  /** A role without managed policies: the usual one may write to every log group of the account. */
  private createRole(handlerLogs: ILogGroup, topic: ITopic | undefined): Role {
    const role = new Role(this, 'Role', {
      description: 'Reads the results of Docker housekeeping and writes its reports',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    handlerLogs.grant(role, 'logs:CreateLogStream', 'logs:PutLogEvents');
    this.reportLogGroup.grant(
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
        // IAM knows no resources for these, and no condition that would tell these hosts from others.
        resources: ['*'],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:DescribeLogGroups'],
        // It is asked for the groups of the account, whichever of them the request names.
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
    topic?.grantPublish(role);
    return role;
  }

  /** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html */
  private reportEnded(documentName: string): void {
    new Rule(this, 'CommandEnded', {
      description: 'Runs of Docker housekeeping that have ended',
      eventPattern: {
        source: ['aws.ssm'],
        detailType: ['EC2 Command Status-change Notification'],
        detail: {
          'document-name': [documentName],
          // The ends are spelt in more than one way (Canceled, Cancelled); the states before them are not.
          status: Match.anythingBut('Pending', 'InProgress', 'Delayed', 'Cancelling'),
        },
      },
      targets: [new LambdaFunction(this.handler, { retryAttempts: 20, maxEventAge: Duration.hours(6) })],
    });
  }

  /** Events of Systems Manager are best effort: what is not reported an hour later is looked for. */
  private sweep(): void {
    new Rule(this, 'Sweep', {
      description: 'Looks for runs of Docker housekeeping that were not reported',
      schedule: Schedule.rate(Duration.hours(1)),
      // After an hour the next one looks for the same.
      targets: [new LambdaFunction(this.handler, { retryAttempts: 20, maxEventAge: Duration.hours(1) })],
    });
  }
}

function bundledReporter(): string {
  const directory = join(__dirname, '..', 'assets', 'reporter');
  if (!existsSync(join(directory, 'index.js'))) {
    throw new Error(`the reporter's bundle is missing: got no index.js in ${directory}; run npm run bundle`);
  }
  return directory;
}
