import { REPORTER_REASONS, explain } from '../../lib/contract';
import type { HostOutcome, ReporterReason } from '../../lib/contract';

/** How a host fared, and why. */
export interface Verdict {
  readonly outcome: HostOutcome;
  readonly reason?: string;
  readonly message?: string;
}

export function verdict(reason: ReporterReason, detail?: string): Verdict {
  return { outcome: REPORTER_REASONS[reason].outcome, reason, message: explain(reason, detail) };
}
