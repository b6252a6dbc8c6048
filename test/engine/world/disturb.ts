import type { PrivateHost } from '../../../local/host/private-host';
import { calls, interpose, leaveAlone } from '../support/interpose';
import type { FaultPlan } from './plan';

/** A run makes more calls than its dry run. The fault may hit up to this many extra calls. */
const MORE_CALLS = 4;

/** The result of a run in which one call of the Docker CLI failed. */
export interface Disturbed<T> {
  readonly outcome: T;
  /** The call that failed; undefined if the run ended before it. */
  readonly call: string | undefined;
}

/** Runs a task and counts its calls of the Docker CLI. */
export async function countCalls<T>(
  host: PrivateHost,
  run: () => Promise<T>,
): Promise<{ outcome: T; count: number }> {
  await interpose(host, ':');
  const outcome = await run();
  const { length: count } = await calls(host);
  await leaveAlone(host);
  return { outcome, count };
}

/** Runs a task. One of its calls of the Docker CLI fails. @param count how many calls a dry run makes */
export async function runWithFault<T>(
  host: PrivateHost,
  { call, how, late }: FaultPlan,
  count: number,
  run: () => Promise<T>,
): Promise<Disturbed<T>> {
  const nth = 1 + (call % (count + MORE_CALLS));
  // A killed process loses the output that it has not written.
  const first = late ? `"$real" "$@" ${how === 'killed' ? '>/dev/null 2>&1 ' : ''}7>&-;` : '';
  const end = how === 'killed' ? 'exit 137' : `echo 'unexpected EOF' >&2; exit 1`;
  await interpose(host, `[ "$count" -ne ${nth} ] || { ${first} ${end}; }`);
  const outcome = await run();
  const made = await calls(host);
  await leaveAlone(host);
  return { outcome, call: made[nth - 1] };
}
