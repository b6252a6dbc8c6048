import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { DockerHosts } from './docker-hosts';
import type { HostOutputSettings } from './host-output';
import type { HousekeepingAlarms } from './monitoring/alarm-settings';
import type { NotifyOn } from './run-reporter';
import type { HousekeepingTask } from './tasks/task';

/** Which hosts to clean, what to clean on them, and when. */
export interface DockerHousekeepingProps {
  /** The EC2 instances to clean, selected by their tags. */
  readonly hosts: DockerHosts;

  /**
   * The tasks that run on each host, in this order. At least one task, each with a different name.
   *
   * If a task fails, the tasks after it still run.
   */
  readonly tasks: HousekeepingTask[];

  /**
   * When to clean the hosts.
   *
   * There is no default, because `ComposeDown` takes down projects even while they are in use.
   *
   * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
   */
  readonly schedule: ScheduleExpression;

  /**
   * Whether the schedule is enabled.
   *
   * Without the schedule, you can still start runs with `runCommand`; they are reported too.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Whether scheduled runs are dry runs, which only report what they would remove.
   *
   * This does not change `runCommand`, which always removes.
   *
   * @default false
   */
  readonly dryRun?: boolean;

  /**
   * How long CloudWatch Logs keeps the reports.
   *
   * @default RetentionDays.ONE_YEAR
   */
  readonly reportRetention?: RetentionDays;

  /**
   * Sends the whole output of each step, stdout and stderr, from the hosts to a log group. Give `{}` for the defaults.
   *
   * The role of the hosts needs permissions: pass it to `grantHostOutput()`. A host without them still cleans, but waits up
   * to a minute after each step. The report counts such hosts.
   *
   * @default - Systems Manager keeps the beginning of each output: a long list of objects is cut off, and the report counts
   * what is missing
   */
  readonly hostOutput?: HostOutputSettings;

  /**
   * What happens to the log groups of the reports and of the hosts' output when you remove the construct or its stack.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The SNS topic that receives a short summary of each run, or of some runs; see `notifyOn`.
   *
   * If the topic is encrypted with a customer managed key, the key policy must let the reporter use the key. If the topic is
   * in another account, its policy must let the reporter publish.
   *
   * @default - no summaries are sent
   */
  readonly notify?: ITopic;

  /**
   * Which runs the topic receives a summary of. Needs `notify`.
   *
   * @default NotifyOn.EVERY_RUN
   */
  readonly notifyOn?: NotifyOn;

  /**
   * Changes to the alarms, or alarms to leave out.
   *
   * All alarms exist by default, but none of them notifies you before you call `addAlarmAction()`.
   *
   * @default - all alarms with their default settings
   */
  readonly alarms?: HousekeepingAlarms;

  /**
   * The longest time between two runs: at least 1 minute, in whole seconds.
   *
   * The alarm `NoReport` triggers if the last report is older than this plus the time that a run and its report may take.
   * Set it if you know the schedule only at deployment: synthesis warns that the alarm is missing.
   *
   * @default - the longest time between two runs of `schedule`; no alarm if the schedule is disabled, runs once or ends in
   * some year
   */
  readonly reportDueEvery?: Duration;

  /**
   * Whether to create a CloudWatch dashboard: the last run, two weeks of hosts, disks and removed objects, and tables of what
   * was removed and what failed.
   *
   * CloudWatch bills the log tables by the data that they scan each time you open the dashboard: the reports of one day, or of
   * the time range that you choose.
   *
   * @default false
   */
  readonly dashboard?: boolean;
}
