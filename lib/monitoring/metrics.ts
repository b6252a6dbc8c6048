import type { MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { Construct } from 'constructs';
import type { MetricName } from '../contract';
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from '../contract';

/** The value of the metrics' dimension. It identifies the `DockerHousekeeping`. */
export function housekeepingName(housekeeping: IConstruct): string {
  return housekeeping.node.path;
}

/** A metric that the reporter publishes for a `DockerHousekeeping`. */
export function reportedMetric(housekeeping: IConstruct, name: MetricName, options?: MetricOptions): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: name,
    dimensionsMap: { [METRIC_DIMENSION]: housekeepingName(housekeeping) },
    statistic: METRICS[name].statistic,
    ...options,
  }).attachTo(housekeeping);
}

/**
 * The metrics of a `DockerHousekeeping`, with a method for each.
 *
 * A dry run does not publish metrics of what it would have removed. Do not extend this class outside this package.
 */
export abstract class ReportedMetrics extends Construct {
  /**
   * Runs that ended and were reported.
   *
   * @default - sum over 5 minutes
   */
  public metricRunsReported(props?: MetricOptions): Metric {
    return reportedMetric(this, 'RunsReported', props);
  }

  /**
   * Hosts that runs were sent to, or should have been sent to.
   *
   * @default - sum over 5 minutes
   */
  public metricHostsTargeted(props?: MetricOptions): Metric {
    return reportedMetric(this, 'HostsTargeted', props);
  }

  /**
   * Hosts on which no task failed and at least one task was not skipped.
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
   * Hosts that a run skipped, for example because another run was in progress.
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
   * Build cache records that were removed.
   *
   * @default - sum over 5 minutes
   */
  public metricCacheRecordsRemoved(props?: MetricOptions): Metric {
    return reportedMetric(this, 'CacheRecordsRemoved', props);
  }

  /**
   * Bytes reclaimed on the file systems that hold the Engine's data.
   *
   * @default - sum over 5 minutes
   */
  public metricBytesReclaimed(props?: MetricOptions): Metric {
    return reportedMetric(this, 'BytesReclaimed', props);
  }

  /**
   * Containers that Docker killed because they ignored their stop signal.
   *
   * @default - sum over 5 minutes
   */
  public metricContainersKilled(props?: MetricOptions): Metric {
    return reportedMetric(this, 'ContainersKilled', props);
  }

  /**
   * Highest disk use of all hosts before the tasks, in per cent, on the file systems that hold the Engine's data.
   *
   * @default - maximum over 5 minutes
   */
  public metricHighestDiskUse(props?: MetricOptions): Metric {
    return reportedMetric(this, 'HighestDiskUse', props);
  }

  /**
   * Highest disk use of all hosts after the tasks, in per cent, on the file systems that hold the Engine's data. A dry run does
   * not publish it.
   *
   * @default - maximum over 5 minutes
   */
  public metricHighestDiskUseAfter(props?: MetricOptions): Metric {
    return reportedMetric(this, 'HighestDiskUseAfter', props);
  }

  /**
   * Seconds from the request of a run to its report.
   *
   * @default - maximum over 5 minutes
   */
  public metricRunDuration(props?: MetricOptions): Metric {
    return reportedMetric(this, 'RunDuration', props);
  }

  /**
   * Seconds since the last complete report, published every hour.
   *
   * Before the first report, seconds since the log group was created.
   *
   * @default - maximum over 5 minutes
   */
  public metricReportAge(props?: MetricOptions): Metric {
    return reportedMetric(this, 'ReportAge', props);
  }
}
