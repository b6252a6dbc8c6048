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
 * How long before others may take a claim over its holder stops writing: longer
 * than a request under way takes to be served and seen, and clocks differ.
 */
const SETTLE_SECONDS = 15;

/** The right to write a run's report. */
export interface Claim {
  readonly stream: ReportStream;
  /** Nothing may be written later, in milliseconds since 1970. */
  readonly deadline: number;
  /** Streams to remove once the report is complete. */
  readonly locks: readonly string[];
}

type LogsClients = Pick<Clients, 'logs' | 'logsOnce'>;

/**
 * Claims the run for this invocation by creating its stream, which only one of
 * many can do. A report that is not complete and whose claim is older than the
 * timeout was left by an invocation that died: it is deleted and claimed anew.
 *
 * @param timeoutSeconds not shorter than an invocation may run
 * @returns the claim, or in what state the report of another invocation is
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
 * Deleting is not conditional: of two that found the same abandoned claim, the
 * slower would delete the fresh claim of the faster. So only the one that creates
 * a stream named after this very claim may, after having looked again. Should it
 * die, that stream is the newest of the run's, and the next take-over is named
 * after it.
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
  // Somebody came in between: the claim that this lock is about is gone, and so is the need of it.
  await removeLocks(clients, stream, locks);
  return held;
}

/** Gives the claim up, with whatever has been written under it. */
export async function release(clients: LogsClients, { stream, deadline }: Claim): Promise<void> {
  await remove(clients, stream, deadline);
}

/** Removes what take-overs left beside a complete report. */
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

/** Once: a second try could meet the stream that somebody else has created since. */
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
