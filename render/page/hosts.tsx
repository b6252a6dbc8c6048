import type { VNode } from 'preact';
import { bytesText, KEPT, KEPT_REASONS, removedText, TROUBLED_OUTCOMES } from '../../lib/contract';
import type { HostOutcome, HostReport, StepReport, StepResult } from '../../lib/contract';
import type { ReadRun } from '../read-report';
import { List } from './list';
import type { Item } from './list';
import { HostName, Outcome, Section } from './parts';
import type { ReportProps, SectionProps } from './parts';
import { bytesInPage, fitting, ROOM } from './room';
import { counted, diskText, hostText, outcomeText, removalText, shortened, stepName } from './words';
import { Outcomes } from './verdict';

/** How many hosts have a row with all details; the others have a line. */
const IN_FULL = 200;
/** How many groups a reader can choose from. */
const GROUPS = 40;
/** How much longer the page's markup of a host is than its report. */
const MARKUP = 400;
/** Longest name in a line where not all names have room. */
const SHORT_NAME = 30;

const ORDER: readonly HostOutcome[] = [...TROUBLED_OUTCOMES, 'skipped', 'succeeded'];

/** Every host: those that need attention first. */
export function Hosts({ run, hosts }: ReportProps): VNode<SectionProps> | null {
  if (hosts.length === 0) return null;
  const sorted = hosts.toSorted((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome));
  const full = fitting(sorted.slice(0, IN_FULL), ROOM.hostsInFull, (host) => MARKUP + reportBytes(host));
  const groupOf = groupingOf(hosts);
  const lines = linesOf(sorted.slice(full.length), groupOf);
  const left = hosts.length - full.length - lines.length;
  const groups = new Map(sorted.map((host) => [groupOf(host), groupOf(host)]));
  return (
    <Section id="hosts" heading="Hosts">
      <Outcomes run={run} />
      <List
        id="all-hosts"
        caption="Every host, those that need attention first"
        columns={['Host', 'Outcome', 'Disk', 'Freed', 'What happened']}
        nouns={['host', 'hosts']}
        groups={groups}
        rows={full.map((host) => ({ group: groupOf(host), cells: cellsOf(host, run) }))}
        lines={lines}
      />
      {left > 0 ? (
        <p class="note">
          <strong>{counted(left, 'host')} more</strong> without room here; the run’s log stream has all of
          them.
        </p>
      ) : null}
    </Section>
  );
}

/** Hosts are filtered by outcome and reason, or by outcome alone where scripts gave too many reasons. */
function groupingOf(hosts: readonly HostReport[]): (host: HostReport) => string {
  return new Set(hosts.map(outcomeText)).size > GROUPS
    ? ({ outcome }) => outcomeText({ outcome })
    : outcomeText;
}

/** The lines that have room. Names are cut in the middle if not all have room. */
function linesOf(
  hosts: readonly HostReport[],
  groupOf: (host: HostReport) => string,
): readonly Item<string>[] {
  const bytes = ({ cells }: Item<string>): number => bytesInPage(cells.join('\t')) + 1;
  const lines = hosts.map((host) => lineOf(host, groupOf(host), host.instanceName));
  if (fitting(lines, ROOM.hostsInShort, bytes).length === lines.length) return lines;
  const cut = hosts.map((host) =>
    lineOf(host, groupOf(host), host.instanceName && shortened(host.instanceName, SHORT_NAME)),
  );
  return fitting(cut, ROOM.hostsInShort, bytes);
}

function lineOf(host: HostReport, group: string, instanceName: string | undefined): Item<string> {
  const { instanceId, outcome, bytesReclaimed } = host;
  const name = hostText({ instanceId, ...(instanceName !== undefined && { instanceName }) });
  // The most frequent outcome has its sign alone: 10,000 words would be 100 KB.
  const sign = outcome === 'succeeded' ? '✓' : outcomeText(host);
  return {
    group,
    cells: [name, sign, diskText(host), bytesReclaimed > 0 ? bytesText(bytesReclaimed) : ''],
  };
}

function reportBytes({ message, steps, instanceName = '' }: HostReport): number {
  return bytesInPage(JSON.stringify([message, steps])) + bytesInPage(instanceName);
}

function cellsOf(host: HostReport, run: ReadRun): Item<VNode | string>['cells'] {
  return [
    <HostName host={host} run={run} link />,
    <Outcome outcome={host.outcome}>
      {host.reason && host.reason !== host.outcome ? (
        <>
          {' '}
          <code>{host.reason}</code>
        </>
      ) : null}
    </Outcome>,
    diskText(host),
    host.bytesReclaimed > 0 ? bytesText(host.bytesReclaimed) : '',
    <Details host={host} />,
  ];
}

function Details({ host }: { host: HostReport }): VNode {
  const removal = removalText(host);
  return (
    <>
      {host.message ? <p class="message">{host.message}</p> : null}
      {removal ? <p>{removal}</p> : null}
      {host.steps.length > 0 ? (
        <details>
          <summary>{counted(host.steps.length, 'step')}</summary>
          <ul>
            {host.steps.map((step) => (
              <Step key={step.step} step={step} />
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}

function Step({ step }: { step: StepReport }): VNode {
  const { result, reason, message } = step;
  const notes = [
    reason && message ? `${reason}: ${message}` : message,
    ...(result ? resultNotes(result) : []),
  ];
  return (
    <li>
      <b>{stepName(step)}</b> {reason ?? result?.outcome ?? 'no-result'}
      {result ? `, ${result.seconds} s` : ''}
      {notes.filter(Boolean).map((note, i) => (
        <span key={i} class="step-note">
          {note}
        </span>
      ))}
    </li>
  );
}

/** What a step's result says beside its outcome, one fact each. */
function resultNotes({ host, left = [], leftOmitted = 0, passedOver = {}, ...result }: StepResult): string[] {
  const removed = removedText(result.removed ?? {});
  const kept = KEPT.filter((reason) => passedOver[reason]).map(
    (reason) => `${passedOver[reason]} ${KEPT_REASONS[reason].words}`,
  );
  return [
    ...(removed ? [`${result.dryRun ? 'would remove' : 'removed'} ${removed}`] : []),
    ...(result.bytesReclaimed ? [`freed ${bytesText(result.bytesReclaimed)}`] : []),
    ...(result.reason || result.message ? [[result.reason, result.message].filter(Boolean).join(': ')] : []),
    ...(host ? [`Engine ${host.engine}, ${host.store} image store, Compose ${host.compose}`] : []),
    ...(kept.length > 0 ? [`kept ${kept.join(', ')}`] : []),
    ...(left.length > 0
      ? [`still there: ${left.join(', ')}${leftOmitted > 0 ? ` and ${leftOmitted} more` : ''}`]
      : []),
    ...(result.warnings?.length ? [`warnings: ${result.warnings.join(', ')}`] : []),
  ];
}
