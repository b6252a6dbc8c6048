import type { MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import type { MetricName } from './contract';
import { METRIC_DIMENSION, METRIC_NAMESPACE } from './contract';

/** Adding these up over runs or hosts would mean nothing. */
const NOT_ADDITIVE: readonly MetricName[] = ['HighestDiskUse', 'RunDuration'];

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
    statistic: NOT_ADDITIVE.includes(name) ? Stats.MAXIMUM : Stats.SUM,
    ...options,
  }).attachTo(housekeeping);
}
