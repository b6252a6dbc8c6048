import {
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Clients } from './clients';
import { once } from './once';
import { inspect, lockStream } from './report-stream';
import type { Found, ReportStream } from './report-stream';

/**
 * How long before others may take over a claim its holder stops writing. Longer than a request in
 * progress takes to be served and become visible, with a margin for clocks that differ.
 */
const SETTLE_SECONDS = 15;

/** The right to write a run's report. */
export interface Claim {
  readonly stream: ReportStream;
  /** The holder writes nothing after this time, in milliseconds since 1970. */
  readonly deadline: number;
  /** Streams to remove once the report is complete. */
  readonly locks: readonly string[];
}

type LogsClients = Pick<Clients, 'logs' | 'logsOnce'>;

/**
 * Claims the run for this invocation by creating its stream: only one of many invocations can create it.
 * An incomplete report whose claim is older than the timeout belongs to an invocation that died. This
 * function deletes it and claims the run again.
 *
 * @param timeoutSeconds at least as long as an invocation may run
 * @returns the claim, or the state of another invocation's report
 */
export async function claim(
  clients: LogsClients,
  stream: ReportStream,
  timeoutSeconds: number,
): Promise<Claim | Found> {
  const deadline = claimDeadline(timeoutSeconds);
  if (await create(clients, stream)) return { stream, deadline, locks: [] };
  const found = await inspect(clients.logs, stream, timeoutSeconds);
  return found.state === 'abandoned' ? takeOver(clients, stream, timeoutSeconds, found) : found;
}

/**
 * Deletion is not conditional: if two invocations find the same abandoned claim, the slower could delete
 * the fresh claim of the faster. So only the invocation that creates a stream named after this very
 * claim may delete it, after another look. If that invocation dies, its stream is the newest of the run,
 * and the next take-over is named after that stream.
 */
async function takeOver(
  clients: LogsClients,
  stream: ReportStream,
  timeoutSeconds: number,
  abandoned: Found,
): Promise<Claim | Found> {
  const lock = lockStream(stream, abandoned.newest);
  const lockDeadline = claimDeadline(timeoutSeconds);
  const held: Found = { ...abandoned, state: 'held' };
  if (!(await create(clients, lock))) return held;
  const found = await inspect(clients.logs, stream, timeoutSeconds, {
    ownLock: lock.logStreamName,
    thorough: true,
  });
  const locks = [...found.locks, lock.logStreamName];
  if (found.state !== 'abandoned') return { ...found, locks };
  if (found.newest !== abandoned.newest) return held;
  await remove(clients, stream, lockDeadline);
  const deadline = claimDeadline(timeoutSeconds);
  if (await create(clients, stream)) return { stream, deadline, locks };
  // Another invocation came in between. The claim of this lock no longer exists, so the lock can be
  // removed.
  await removeLocks(clients, stream, locks);
  return held;
}

/** Gives up the claim and deletes what was written under it. */
export async function release(clients: LogsClients, { stream, deadline }: Claim): Promise<void> {
  await remove(clients, stream, deadline);
}

/** Removes the lock streams that take-overs left beside a complete report. */
export async function removeLocks(
  { logs }: LogsClients,
  { logGroupName }: ReportStream,
  locks: readonly string[],
): Promise<void> {
  for (const logStreamName of locks) {
    try {
      await logs.send(new DeleteLogStreamCommand({ logGroupName, logStreamName }));
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
  }
}

function claimDeadline(timeoutSeconds: number): number {
  return Date.now() + (timeoutSeconds - SETTLE_SECONDS) * 1000;
}

async function create({ logs }: LogsClients, stream: ReportStream): Promise<boolean> {
  const { logGroupName, logStreamName } = stream;
  try {
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    return true;
  } catch (error) {
    if (error instanceof ResourceAlreadyExistsException) return false;
    throw error;
  }
}

/** Sent once: a second attempt could delete a stream that another invocation has created since. */
async function remove({ logsOnce }: LogsClients, stream: ReportStream, deadline: number): Promise<void> {
  const { logGroupName, logStreamName } = stream;
  try {
    await once(deadline, (options) =>
      logsOnce.send(new DeleteLogStreamCommand({ logGroupName, logStreamName }), options),
    );
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}
