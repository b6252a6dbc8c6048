import { CloudWatchLogsServiceException, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { CloudWatchLogsClient, InputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import type { HostReport } from '../../lib/contract';
import { release } from './claim';
import type { ReportStream } from './claim';

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const MAX_BATCH_EVENTS = 10_000;
const MAX_BATCH_BYTES = 1_048_576;
const EVENT_OVERHEAD_BYTES = 26;

/** CloudWatch Logs took the request and left events out. */
class EventsRejected extends Error {
  override readonly name = 'EventsRejected';
}

/**
 * Writes a claimed report: all hosts first, and only when they are accepted the
 * run, one millisecond later and alone, because its presence marks the report as
 * complete and carries the metrics.
 *
 * When it fails the claim is given up, so that Lambda's retry can report; except
 * when the run's event may have been accepted, which must not be counted twice.
 *
 * @param logs must not retry: events that were accepted before a connection broke would be written twice
 * @param runEvent the run's event, of the time `reportedAt`
 */
export async function publish(
  logs: CloudWatchLogsClient,
  stream: ReportStream,
  hosts: readonly HostReport[],
  runEvent: Record<string, unknown>,
  reportedAt: Date,
): Promise<void> {
  const timestamp = reportedAt.getTime();
  let runSent = false;
  try {
    for (const batch of batches(hosts, timestamp - 1)) await put(logs, stream, batch);
    runSent = true;
    await put(logs, stream, [{ timestamp, message: JSON.stringify(runEvent) }]);
  } catch (error) {
    if (!runSent || isRefusal(error)) {
      // Should this fail as well, the claim runs out by itself.
      await release(logs, stream).catch(() => undefined);
    }
    throw error;
  }
}

/** Cuts the events of the hosts into as few batches as the limits of PutLogEvents allow. */
export function* batches(
  hosts: Iterable<HostReport>,
  timestamp: number,
): Generator<InputLogEvent[], void, undefined> {
  let batch: InputLogEvent[] = [];
  let bytes = 0;
  for (const host of hosts) {
    const message = JSON.stringify(host);
    const size = Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
    if (batch.length === MAX_BATCH_EVENTS || bytes + size > MAX_BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push({ timestamp, message });
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

async function put(
  logs: CloudWatchLogsClient,
  { logGroupName, logStreamName }: ReportStream,
  logEvents: InputLogEvent[],
): Promise<void> {
  const { rejectedLogEventsInfo } = await logs.send(
    new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }),
  );
  if (rejectedLogEventsInfo) {
    throw new EventsRejected(
      `log stream ${JSON.stringify(logStreamName)} rejected events of the report: ` +
        `${JSON.stringify(rejectedLogEventsInfo)}; see whether the clock and the group's retention are right`,
    );
  }
}

/** Whether it is certain that nothing was accepted: a broken connection or a fault of the service leaves that open. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof EventsRejected ||
    (error instanceof CloudWatchLogsServiceException && error.$fault === 'client')
  );
}
