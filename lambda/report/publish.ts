import {
  CloudWatchLogsServiceException,
  PutLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import type { CloudWatchLogsClient, InputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { release } from './claim';
import type { Claim } from './claim';
import type { Clients } from './clients';
import { publishable } from './host-report';
import type { JudgedHost } from './host-report';
import { once } from './once';

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const MAX_BATCH_EVENTS = 10_000;
const MAX_BATCH_BYTES = 1_048_576;
const EVENT_OVERHEAD_BYTES = 26;

/** CloudWatch Logs accepted the request, but left events out. */
class EventsRejected extends Error {
  override readonly name = 'EventsRejected';
}

/**
 * Writes a claimed report: first all hosts, and the run only after they are accepted. The run's event
 * comes one millisecond later and alone, because it marks the report as complete and carries the
 * metrics.
 *
 * On a failure this function gives up the claim, so that the next delivery can report. There are two
 * exceptions. The run's event may have been accepted, and must not be counted twice. Or the claim is
 * lost, and the stream may belong to another invocation.
 *
 * @param reportedAt time of the events
 * @param runEvent makes the run's event; called once, when all hosts are accepted
 */
export async function publish(
  clients: Pick<Clients, 'logs' | 'logsOnce'>,
  claim: Claim,
  hosts: Iterable<JudgedHost>,
  reportedAt: Date,
  runEvent: () => Promise<Record<string, unknown>>,
): Promise<void> {
  const timestamp = reportedAt.getTime();
  let runSent = false;
  try {
    for (const batch of batches(hosts, timestamp - 1)) await put(clients.logsOnce, claim, batch);
    const message = JSON.stringify(await runEvent());
    runSent = true;
    await put(clients.logsOnce, claim, [{ timestamp, message }]);
  } catch (error) {
    if ((!runSent || isRefusal(error)) && !(error instanceof ResourceNotFoundException)) {
      // If this fails as well, the claim expires by itself.
      await release(clients, claim).catch(() => undefined);
    }
    throw error;
  }
}

/** Splits the events of the hosts into as few batches as the limits of PutLogEvents allow. */
export function* batches(
  hosts: Iterable<JudgedHost>,
  timestamp: number,
): Generator<InputLogEvent[], void, undefined> {
  let batch: InputLogEvent[] = [];
  let bytes = 0;
  for (const host of hosts) {
    const message = JSON.stringify(publishable(host));
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
  logsOnce: CloudWatchLogsClient,
  { stream: { logGroupName, logStreamName }, deadline }: Claim,
  logEvents: InputLogEvent[],
): Promise<void> {
  const { rejectedLogEventsInfo } = await once(deadline, (options) =>
    logsOnce.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }), options),
  );
  if (rejectedLogEventsInfo) {
    throw new EventsRejected(
      `log stream ${JSON.stringify(logStreamName)} rejected events of the report: ` +
        `${JSON.stringify(rejectedLogEventsInfo)}; see whether the clock and the group's retention are right`,
    );
  }
}

/** Whether certainly nothing was accepted. A broken connection or a fault of the service leaves that open. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof EventsRejected ||
    (error instanceof CloudWatchLogsServiceException && error.$fault === 'client')
  );
}
