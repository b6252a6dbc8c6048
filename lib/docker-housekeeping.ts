import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CommandDocument } from './command-document';
import { CommandSchedule } from './command-schedule';
import type { DockerHosts } from './docker-hosts';
import { housekeepingName, reportedMetric } from './monitoring';
import { RunReporter } from './run-reporter';
import type { HousekeepingTask } from './tasks/task';

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
}

/**
 * Keeps a fleet of EC2 Docker hosts clean: on a schedule every tagged host does
 * the tasks, and each run ends as one report in CloudWatch Logs.
 *
 * The hosts must be managed nodes of Systems Manager. All of them are cleaned at the same time.
 */
export class DockerHousekeeping extends Construct {
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

  private readonly document: CommandDocument;
  private readonly hosts: DockerHosts;

  /** @throws if there is no task, two tasks have one name, or the tasks do not fit into one Command document of 64 KB */
  public constructor(scope: Construct, id: string, props: DockerHousekeepingProps) {
    super(scope, id);
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

    const reporter = new RunReporter(this, 'Reporter', {
      documentName: this.documentName,
      housekeeping: housekeepingName(this),
      reportRetention: props.reportRetention ?? RetentionDays.ONE_YEAR,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    });
    this.reportLogGroup = reporter.reportLogGroup;
    this.reporter = reporter.handler;
  }

  /**
   * Allows to run the tasks by hand, on these hosts only, and to follow the run:
   *
   * `aws ssm send-command --document-name NAME --document-version '$LATEST' --targets Key=tag:DockerHost,Values=true`
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

  /**
   * Runs that ended and were reported.
   *
   * @default - sum over 5 minutes
   */
  public metricRunsReported(props?: MetricOptions): Metric {
    return reportedMetric(this, 'RunsReported', props);
  }

  /**
   * Hosts that runs were sent to.
   *
   * @default - sum over 5 minutes
   */
  public metricHostsTargeted(props?: MetricOptions): Metric {
    return reportedMetric(this, 'HostsTargeted', props);
  }

  /**
   * Hosts on which every task went well.
   *
   * @default - sum over 5 minutes
   */
  public metricHostsSucceeded(props?: MetricOptions): Metric {
    return reportedMetric(this, 'HostsSucceeded', props);
  }

  /**
   * Hosts on which a task failed.
   *
   * @default - sum over 5 minutes
   */
  public metricHostsFailed(props?: MetricOptions): Metric {
    return reportedMetric(this, 'HostsFailed', props);
  }

  /**
   * Hosts on which a task did not end in time.
   *
   * @default - sum over 5 minutes
   */
  public metricHostsTimedOut(props?: MetricOptions): Metric {
    return reportedMetric(this, 'HostsTimedOut', props);
  }

  /**
   * Hosts that Systems Manager did not reach.
   *
   * @default - sum over 5 minutes
   */
  public metricHostsUnreachable(props?: MetricOptions): Metric {
    return reportedMetric(this, 'HostsUnreachable', props);
  }

  /**
   * Hosts that were deliberately left alone, e.g. because another run was under way.
   *
   * @default - sum over 5 minutes
   */
  public metricHostsSkipped(props?: MetricOptions): Metric {
    return reportedMetric(this, 'HostsSkipped', props);
  }

  /**
   * Compose projects that were taken down.
   *
   * @default - sum over 5 minutes
   */
  public metricProjectsRemoved(props?: MetricOptions): Metric {
    return reportedMetric(this, 'ProjectsRemoved', props);
  }

  /**
   * Containers that were removed.
   *
   * @default - sum over 5 minutes
   */
  public metricContainersRemoved(props?: MetricOptions): Metric {
    return reportedMetric(this, 'ContainersRemoved', props);
  }

  /**
   * Images that were removed.
   *
   * @default - sum over 5 minutes
   */
  public metricImagesRemoved(props?: MetricOptions): Metric {
    return reportedMetric(this, 'ImagesRemoved', props);
  }

  /**
   * Volumes that were removed.
   *
   * @default - sum over 5 minutes
   */
  public metricVolumesRemoved(props?: MetricOptions): Metric {
    return reportedMetric(this, 'VolumesRemoved', props);
  }

  /**
   * Networks that were removed.
   *
   * @default - sum over 5 minutes
   */
  public metricNetworksRemoved(props?: MetricOptions): Metric {
    return reportedMetric(this, 'NetworksRemoved', props);
  }

  /**
   * Records of build cache that were removed.
   *
   * @default - sum over 5 minutes
   */
  public metricCacheRecordsRemoved(props?: MetricOptions): Metric {
    return reportedMetric(this, 'CacheRecordsRemoved', props);
  }

  /**
   * Bytes reclaimed on the file systems that hold the Engines' data.
   *
   * @default - sum over 5 minutes
   */
  public metricBytesReclaimed(props?: MetricOptions): Metric {
    return reportedMetric(this, 'BytesReclaimed', props);
  }

  /**
   * Containers that had to be killed because they ignored their stop signal.
   *
   * @default - sum over 5 minutes
   */
  public metricContainersKilled(props?: MetricOptions): Metric {
    return reportedMetric(this, 'ContainersKilled', props);
  }

  /**
   * Use of the fullest file system that holds an Engine's data, over all hosts, in per cent.
   *
   * @default - maximum over 5 minutes
   */
  public metricHighestDiskUse(props?: MetricOptions): Metric {
    return reportedMetric(this, 'HighestDiskUse', props);
  }

  /**
   * Seconds from the request of a run to its report.
   *
   * @default - maximum over 5 minutes
   */
  public metricRunDuration(props?: MetricOptions): Metric {
    return reportedMetric(this, 'RunDuration', props);
  }
}
