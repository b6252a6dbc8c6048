import {
  bytesText,
  durationText,
  HOST_OUTCOME_TABLE,
  HOST_OUTCOMES,
  LOSSES,
  plural,
  removedText,
  TROUBLED_OUTCOMES,
} from '../lib/contract';
import type { HostOutcome, HostReport, KilledOnHost, Outcome, ReasonCount } from '../lib/contract';
import { Layout } from './layout';
import type { RenderOptions, Style } from './layout';
import { sayKept, sayLeft, sayMissing, sayRemoved } from './terminal-objects';
import {
  attentionReasons,
  findReason,
  findWarning,
  hostName,
  hostNames,
  stepDetails,
  stepText,
} from './words';
import type { ReadRun } from './words';

export { optionsFor } from './layout';
export type { RenderOptions } from './layout';
export { hostName, stepDetails, stepText } from './words';

/** How many hosts the lists of hosts and disks name. */
const SHOWN_HOSTS = 100;

const STYLE_OF_OUTCOME: Record<HostOutcome | Outcome, Style> = {
  succeeded: 'green',
  done: 'green',
  nothing: 'dim',
  skipped: 'yellow',
  failed: 'red',
  'timed-out': 'red',
  unreachable: 'red',
};

/**
 * Renders the report of a run as text for a terminal: the verdict first, then trouble with what to do, what was removed, what
 * was kept and why, and the disks.
 */
export function renderReport(run: ReadRun, hosts: readonly HostReport[], options: RenderOptions): string {
  const text = new Layout(options);
  sayVerdict(text, run);
  sayTrouble(text, run, hosts);
  sayWarnings(text, run);
  sayKilled(text, run);
  sayRemoved(text, run, hosts);
  sayKept(text, hosts);
  sayMissing(text, run, hosts);
  sayDisks(text, run, hosts);
  sayTasks(text, hosts);
  return text.toString();
}

function sayVerdict(text: Layout, run: ReadRun): void {
  const reasons = attentionReasons(run);
  if (run.needsAttention) text.say(`✕ Needs attention: ${reasons.join('; ')}`, { style: 'red' });
  else text.say('✓ All is well: nothing needs attention', { style: 'green' });
  const removed = removedText(run.removed) || 'nothing';
  if (run.dryRun)
    text.say(`Dry run: nothing was removed. A run would remove ${removed}`, { indent: 2, style: 'yellow' });
  else text.say(`Removed ${removed}`, { indent: 2 });
  const counts = HOST_OUTCOMES.filter((outcome) => run.hosts[outcome] > 0).map(
    (outcome) => `${run.hosts[outcome]} ${HOST_OUTCOME_TABLE[outcome].words}`,
  );
  text.say(`${plural(run.hosts.targeted, 'host')} targeted: ${counts.join(', ') || 'none reached'}`, {
    indent: 2,
  });
  const { account, region, trigger } = run;
  const where = account && region ? ` in account ${account}, region ${region}` : '';
  const execution = trigger?.executionId ? `, execution ${trigger.executionId}` : '';
  const by = trigger && `started by ${trigger.by === 'hand' ? 'hand' : `the schedule${execution}`}`;
  const at = `sent at ${run.requestedAt.slice(0, 16).replace('T', ' ')} UTC, took ${durationText(run.seconds)}`;
  const facts = [`${run.housekeeping}${where}`, by ? `${by}, ${at}` : at, `command ${run.commandId}`];
  for (const fact of facts) text.say(fact, { indent: 2, style: 'dim' });
}

function sayTrouble(text: Layout, run: ReadRun, hosts: readonly HostReport[]): void {
  const { digestFailed, hostOutput, reasons } = run;
  const without = hostOutput?.hostsWithout ?? 0;
  const trouble = reasons.filter(({ outcome }) => TROUBLED_OUTCOMES.some((each) => each === outcome));
  if (trouble.length > 0 || digestFailed || without > 0) text.heading('Trouble', 'red');
  for (const group of trouble) sayReason(text, group, hosts);
  if (digestFailed) text.say(`the notification was not sent: ${digestFailed}`, { indent: 2 });
  if (hostOutput && without > 0) {
    const examples = hostNames(without, hostOutput.examples ?? []);
    text.say(`${plural(without, 'host')} wrote no output to ${hostOutput.logGroupName}: ${examples}`, {
      indent: 2,
    });
  }
  sayLeft(text, hosts);
  const skipped = reasons.filter(({ outcome }) => outcome === 'skipped');
  if (skipped.length > 0) text.heading('Skipped', 'yellow');
  for (const group of skipped) sayReason(text, group, hosts);
}

function sayReason(
  text: Layout,
  { outcome, reason, count, message }: ReasonCount,
  hosts: readonly HostReport[],
): void {
  const affected = hosts.filter((host) => host.outcome === outcome && host.reason === reason);
  text.say(`${plural(count, 'host')} ${HOST_OUTCOME_TABLE[outcome].words}: ${reason}`, {
    indent: 2,
    style: STYLE_OF_OUTCOME[outcome],
  });
  const known = findReason(reason);
  const why = withoutAction(reason, message) ?? known?.meaning;
  if (why) text.say(why, { indent: 4 });
  if (known) text.say(`What to do: ${known.action}`, { indent: 4, style: 'bold' });
  text.say(`On ${hostNames(count, affected.slice(0, SHOWN_HOSTS))}`, { indent: 4 });
}

function sayWarnings(text: Layout, { warnings }: ReadRun): void {
  if (warnings.length === 0) return;
  text.heading('Warnings', 'yellow');
  for (const { code, count, examples } of warnings) {
    text.say(code, { indent: 2, style: LOSSES.includes(code) ? 'red' : 'yellow' });
    const known = findWarning(code);
    if (known) {
      text.say(known.meaning, { indent: 4 });
      text.say(`What to do: ${known.action}`, { indent: 4, style: 'bold' });
    }
    text.say(`On ${hostNames(count, examples)}`, { indent: 4 });
  }
}

/** Each service once, because all its containers have the same remedy. */
function sayKilled(text: Layout, { killed, killedTotal }: ReadRun): void {
  if (killedTotal === 0) return;
  text.heading(`${plural(killedTotal, 'container')} killed after the grace period`, 'yellow');
  const serviceOf = ({ project, service }: KilledOnHost): string => `${project}/${service}`;
  for (const service of new Set(killed.map(serviceOf))) {
    const containers = killed.filter((each) => serviceOf(each) === service);
    const named = containers.map(({ container, ...host }) => `${container} on ${hostName(host)}`);
    text.say(`${service}: ${named.join(', ')}`, { indent: 2 });
    text.say(`What to do: ${containers[0]?.remedy}`, { indent: 4, style: 'bold' });
  }
  if (killedTotal > killed.length) text.say(`and ${killedTotal - killed.length} more`, { indent: 2 });
}

function sayDisks(text: Layout, run: ReadRun, hosts: readonly HostReport[]): void {
  const percent = (value: number | undefined): string => (value === undefined ? '' : `${value} %`);
  const fullness = ({ host, diskPercentAfter }: HostReport): number =>
    diskPercentAfter ?? host?.diskPercent ?? -1;
  const known = hosts.filter((host) => fullness(host) >= 0).sort((a, b) => fullness(b) - fullness(a));
  if (hosts.length === 0) return;
  text.heading('Disks');
  text.table(
    ['Host', 'Disk before', 'Disk after', 'Inodes before', 'Inodes after'],
    known
      .slice(0, SHOWN_HOSTS)
      .map(({ host, diskPercentAfter, inodePercentAfter, ...ref }) => [
        hostName(ref),
        ...[host?.diskPercent, diskPercentAfter, host?.inodePercent, inodePercentAfter].map(percent),
      ]),
  );
  if (known.length > SHOWN_HOSTS)
    text.say(`and ${plural(known.length - SHOWN_HOSTS, 'host')} with emptier disks`, { indent: 2 });
  if (known.length < hosts.length)
    text.say(`not known of ${plural(hosts.length - known.length, 'host')}`, { indent: 2 });
  if (!run.dryRun) {
    text.say(
      `${bytesText(run.bytesReclaimed)} freed, as measured on the disk: what others wrote counts too`,
      {
        indent: 2,
      },
    );
  }
  const whose = run.dryRun ? 'objects that a run would remove' : 'removed objects';
  if (run.sizeOfRemoved === undefined) return;
  text.say(
    `${bytesText(run.sizeOfRemoved)} is the sum of the own sizes of the ${whose}: shared layers count in each`,
    { indent: 2 },
  );
}

/** What the tasks did: on the only host, or on each host in trouble that ran some. */
function sayTasks(text: Layout, hosts: readonly HostReport[]): void {
  const troubled = hosts.filter(
    ({ outcome, steps }) => TROUBLED_OUTCOMES.some((each) => each === outcome) && steps.length > 0,
  );
  const shown = hosts.length === 1 ? hosts : troubled.slice(0, SHOWN_HOSTS);
  for (const host of shown) {
    text.heading(
      `Tasks on ${hostName(host)}: ${HOST_OUTCOME_TABLE[host.outcome].words}`,
      STYLE_OF_OUTCOME[host.outcome],
    );
    const why = withoutAction(host.reason ?? '', host.message);
    if (why) text.say(`${host.reason}: ${why}`, { indent: 2 });
    for (const step of host.steps) {
      const style = step.reason ? 'red' : STYLE_OF_OUTCOME[step.result?.outcome ?? 'failed'];
      text.say(stepText(step), { indent: 2, style });
      for (const detail of stepDetails(step)) text.say(detail, { indent: 6 });
    }
  }
  if (hosts.length > 1 && troubled.length > shown.length)
    text.say(`and ${plural(troubled.length - shown.length, 'more host')} in trouble`);
}

/** A message of the reporter ends with the action, which the text says once for all hosts. */
function withoutAction(reason: string, message: string | undefined): string | undefined {
  const known = findReason(reason);
  return known ? message?.replace(`: ${known.action}`, '') : message;
}
