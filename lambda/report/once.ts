import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsServiceException } from '@aws-sdk/client-cloudwatch-logs';

/** First pause before a throttled request is sent again; it doubles up to the last. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 3_200;

/**
 * Sends a request that must not be served twice, and not after its deadline:
 * whoever takes over then relies on it. Only a throttled request, which was
 * certainly not served, is sent again.
 *
 * @param deadline milliseconds since 1970
 * @param send sends once; a client of it must not retry
 */
export async function once<T>(
  deadline: number,
  send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    const remaining = deadline - Date.now();
    if (remaining <= 0) {
      throw new Error(
        'the claim on this report has run out, and another invocation may be at it: ' +
          'nothing more is written; the next delivery or the hourly sweep completes the report',
      );
    }
    try {
      return await send({ abortSignal: AbortSignal.timeout(remaining) });
    } catch (error) {
      if (!isThrottled(error) || pause > LAST_PAUSE_MS) throw error;
    }
    await sleep(pause);
  }
}

function isThrottled(error: unknown): boolean {
  return error instanceof CloudWatchLogsServiceException && error.name === 'ThrottlingException';
}
