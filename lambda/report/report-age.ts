import { DescribeLogGroupsCommand, paginateDescribeLogStreams } from '@aws-sdk/client-cloudwatch-logs';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from '../../lib/contract';
import type { MetricName } from '../../lib/contract';
import { findRun, isLock } from './report-stream';

/**
 * When the newest report of the group was completed, in milliseconds since 1970.
 *
 * CloudWatch Logs updates the time of a stream's last event late, typically within an hour. So a report
 * younger than that may be missed.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
 */
export async function newestReport(
  logs: CloudWatchLogsClient,
  logGroupName: string,
): Promise<number | undefined> {
  const pages = paginateDescribeLogStreams(
    { client: logs },
    { logGroupName, orderBy: 'LastEventTime', descending: true },
  );
  for await (const { logStreams = [] } of pages) {
    for (const { logStreamName } of logStreams) {
      if (!logStreamName || isLock(logStreamName)) continue;
      // A stream that another invocation is writing, or has left incomplete, is not a report.
      const run = await findRun(logs, { logGroupName, logStreamName });
      if (run) return Date.parse(run.reportedAt);
    }
  }
  return undefined;
}

/** When the group was created, in milliseconds since 1970. */
export async function groupCreation(logs: CloudWatchLogsClient, logGroupName: string): Promise<number> {
  // Groups come in the order of their names, so the group itself comes before others with this prefix.
  const { logGroups = [] } = await logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName, limit: 1 }),
  );
  const created = logGroups.find((group) => group.logGroupName === logGroupName)?.creationTime;
  if (created === undefined) {
    throw new Error(
      `log group ${JSON.stringify(logGroupName)} does not exist: REPORT_LOG_GROUP names the construct's`,
    );
  }
  return created;
}

/**
 * Publishes the age of the newest report: the metric that shows missing reports.
 *
 * Writes to stdout directly. Lambda's JSON log format wraps the lines of `console`, and CloudWatch finds
 * no metric in them.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
 */
export function publishReportAge(housekeeping: string, seconds: number): void {
  const metric = {
    Name: 'ReportAge' satisfies MetricName,
    Unit: METRICS.ReportAge.unit,
  };
  const event = {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        { Namespace: METRIC_NAMESPACE, Dimensions: [[METRIC_DIMENSION]], Metrics: [metric] },
      ],
    },
    [METRIC_DIMENSION]: housekeeping,
    ReportAge: seconds,
  };
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
