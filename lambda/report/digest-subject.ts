import { bytesText, LOSSES, noHostReason, plural, TROUBLED_OUTCOMES } from '../../lib/contract';
import type { RunReport } from '../../lib/contract';

/** SNS accepts subjects of less than 100 characters. */
const SUBJECT_LENGTH = 99;

/**
 * The run in a line of printable ASCII: what needs attention, where, and the result. A line that is too long loses the
 * product's name first, and then the beginning of the construct's.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function digestSubject(run: RunReport): string {
  const attention = run.needsAttention ? '[attention] ' : '';
  const name = run.housekeeping.replace(/[^ -~]/g, '?');
  const rest = ` (${run.account} ${run.region}): ${headline(run)}`;
  const room = SUBJECT_LENGTH - attention.length - rest.length;
  const [long, short] = run.dryRun
    ? ['Docker housekeeping dry run ', 'Dry run ']
    : ['Docker housekeeping ', ''];
  const title = long.length + name.length <= room ? long : short;
  return `${attention}${title}${cut(name, room - title.length)}${rest}`;
}

function headline(run: RunReport): string {
  const { hosts, coverage, dryRun, bytesReclaimed } = run;
  const all = plural(hosts.targeted, 'host');
  if (noHostReason(run)) return 'there was no host';
  const troubles = TROUBLED_OUTCOMES.filter((outcome) => hosts[outcome] > 0);
  const [only, ...others] = troubles;
  if (only && others.length === 0) return `${hosts[only]} of ${all} ${only.replace('-', ' ')}`;
  if (only) {
    return `${troubles.reduce((sum, outcome) => sum + hosts[outcome], 0)} of ${all} need attention`;
  }
  if (coverage.state === 'unknown') return `${all}, others may have been missed`;
  if (run.warnings.some(({ code }) => LOSSES.includes(code))) return `${all}, something was lost`;
  return `${all}, ${dryRun ? 'nothing was removed' : `${bytesText(bytesReclaimed)} reclaimed`}`;
}

/** Keeps the end of a construct's path, which distinguishes it from others. */
function cut(name: string, length: number): string {
  return name.length > length ? `...${name.slice(name.length - length + 3)}` : name;
}
