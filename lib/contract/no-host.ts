import { HOST_OUTCOMES } from './host-outcomes';
import type { RunReport } from './report';
import type { ReporterReason } from './reporter-reasons';

/** The statuses with which Systems Manager refuses a whole command, so that it reaches no host or not all. */
export const REFUSALS: ReadonlyMap<string, ReporterReason> = new Map([
  ['AccessDenied', 'access-denied'],
  ['RateExceeded', 'rate-exceeded'],
  ['LimitExceeded', 'rate-exceeded'],
]);

/** Why Systems Manager refused the whole command; undefined when it did not. */
export function refusalOf(commandStatus: string): ReporterReason | undefined {
  // The API spells a status without spaces, some pages of its documentation with them.
  return REFUSALS.get(commandStatus.replaceAll(' ', ''));
}

/** Why the run had no host; undefined when it had one. */
export function noHostReason({
  hosts,
  commandStatus,
}: Pick<RunReport, 'hosts' | 'commandStatus'>): ReporterReason | undefined {
  if (HOST_OUTCOMES.some((outcome) => hosts[outcome] > 0)) return undefined;
  return refusalOf(commandStatus) ?? 'no-instances-in-tag';
}
