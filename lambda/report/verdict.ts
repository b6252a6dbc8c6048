import { REPORTER_REASONS, explain } from '../../lib/contract';
import type { HostOutcome, ReporterReason } from '../../lib/contract';

/** The outcome of a host, with its reason. */
export interface Verdict {
  readonly outcome: HostOutcome;
  readonly reason?: string;
  readonly message?: string;
}

export function verdict(reason: ReporterReason, detail?: string): Verdict {
  return { outcome: REPORTER_REASONS[reason].outcome, reason, message: explain(reason, detail) };
}
