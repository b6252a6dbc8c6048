import { bytesText, plural, printable, removedText } from '../lib/contract';
import type { HostOutcome, HostReport, Outcome, PassedOver, RunReport, StepReport } from '../lib/contract';

export interface RenderOptions {
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';
const SGR: Record<Style, number> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

const STYLE_OF_OUTCOME: Record<HostOutcome | Outcome, Style> = {
  succeeded: 'green',
  done: 'green',
  nothing: 'dim',
  skipped: 'yellow',
  failed: 'red',
  'timed-out': 'red',
  unreachable: 'red',
};

const PASSED_OVER: Record<keyof PassedOver, string> = {
  inUse: 'in use',
  young: 'too young',
  kept: 'with the keep label',
  tagged: 'tagged during the run',
  gone: 'no longer there',
  newest: 'newest of their repository',
  excluded: 'excluded by name',
  capped: 'left for the next run',
  unlabelled: 'labelled in part only',
  undescribed: 'not described by the Engine',
};

/** Renders the report of a run as text for a terminal. */
export function renderReport(
  run: RunReport,
  hosts: readonly HostReport[],
  { colour, width }: RenderOptions,
): string {
  const paint = (style: Style, text: string): string => (colour ? `\x1b[${SGR[style]}m${text}\x1b[0m` : text);
  const lines: string[] = [];
  const say = (indent: number, text: string, style?: Style): void => {
    for (const line of wrap(text, indent, width)) lines.push(style ? paint(style, line) : line);
  };

  const counts = Object.entries(run.hosts).filter(([outcome, count]) => outcome !== 'targeted' && count > 0);
  say(0, `${run.dryRun ? 'Dry run' : 'Run'} ${run.commandId} of ${run.housekeeping}`, 'bold');
  say(
    2,
    `${plural(run.hosts.targeted, 'host')} targeted, ${counts.map((c) => `${c[1]} ${c[0]}`).join(', ') || 'none reached'}`,
  );
  say(2, `${run.dryRun ? 'would remove' : 'removed'} ${removedText(run.removed) || 'nothing'}`);
  if (!run.dryRun) say(2, `${bytesText(run.bytesReclaimed)} reclaimed in ${run.seconds.toFixed(1)} s`);

  for (const host of hosts) {
    lines.push('');
    say(0, `${hostName(host)}: ${host.outcome}`, STYLE_OF_OUTCOME[host.outcome]);
    if (host.message) say(2, `${host.reason}: ${host.message}`);
    for (const step of host.steps) {
      say(2, stepText(step), step.reason ? 'red' : STYLE_OF_OUTCOME[step.result?.outcome ?? 'failed']);
      for (const detail of stepDetails(step)) say(6, detail);
    }
  }

  if (run.killed.length > 0) {
    lines.push('');
    say(0, `${plural(run.killedTotal, 'container')} had to be killed`, 'yellow');
    for (const { container, project, instanceId, remedy } of run.killed) {
      say(2, `${container} of project ${project} on ${instanceId}`);
      say(6, remedy);
    }
  }
  return `${lines.join('\n')}\n`;
}

export function hostName({ instanceId, instanceName }: HostReport): string {
  return instanceName ? `${instanceId} (${instanceName})` : instanceId;
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
  const { host, left, leftOmitted = 0, passedOver, warnings } = result;
  if (result.reason || result.message)
    details.push([result.reason, result.message].filter(Boolean).join(': '));
  if (host) {
    details.push(
      `Engine ${host.engine}, ${host.store} image store, Compose ${host.compose}, ` +
        `disk ${host.diskPercent ?? '?'} %, inodes ${host.inodePercent ?? '?'} %`,
    );
  }
  const over = Object.entries(passedOver ?? {}).filter(([, count]) => count > 0) as [
    keyof PassedOver,
    number,
  ][];
  if (over.length > 0) {
    details.push(`kept: ${over.map(([why, count]) => `${count} ${PASSED_OVER[why]}`).join(', ')}`);
  }
  if (left && left.length > 0) {
    details.push(`still there: ${left.join(', ')}${leftOmitted > 0 ? ` and ${leftOmitted} more` : ''}`);
  }
  if (warnings && warnings.length > 0) details.push(`warnings: ${warnings.join(', ')}`);
  return details;
}

function wrap(text: string, indent: number, width: number): string[] {
  const room = Math.max(20, width - indent);
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(/ +/)) {
    if (line && line.length + 1 + word.length > room) {
      lines.push(line);
      line = '';
    }
    line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].map((each) => ' '.repeat(indent) + each);
}
