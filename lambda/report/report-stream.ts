import {
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { RunReport } from '../../lib/contract';

/** The stream that holds the report of a run. */
export interface ReportStream {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly commandId: string;
}

/** What CloudWatch Logs holds of a run's report. */
export interface Found {
  /**
   * - `none`: no invocation has begun it.
   * - `held`: another invocation is, or may be, writing it.
   * - `abandoned`: the invocation that was writing it has died.
   * - `complete`: the run is reported.
   */
  readonly state: 'none' | 'held' | 'abandoned' | 'complete';
  /** When the newest of the run's streams was created, in milliseconds since 1970. */
  readonly newest: number;
  /** The streams that take-overs of this run left. */
  readonly locks: readonly string[];
  /** The report when it is complete. */
  readonly run?: RunReport;
}

/** Named after the day of the request, so that every delivery computes the same name. */
export function reportStream(logGroupName: string, commandId: string, requestedAt: Date): ReportStream {
  const day = requestedAt.toISOString().slice(0, 10).replaceAll('-', '/');
  return { logGroupName, logStreamName: `${day}/${commandId}`, commandId };
}

/** Separates the name of a run's stream from what distinguishes its take-overs. */
const LOCK_INFIX = '.takeover-';

export function lockStream(stream: ReportStream, newest: number): ReportStream {
  return { ...stream, logStreamName: `${stream.logStreamName}${LOCK_INFIX}${newest}` };
}

export function isLock(logStreamName: string): boolean {
  return logStreamName.includes(LOCK_INFIX);
}

/**
 * Looks up a run's report.
 *
 * @param timeoutSeconds age at which a claim counts as abandoned
 * @param options.ownLock a stream of the caller's own, to ignore
 * @param options.thorough searches all events for the run's, not only the last one
 */
export async function inspect(
  logs: CloudWatchLogsClient,
  stream: ReportStream,
  timeoutSeconds: number,
  options: { readonly ownLock?: string; readonly thorough?: boolean } = {},
): Promise<Found> {
  const { logGroupName, logStreamName } = stream;
  const { logStreams = [] } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: logStreamName }),
  );
  const streams = logStreams.filter((candidate) => candidate.logStreamName !== options.ownLock);
  const newest = streams.reduce((latest, { creationTime = 0 }) => Math.max(latest, creationTime), 0);
  const locks = streams.flatMap(({ logStreamName: name }) => (name && isLock(name) ? [name] : []));
  const about = { newest, locks };
  if (!streams.some((candidate) => candidate.logStreamName === logStreamName)) {
    return { ...about, state: 'none' };
  }
  const age = Date.now() - newest;
  try {
    const run = await findRun(logs, stream, options.thorough ?? false);
    if (run) return { ...about, state: 'complete', run };
  } catch (error) {
    // The stream was deleted after it was listed: another invocation is working on it.
    if (error instanceof ResourceNotFoundException) return { ...about, state: 'held' };
    throw error;
  }
  return { ...about, state: age > timeoutSeconds * 1000 ? 'abandoned' : 'held' };
}

/** Finds the run's event, which marks a report as complete. It is at the stream's end. */
export async function findRun(
  logs: CloudWatchLogsClient,
  { logGroupName, logStreamName }: Pick<ReportStream, 'logGroupName' | 'logStreamName'>,
  thorough = false,
): Promise<RunReport | undefined> {
  let nextToken: string | undefined;
  // A page may be empty although there are events. Only an unchanged token marks the end.
  for (;;) {
    const page = await logs.send(
      new GetLogEventsCommand({
        logGroupName,
        logStreamName,
        startFromHead: false,
        nextToken,
        ...(thorough ? {} : { limit: 1 }),
      }),
    );
    const events = page.events ?? [];
    const run = events.map(({ message }) => asRun(message)).find((event) => event !== undefined);
    if (run || (events.length > 0 && !thorough)) return run;
    if (!page.nextBackwardToken || page.nextBackwardToken === nextToken) return undefined;
    nextToken = page.nextBackwardToken;
  }
}

function asRun(message = ''): RunReport | undefined {
  try {
    const event = JSON.parse(message) as RunReport | null;
    return event?.type === 'run' ? event : undefined;
  } catch {
    return undefined;
  }
}
