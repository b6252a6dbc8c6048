import type { Alarm, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CommandDocument } from './command-document';
import type { DockerHosts } from './docker-hosts';
import type { DockerHousekeepingProps } from './docker-housekeeping-props';
import { HostOutput } from './host-output';
import { Alarms } from './monitoring/alarms';
import { HousekeepingDashboard } from './monitoring/dashboard';
import { housekeepingName, ReportedMetrics } from './monitoring/metrics';
import { SavedQueries } from './monitoring/queries';
import { oldestReport } from './monitoring/report-due';
import type { Notification } from './run-reporter';
import { NotifyOn, RunReporter } from './run-reporter';
import { CommandSchedule } from './schedule/command-schedule';
import { sendCommandLine, sendCommandRequest } from './schedule/send-command';
import { refuse } from './validation';

/**
 * Keeps a fleet of EC2 Docker hosts clean. On a schedule, every tagged host runs the tasks, and each run ends as one report
 * in CloudWatch Logs.
 *
 * The hosts must be managed nodes of Systems Manager. A run cleans all hosts at the same time.
 *
 * @example
 * new DockerHousekeeping(this, 'Housekeeping', {
 *   hosts: DockerHosts.tagged('DockerHost', 'true'),
 *   tasks: [
 *     new ComposeDown({ project: 'todobackend', removeVolumes: true }),
 *     new DanglingImagePrune({ labels: { application: 'todobackend' } }),
 *   ],
 *   schedule: ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
 * });
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-managed-nodes.html
 */
export class DockerHousekeeping extends ReportedMetrics {
  /**
   * Name of the Command document that runs the tasks. You can send it by hand.
   *
   * @attribute
   */
  public readonly documentName: string;

  /** Log group of the reports. It has one log stream per run, named `<yyyy>/<mm>/<dd>/<command id>`. */
  public readonly reportLogGroup: ILogGroup;

  /**
   * Log group of the hosts' whole output; absent without `hostOutput`.
   *
   * Each step has a stream for its stdout, and one for its stderr: `<command id>/<instance id>/<step>/stdout`.
   */
  public readonly hostOutputLogGroup?: ILogGroup;

  /**
   * Holds the scheduled runs that could not be sent, for 14 days.
   *
   * The message attributes `ERROR_CODE` and `ERROR_MESSAGE` give the reason.
   */
  public readonly deadLetterQueue: IQueue;

  /** The Lambda function that writes the reports. */
  public readonly reporter: IFunction;

  /** The AWS CLI command that starts a run now. It is reported like a scheduled run. */
  public readonly runCommand: string;

  /** The AWS CLI command that starts a dry run now. It removes nothing and reports what a run would remove. */
  public readonly dryRunCommand: string;

  /**
   * The alarms by name: `HostsFailed`, `HostsUnreachable`, `NoHosts`, `DiskStillFull`, `NoReport`, `NotSent` and
   * `ReporterFailing`.
   *
   * Alarms that you leave out are absent, and so is `NoReport` if no report is due.
   */
  public readonly alarms: Record<string, Alarm>;

  private readonly document: CommandDocument;
  private readonly hosts: DockerHosts;
  private readonly alarmSet: Alarms;
  private readonly hostOutput?: HostOutput;

  /**
   * @throws if there is no task, two tasks have the same name, the tasks do not fit into one Command document of 64 KB,
   * `notifyOn` is given without `notify`, or a property is not valid
   */
  public constructor(scope: Construct, id: string, props: DockerHousekeepingProps) {
    super(scope, id);
    refuseMissing(props);
    this.hosts = props.hosts;
    this.document = new CommandDocument(this, 'Document', props.tasks);
    this.documentName = this.document.documentName;

    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    if (props.hostOutput !== undefined) {
      this.hostOutput = new HostOutput(this, 'HostOutput', { settings: props.hostOutput, removalPolicy });
      this.hostOutputLogGroup = this.hostOutput.logGroup;
    }
    const schedule = new CommandSchedule(this, 'Schedule', {
      document: this.document,
      hosts: props.hosts,
      schedule: props.schedule,
      enabled: props.enabled ?? true,
      dryRun: props.dryRun ?? false,
      hostOutput: this.hostOutputLogGroup,
    });
    this.deadLetterQueue = schedule.deadLetterQueue;
    [this.runCommand, this.dryRunCommand] = [this.commandLine(false), this.commandLine(true)];

    const reporter = new RunReporter(this, 'Reporter', {
      documentName: this.documentName,
      housekeeping: housekeepingName(this),
      reportRetention: props.reportRetention ?? RetentionDays.ONE_YEAR,
      removalPolicy,
      notification: notification(props),
      hostOutput: this.hostOutput,
    });
    this.reportLogGroup = reporter.reportLogGroup;
    this.reporter = reporter.handler;

    this.alarmSet = this.createAlarms(props);
    this.alarms = this.alarmSet.all;
    new SavedQueries(this, 'Queries', {
      reportLogGroup: this.reportLogGroup,
      housekeeping: housekeepingName(this),
    });
    if (props.dashboard) {
      new HousekeepingDashboard(this, 'Dashboard', {
        housekeeping: this,
        reportLogGroup: this.reportLogGroup,
        alarms: this.alarms,
        commands: {
          ...(!props.dryRun && { 'Clean now': this.runCommand }),
          'Report what a run would remove': this.dryRunCommand,
        },
      });
    }
  }

  /**
   * Adds actions to all alarms, for example to notify an SNS topic.
   *
   * Alarms cannot publish to a topic that is encrypted with the AWS managed key `alias/aws/sns`.
   *
   * @example
   * housekeeping.addAlarmAction(new SnsAction(topic));
   *
   * @param actions what CloudWatch does when an alarm enters the state `ALARM`
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
   */
  public addAlarmAction(...actions: IAlarmAction[]): void {
    this.alarmSet.addAlarmAction(...actions);
  }

  /**
   * Lets a principal start runs by hand with `runCommand` and `dryRunCommand`, on these hosts only, and read their results.
   *
   * IAM cannot limit reading to one document, so the principal can read the results of all commands in the account.
   *
   * @param grantee the principal that may start runs
   * @returns the grant of all these permissions
   */
  public grantRun(grantee: IGrantable): Grant {
    const send = this.document
      .sendPermissions(this.hosts)
      .map(({ resources, ...permission }) =>
        Grant.addToPrincipal({ grantee, resourceArns: resources, ...permission }),
      );
    const follow = Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetCommandInvocation', 'ssm:ListCommandInvocations', 'ssm:ListCommands'],
      resourceArns: ['*'],
    });
    return send.reduce((all, grant) => all.combine(grant), follow);
  }

  /**
   * Lets the hosts send their whole output to `hostOutputLogGroup`.
   *
   * @example
   * housekeeping.grantHostOutput(hostRole);
   *
   * @param grantee the role of the hosts: that of their instance profile, or of Default Host Management
   * @returns the grant of all these permissions
   * @throws if the construct has no `hostOutput`
   */
  public grantHostOutput(grantee: IGrantable): Grant {
    if (this.hostOutput === undefined) {
      refuse(
        'hostOutput',
        undefined,
        'creates no log group for output',
        "give 'hostOutput' to the construct, e.g. hostOutput: {}",
      );
    }
    return this.hostOutput.grantWrite(grantee);
  }

  private commandLine(dryRun: boolean): string {
    return sendCommandLine(
      sendCommandRequest({
        documentName: this.documentName,
        hosts: this.hosts,
        dryRun,
        hostOutput: this.hostOutputLogGroup,
      }),
    );
  }

  private createAlarms(props: DockerHousekeepingProps): Alarms {
    const { schedule, enabled = true, tasks, reportDueEvery, alarms: settings = {} } = props;
    const wanted = settings.noReport?.enabled ?? true;
    return new Alarms(this, 'Alarms', {
      housekeeping: this,
      reportLogGroup: this.reportLogGroup,
      reporter: this.reporter,
      deadLetterQueue: this.deadLetterQueue,
      oldestReport: wanted ? oldestReport(this, { schedule, enabled, tasks, reportDueEvery }) : undefined,
      settings,
    });
  }
}

/** JavaScript does not enforce required properties. */
function refuseMissing({ hosts, schedule }: Partial<DockerHousekeepingProps>): void {
  if (hosts?._targets === undefined) {
    refuse('hosts', hosts, 'is not a DockerHosts', "give one, e.g. DockerHosts.tagged('DockerHost', 'true')");
  }
  if (schedule?.expressionString === undefined) {
    refuse(
      'schedule',
      schedule,
      'is not a ScheduleExpression',
      'give one, e.g. ScheduleExpression.rate(Duration.days(1))',
    );
  }
}

function notification({ notify, notifyOn }: DockerHousekeepingProps): Notification | undefined {
  if (notify) return { topic: notify, on: notifyOn ?? NotifyOn.EVERY_RUN };
  if (notifyOn !== undefined) {
    refuse('notifyOn', notifyOn, "has no effect without 'notify'", "give 'notify' too");
  }
  return undefined;
}
