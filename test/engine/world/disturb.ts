import type { PrivateHost } from '../../../local/host/private-host';
import { calls, interpose, leaveAlone } from '../support/interpose';
import type { FaultPlan } from './plan';

/** Of these calls more than in a dry run, a run makes some. */
const MORE_CALLS = 4;

/** What comes of a run at one of whose calls the Docker CLI failed. */
export interface Disturbed<T> {
  readonly outcome: T;
  /** The call; undefined if the run did not make so many. */
  readonly call: string | undefined;
}

/** Runs a task and counts its calls. */
export async function counting<T>(
  host: PrivateHost,
  run: () => Promise<T>,
): Promise<{ outcome: T; count: number }> {
  await interpose(host, ':');
  const outcome = await run();
  const { length: count } = await calls(host);
  await leaveAlone(host);
  return { outcome, count };
}

/** Runs a task at one of whose calls the Docker CLI fails. @param count how many calls a dry run makes */
export async function disturbed<T>(
  host: PrivateHost,
  { call, how, late }: FaultPlan,
  count: number,
  run: () => Promise<T>,
): Promise<Disturbed<T>> {
  const nth = 1 + (call % (count + MORE_CALLS));
  // Who is killed takes along what it has not yet written.
  const first = late ? `"$real" "$@" ${how === 'killed' ? '>/dev/null 2>&1 ' : ''}7>&-;` : '';
  const end = how === 'killed' ? 'exit 137' : `echo 'unexpected EOF' >&2; exit 1`;
  await interpose(host, `[ "$count" -ne ${nth} ] || { ${first} ${end}; }`);
  const outcome = await run();
  const made = await calls(host);
  await leaveAlone(host);
  return { outcome, call: made[nth - 1] };
}
