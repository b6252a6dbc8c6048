import {
  bytesText,
  explain,
  HOST_OUTCOME_TABLE,
  HOST_REASONS,
  KEPT,
  KEPT_REASONS,
  LOSSES,
  noHostReason,
  plural,
  removedText,
  REPORTER_REASONS,
  TROUBLED_OUTCOMES,
  WARNINGS,
} from '../lib/contract';
import type { DiskUse, HostRef, PassedOver, Reason, RunReport, StepReport } from '../lib/contract';

/** What reports of earlier versions do not say. */
type Unrecorded = 'account' | 'region' | 'trigger' | 'sizeOfRemoved';

/** A run that an earlier version may have reported. */
export type ReadRun = Omit<RunReport, Unrecorded> & Partial<Pick<RunReport, Unrecorded>>;

/** Why a run needs attention, in words; empty when it does not. */
export function attentionReasons(run: ReadRun): string[] {
  if (!run.needsAttention) return [];
  const { hosts, coverage, warnings } = run;
  const noHost = noHostReason(run);
  return [
    ...(noHost ? [`there was no host to clean: ${explain(noHost)}`] : []),
    ...TROUBLED_OUTCOMES.filter((outcome) => hosts[outcome] > 0).map(
      (outcome) => `${plural(hosts[outcome], 'host')} ${HOST_OUTCOME_TABLE[outcome].words}`,
    ),
    ...(coverage.state === 'unknown'
      ? [`it is not known whether all hosts were reached: ${coverage.message ?? 'no reason was given'}`]
      : []),
    ...warnings
      .filter(({ code }) => LOSSES.includes(code))
      .map(({ code, count }) => `${plural(count, 'host')} lost something: ${code}`),
  ];
}

/** What a reason means and what to do about it; undefined for a reason of your own script. */
export function findReason(code: string): Reason | undefined {
  const reasons: Readonly<Record<string, Reason>> = { ...HOST_REASONS, ...REPORTER_REASONS };
  return Object.hasOwn(reasons, code) ? reasons[code] : undefined;
}

/** What a warning means and what to do about it; undefined for a warning of your own script. */
export function findWarning(code: string): { readonly meaning: string; readonly action: string } | undefined {
  const warnings: Readonly<Record<string, { readonly meaning: string; readonly action: string }>> = WARNINGS;
  return Object.hasOwn(warnings, code) ? warnings[code] : undefined;
}

export function hostName({ instanceId, instanceName }: HostRef): string {
  return instanceName ? `${instanceId} (${instanceName})` : instanceId;
}

/** Hosts by name, and how many more there are. */
export function hostNames(count: number, examples: readonly HostRef[]): string {
  const more = count - examples.length;
  return [...examples.map(hostName), ...(more > 0 ? [plural(more, 'more host')] : [])].join(', ');
}

/** A step in one line. */
export function stepText({ step, result, reason }: StepReport): string {
  const outcome = reason ?? result?.outcome ?? 'no-result';
  if (!result) return `${step}: ${outcome}`;
  const removed = removedText(result.removed ?? {});
  const bytes = result.bytesReclaimed ? `, ${bytesText(result.bytesReclaimed)} reclaimed` : '';
  return `${step}: ${outcome}${removed ? `, ${result.dryRun ? 'would remove ' : ''}${removed}` : ''}${bytes}, ${result.seconds} s`;
}

/** Further details of a step, one a line. */
export function stepDetails({ result, message }: StepReport): string[] {
  const details = message ? [message] : [];
  if (!result) return details;
  const { disk, host, left, leftOmitted = 0, passedOver, warnings } = result;
  if (result.reason || result.message)
    details.push([result.reason, result.message].filter(Boolean).join(': '));
  if (host) {
    details.push(
      `Engine ${host.engine}, ${host.store} image store, Compose ${host.compose}, ${diskText(host)}`,
    );
  }
  if (disk) details.push(diskText(disk));
  const kept = keptText(passedOver ?? {});
  if (kept) details.push(`kept: ${kept}`);
  if (left && left.length > 0) {
    details.push(`still there: ${left.join(', ')}${leftOmitted > 0 ? ` and ${leftOmitted} more` : ''}`);
  }
  if (warnings && warnings.length > 0) details.push(`warnings: ${warnings.join(', ')}`);
  return details;
}

/** Why objects were kept, in words, e.g. `2 in use, 1 too young`; empty when none was. */
export function keptText(passedOver: PassedOver): string {
  return KEPT.flatMap((why) => {
    const count = passedOver[why] ?? 0;
    return count > 0 ? [`${count} ${KEPT_REASONS[why].words}`] : [];
  }).join(', ');
}

function diskText({ diskPercent, inodePercent }: DiskUse): string {
  return `disk ${diskPercent ?? '?'} %, inodes ${inodePercent ?? '?'} %`;
}
