import { HOST_OUTCOME_TABLE, REASONS, removedText } from '../../lib/contract';
import type { HostOutcome, HostRef, HostReport, Reason, StepReport } from '../../lib/contract';

/** A sign for each outcome, so that colour is never the only one. */
export const OUTCOME_SIGN: Readonly<Record<HostOutcome, string>> = {
  succeeded: '✓',
  skipped: '–',
  failed: '✕',
  'timed-out': '⧖',
  unreachable: '?',
};

/** A count with separators, e.g. `10,000`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** A count with its noun, e.g. `10,000 hosts`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : plural}`;
}

/** A host's name and id, or its id alone. */
export function hostText({ instanceId, instanceName }: HostRef): string {
  return instanceName ? `${instanceName} ${instanceId}` : instanceId;
}

/** A text of at most this length, without its middle if it is longer: both ends distinguish names. */
export function shortened(text: string, length: number): string {
  const characters = [...text];
  const half = Math.floor((length - 1) / 2);
  return characters.length <= length
    ? text
    : `${characters.slice(0, half).join('')}…${characters.slice(-half).join('')}`;
}

/** A host's outcome with its sign. A troubled or skipped host has the code of its reason. */
export function outcomeText({ outcome, reason }: Pick<HostReport, 'outcome' | 'reason'>): string {
  const words = HOST_OUTCOME_TABLE[outcome].words;
  return `${OUTCOME_SIGN[outcome]} ${words}${reason && reason !== outcome ? `: ${reason}` : ''}`;
}

/** Disk use before and after, e.g. `93 → 61 %`; empty when it is not known. */
export function diskText({ host, diskPercentAfter }: HostReport): string {
  const percents = [host?.diskPercent, diskPercentAfter].filter((percent) => percent !== undefined);
  return percents.length > 0 ? `${percents.join(' → ')} %` : '';
}

/** What the contract says of each reason. The script of a `ShellTask` can give others. */
export const REASON_OF: ReadonlyMap<string, Reason> = new Map(
  Object.entries({ ...REASONS.reporter, ...REASONS.host }),
);

/** What a host removed, in words; empty when it removed nothing. */
export function removalText({ removed, dryRun }: HostReport): string {
  const text = removedText(removed);
  return text && `${dryRun ? 'would remove' : 'removed'} ${text}`;
}

/** The task of a step: its kind, or the step's name without a result. */
export function stepName({ step, result }: StepReport): string {
  return result && result.task !== step ? `${step} (${result.task})` : step;
}
