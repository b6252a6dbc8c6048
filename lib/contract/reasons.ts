import { HOST_REASONS } from './host-reasons';
import type { HostOutcome } from './host-outcomes';
import { REPORTER_REASONS } from './reporter-reasons';
import type { ReporterReason } from './reporter-reasons';

/**
 * Why a step or a host did not succeed. The code of a reason is public: alarms and queries may rely on it, so no code
 * may change. Meaning and action may: they are for people.
 *
 * The action follows the meaning after a colon, so both begin with a small letter and end without a full stop.
 */
export interface Reason {
  /** The outcome of the step or host that has this reason. */
  readonly outcome: Exclude<HostOutcome, 'succeeded'>;
  readonly meaning: string;
  /** What you do about it. */
  readonly action: string;
}

/** Every reason, by what gives it: a script on a host, or the reporter. The script of a `ShellTask` can give others. */
export const REASONS = { host: HOST_REASONS, reporter: REPORTER_REASONS } as const;

/** A reason of the reporter as one sentence; `detail` is what the reporter knows of this case. */
export function explain(reason: ReporterReason, detail?: string): string {
  const { meaning, action } = REPORTER_REASONS[reason];
  return `${meaning}${detail ? ` (${detail})` : ''}: ${action}`;
}
