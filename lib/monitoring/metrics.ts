import type { MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { Construct } from 'constructs';
import type { MetricName } from '../contract';
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from '../contract';

/** Value of the metrics' dimension, which tells one `DockerHousekeeping` from another. */
export function housekeepingName(housekeeping: IConstruct): string {
  return housekeeping.node.path;
}

/** A metric that the reporter publishes for the runs of a `DockerHousekeeping`. */
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
 * What a `DockerHousekeeping` measures: a method for each metric.
 *
 * Not made to be extended outside this package.
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

  /**
   * Seconds since the last complete report, or since there are reports at all; published every hour.
   *
   * @default - maximum over 5 minutes
   */
  public metricReportAge(props?: MetricOptions): Metric {
    return reportedMetric(this, 'ReportAge', props);
  }
}
