import type { Alarm, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Duration } from 'aws-cdk-lib';
import { RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CommandDocument } from './command-document';
import type { DockerHosts } from './docker-hosts';
import type { HousekeepingAlarms } from './monitoring/alarm-settings';
import { Alarms } from './monitoring/alarms';
import { HousekeepingDashboard } from './monitoring/dashboard';
import { housekeepingName, ReportedMetrics } from './monitoring/metrics';
import { SavedQueries } from './monitoring/queries';
import { oldestReport } from './monitoring/report-due';
import type { Notification } from './run-reporter';
import { NotifyOn, RunReporter } from './run-reporter';
import { CommandSchedule } from './schedule/command-schedule';
import { sendCommandLine, sendCommandRequest } from './schedule/send-command';
import type { HousekeepingTask } from './tasks/task';
import { refuse } from './validation';

/** Which hosts to clean, of what, and when. */
export interface DockerHousekeepingProps {
  /** The EC2 instances that are cleaned, by their tags. */
  readonly hosts: DockerHosts;

  /**
   * What is cleaned on each host, in this order; at least one task, each with a name of its own.
   *
   * A task that fails does not keep the others from running.
   */
  readonly tasks: HousekeepingTask[];

  /**
   * When the hosts are cleaned. It has no default, as whatever still runs then is taken down.
   *
   * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
   */
  readonly schedule: ScheduleExpression;

  /**
   * Whether the schedule runs. Without it the document can still be sent by hand, and is reported.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Whether scheduled runs only report what they would remove.
   *
   * @default false
   */
  readonly dryRun?: boolean;

  /**
   * How long reports are kept.
   *
   * @default RetentionDays.ONE_YEAR
   */
  readonly reportRetention?: RetentionDays;

  /**
   * What happens to the reports when the construct is removed.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The topic that gets a short summary of runs, to be read by people.
   *
   * A topic with a key of its own has to let the reporter use it; a topic in another account has to let it publish.
   *
   * @default - nobody is told
   */
  readonly notify?: ITopic;

  /**
   * Of which runs the topic is told.
   *
   * @default NotifyOn.EVERY_RUN
   */
  readonly notifyOn?: NotifyOn;

  /**
   * How the alarms differ from what they are by default. All of them are there, but none tells anybody before
   * `addAlarmAction()`.
   *
   * @default - all alarms as they are
   */
  readonly alarms?: HousekeepingAlarms;

  /**
   * The longest time between two runs, after which the alarm `NoReport` is on; the time that a run may take is
   * added to it.
   *
   * @default - the longest time between two runs of the schedule; no report is due of a schedule that is disabled, runs
   * once or ends in some year
   */
  readonly reportDueEvery?: Duration;

  /**
   * Whether there is a CloudWatch dashboard of runs, hosts and what was reclaimed.
   *
   * @default false
   */
  readonly dashboard?: boolean;
}

/**
 * Keeps a fleet of EC2 Docker hosts clean: on a schedule every tagged host does
 * the tasks, and each run ends as one report in CloudWatch Logs.
 *
 * The hosts must be managed nodes of Systems Manager. All of them are cleaned at the same time.
 */
export class DockerHousekeeping extends ReportedMetrics {
  /**
   * Name of the Command document that does the tasks, to send it by hand.
   *
   * @attribute
   */
  public readonly documentName: string;

  /** The reports: one log stream per run, named `<yyyy>/<mm>/<dd>/<command id>`. */
  public readonly reportLogGroup: ILogGroup;

  /** Holds the scheduled runs that could not be started, for 14 days, with the reason in the message attributes. */
  public readonly deadLetterQueue: IQueue;

  /** The function that writes the reports. */
  public readonly reporter: IFunction;

  /** The command of the AWS CLI that cleans at once. Such a run is reported like a scheduled one. */
  public readonly runCommand: string;

  /** The command of the AWS CLI that reports at once what a run would remove, and removes nothing. */
  public readonly dryRunCommand: string;

  /**
   * The alarms by name: `HostsFailed`, `HostsUnreachable`, `NoHosts`, `NoReport`, `NotSent` and `ReporterFailing`,
   * those that there are.
   */
  public readonly alarms: Record<string, Alarm>;

  private readonly document: CommandDocument;
  private readonly hosts: DockerHosts;
  private readonly alarmSet: Alarms;

  /**
   * @throws if there is no task, two tasks have one name, the tasks do not fit into one Command document of 64 KB, there
   * is `notifyOn` without `notify`, or `alarms` or `reportDueEvery` say what CloudWatch would not take
   */
  public constructor(scope: Construct, id: string, props: DockerHousekeepingProps) {
    super(scope, id);
    refuseMissing(props);
    this.hosts = props.hosts;
    this.document = new CommandDocument(this, 'Document', props.tasks);
    this.documentName = this.document.documentName;

    const schedule = new CommandSchedule(this, 'Schedule', {
      document: this.document,
      hosts: props.hosts,
      schedule: props.schedule,
      enabled: props.enabled ?? true,
      dryRun: props.dryRun ?? false,
    });
    this.deadLetterQueue = schedule.deadLetterQueue;
    [this.runCommand, this.dryRunCommand] = [this.commandLine(false), this.commandLine(true)];

    const reporter = new RunReporter(this, 'Reporter', {
      documentName: this.documentName,
      housekeeping: housekeepingName(this),
      reportRetention: props.reportRetention ?? RetentionDays.ONE_YEAR,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
      notification: notification(props),
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
        alarms: Object.values(this.alarms),
      });
    }
  }

  /**
   * Lets all alarms act when they go off, e.g. tell an SNS topic.
   *
   * A topic that is encrypted with the AWS-managed key `alias/aws/sns` cannot be told by alarms.
   *
   * @param actions what to do
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
   */
  public addAlarmAction(...actions: IAlarmAction[]): void {
    this.alarmSet.addAlarmAction(...actions);
  }

  /**
   * Allows to run the tasks by hand with `runCommand` and `dryRunCommand`, on these hosts only, and to follow the run.
   *
   * Reading results cannot be narrowed to one document by IAM.
   *
   * @param grantee who may run the tasks
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

  private commandLine(dryRun: boolean): string {
    return sendCommandLine(
      sendCommandRequest({ documentName: this.documentName, hosts: this.hosts, dryRun }),
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

/** The types ask for them, but JavaScript does not. */
function refuseMissing({ hosts, schedule }: Partial<DockerHousekeepingProps>): void {
  if (hosts?._targets === undefined) {
    refuse('hosts', hosts, 'is no DockerHosts', "give e.g. DockerHosts.tagged('DockerHost', 'true')");
  }
  if (schedule?.expressionString === undefined) {
    refuse(
      'schedule',
      schedule,
      'is no ScheduleExpression',
      'give e.g. ScheduleExpression.rate(Duration.days(1))',
    );
  }
}

function notification({ notify, notifyOn }: DockerHousekeepingProps): Notification | undefined {
  if (notify) return { topic: notify, on: notifyOn ?? NotifyOn.EVERY_RUN };
  if (notifyOn !== undefined) {
    refuse('notifyOn', notifyOn, "has no topic to tell, as there is no 'notify'", "give 'notify' too");
  }
  return undefined;
}
