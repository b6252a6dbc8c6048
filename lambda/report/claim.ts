import {
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';

/** The stream that a run is reported into. */
export interface ReportStream {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly commandId: string;
}

/** Named after the day of the request, so that every delivery comes to the same name. */
export function reportStream(logGroupName: string, commandId: string, requestedAt: Date): ReportStream {
  const day = requestedAt.toISOString().slice(0, 10).replaceAll('-', '/');
  return { logGroupName, logStreamName: `${day}/${commandId}`, commandId };
}

/**
 * Claims the run for this invocation by creating its stream, which only one of
 * many can do. An incomplete report whose claim is older than the timeout was
 * left by an invocation that died: it is deleted and claimed anew.
 *
 * @param timeoutSeconds not shorter than an invocation may run
 * @returns `claimed`, or `complete` when the run is reported already
 * @throws when another invocation is, or may be, writing the report
 */
export async function claim(
  logs: CloudWatchLogsClient,
  stream: ReportStream,
  timeoutSeconds: number,
): Promise<'claimed' | 'complete'> {
  if (await create(logs, stream)) return 'claimed';
  const found = await stateOf(logs, stream, timeoutSeconds);
  if (found === 'complete') return 'complete';
  if (found !== 'abandoned') throw held(stream);

  // Deleting is not conditional: of two that found the same abandoned claim, the
  // slower would delete the fresh claim of the faster. So only the one that
  // creates the take-over stream may, after having looked again.
  const takeover = { ...stream, logStreamName: `${stream.logStreamName}.takeover` };
  if (!(await create(logs, takeover))) {
    if ((await stateOf(logs, takeover, timeoutSeconds)) === 'abandoned') await release(logs, takeover);
    throw held(stream);
  }
  try {
    const state = await stateOf(logs, stream, timeoutSeconds);
    if (state === 'complete') return 'complete';
    if (state !== 'abandoned') throw held(stream);
    await release(logs, stream);
    if (!(await create(logs, stream))) throw held(stream);
    return 'claimed';
  } finally {
    await release(logs, takeover);
  }
}

/** Gives the claim up, with whatever has been written under it. */
export async function release(logs: CloudWatchLogsClient, stream: ReportStream): Promise<void> {
  const { logGroupName, logStreamName } = stream;
  try {
    await logs.send(new DeleteLogStreamCommand({ logGroupName, logStreamName }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}

async function create(logs: CloudWatchLogsClient, stream: ReportStream): Promise<boolean> {
  const { logGroupName, logStreamName } = stream;
  try {
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    return true;
  } catch (error) {
    if (error instanceof ResourceAlreadyExistsException) return false;
    throw error;
  }
}

async function stateOf(
  logs: CloudWatchLogsClient,
  stream: ReportStream,
  timeoutSeconds: number,
): Promise<'complete' | 'abandoned' | 'held'> {
  const { logGroupName, logStreamName } = stream;
  const { logStreams = [] } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: logStreamName }),
  );
  const found = logStreams.find((candidate) => candidate.logStreamName === logStreamName);
  // Gone since it was found to exist: somebody else is at it.
  if (found?.creationTime === undefined) return 'held';
  const age = Date.now() - found.creationTime;
  if (marksComplete(await lastMessage(logs, stream), stream.commandId)) return 'complete';
  return age > timeoutSeconds * 1000 ? 'abandoned' : 'held';
}

async function lastMessage(logs: CloudWatchLogsClient, stream: ReportStream): Promise<string | undefined> {
  const { logGroupName, logStreamName } = stream;
  let nextToken: string | undefined;
  // A page may be empty although there are events: only a token that comes back unchanged is the end.
  for (;;) {
    const page = await logs.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: false, limit: 1, nextToken }),
    );
    const message = page.events?.at(-1)?.message;
    if (message !== undefined) return message;
    if (!page.nextBackwardToken || page.nextBackwardToken === nextToken) return undefined;
    nextToken = page.nextBackwardToken;
  }
}

function marksComplete(message: string | undefined, commandId: string): boolean {
  if (message === undefined) return false;
  try {
    const event = JSON.parse(message) as { type?: unknown; commandId?: unknown } | null;
    return event?.type === 'run' && event.commandId === commandId;
  } catch {
    return false;
  }
}

function held({ logStreamName }: ReportStream): Error {
  return new Error(
    `log stream ${JSON.stringify(logStreamName)} is claimed by another invocation whose report is not complete; ` +
      'it is left alone until the claim times out',
  );
}
