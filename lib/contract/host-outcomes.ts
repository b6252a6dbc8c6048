/** The outcome of a host in a run: the metric that counts such hosts, and its name for people. */
interface HostOutcomeRow {
  readonly metric: string;
  readonly words: string;
}

/** Every outcome of a host, in the order in which people read them. */
export const HOST_OUTCOME_TABLE = {
  succeeded: { metric: 'HostsSucceeded', words: 'succeeded' },
  failed: { metric: 'HostsFailed', words: 'failed' },
  'timed-out': { metric: 'HostsTimedOut', words: 'timed out' },
  unreachable: { metric: 'HostsUnreachable', words: 'not reached' },
  skipped: { metric: 'HostsSkipped', words: 'skipped' },
} as const satisfies Readonly<Record<string, HostOutcomeRow>>;

export type HostOutcome = keyof typeof HOST_OUTCOME_TABLE;
export type OutcomeMetric = (typeof HOST_OUTCOME_TABLE)[HostOutcome]['metric'];

export const HOST_OUTCOMES = Object.keys(HOST_OUTCOME_TABLE) as readonly HostOutcome[];

/** The metrics that count hosts by outcome, in the order of the outcomes. */
export const OUTCOME_METRICS: readonly OutcomeMetric[] = HOST_OUTCOMES.map(
  (outcome) => HOST_OUTCOME_TABLE[outcome].metric,
);

/** The run came to the host, and a task failed or did not end in time; the gravest first. */
export const FAILED_OUTCOMES = ['failed', 'timed-out'] as const satisfies readonly HostOutcome[];

/** The host needs attention; the gravest first. A skipped host does not: the run left it alone on purpose. */
export const TROUBLED_OUTCOMES = [
  ...FAILED_OUTCOMES,
  'unreachable',
] as const satisfies readonly HostOutcome[];
