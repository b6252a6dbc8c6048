import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsServiceException } from '@aws-sdk/client-cloudwatch-logs';

/** The first pause before a throttled request is sent again. It doubles up to the last. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 3_200;

/**
 * Sends a request that must not be served twice, and not after its deadline: an invocation that takes
 * over relies on that. Only a throttled request is sent again, because it was certainly not served.
 *
 * @param deadline milliseconds since 1970
 * @param send sends the request once; its client must not retry
 */
export async function once<T>(
  deadline: number,
  send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    const remaining = deadline - Date.now();
    if (remaining <= 0) {
      throw new Error(
        'the claim on this report has expired, and another invocation may be writing it: ' +
          'this one writes nothing more; the next delivery or the hourly sweep completes the report',
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
