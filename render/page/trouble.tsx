import type { VNode } from 'preact';
import { LOSSES, TROUBLED_OUTCOMES } from '../../lib/contract';
import type { HostReport } from '../../lib/contract';
import type { ReadRun } from '../read-report';
import { groupBy, largestFirst } from './grouping';
import { HostName, Outcome, Section, Sentence } from './parts';
import type { ReportProps, SectionProps } from './parts';
import { bytesInPage, fitting, ROOM } from './room';
import { counted, hostText, REASON_OF } from './words';

import { warned, WarningArticle } from './warnings';

/** How many reasons, messages of a reason, and hosts of a message are named. */
const NAMED = { reasons: 40, messages: 8, hosts: 30 };
/** The bytes of a host's markup. */
const MARKUP = 150;
const OF_SCRIPT = 'the script of a `ShellTask` gave this reason';

/** Hosts with one message of one reason. */
interface MessageGroup {
  readonly message: string;
  readonly hosts: readonly HostReport[];
}

/** Why hosts need attention, and what you do about it: once for each reason. */
export function Trouble({ run, hosts }: ReportProps): VNode<SectionProps> | null {
  const reasons = TROUBLED_OUTCOMES.flatMap((outcome) =>
    largestFirst(
      groupBy(
        hosts.filter((host) => host.outcome === outcome),
        ({ reason = outcome }) => reason,
      ),
    ).map(([reason, own]) => ({ outcome, reason, hosts: own })),
  );
  const losses = warned(hosts).filter(([code]) => LOSSES.includes(code));
  if (reasons.length + losses.length === 0) return null;
  const room = ROOM.trouble / Math.min(NAMED.reasons, reasons.length || 1);
  return (
    <Section id="trouble" heading="What needs attention">
      {losses.map(([code, own]) => (
        <WarningArticle key={code} code={code} hosts={own} run={run} />
      ))}
      {reasons.slice(0, NAMED.reasons).map(({ outcome, reason, hosts: own }) => (
        <article key={`${outcome} ${reason}`} class={`group ${outcome}`}>
          <h3>
            <Outcome outcome={outcome} /> <code>{reason}</code>{' '}
            <span class="count">{counted(own.length, 'host')}</span>
          </h3>
          <p>
            <Sentence text={REASON_OF.get(reason)?.meaning ?? OF_SCRIPT} />
          </p>
          <p class="action">
            <b>What to do:</b>{' '}
            <Sentence text={REASON_OF.get(reason)?.action ?? 'read the messages of the hosts'} />
          </p>
          <Messages hosts={own} run={run} room={room} />
        </article>
      ))}
      {reasons.length > NAMED.reasons ? (
        <p class="note">
          <strong>{counted(reasons.length - NAMED.reasons, 'more reason')}</strong>: see the{' '}
          <a href="#hosts">list of hosts</a>.
        </p>
      ) : null}
    </Section>
  );
}

/** The hosts of a reason: those with the same message together. */
function Messages({ hosts, run, room }: { hosts: readonly HostReport[]; run: ReadRun; room: number }): VNode {
  const groups = largestFirst(groupBy(hosts, ({ message = '' }) => message))
    .slice(0, NAMED.messages)
    .map(([message, own]): MessageGroup => ({ message, hosts: own.slice(0, NAMED.hosts) }));
  const shown = fitting(
    groups.flatMap((group) => group.hosts.map((host, i) => ({ host, first: i === 0 }))),
    room,
    ({ host, first }) => MARKUP + bytesInPage(hostText(host)) + (first ? bytesInPage(host.message ?? '') : 0),
  );
  const messages = groupBy(shown, ({ host: { message = '' } }) => message);
  return (
    <>
      <ul class="messages">
        {[...messages].map(([message, own]) => (
          <li key={message}>
            {message ? <p class="message">{message}</p> : null}
            <ul class="hosts">
              {own.map(({ host }) => (
                <li key={host.instanceId}>
                  <HostName host={host} run={run} link={hosts.length <= NAMED.hosts} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {shown.length < hosts.length ? (
        <p>
          … and {counted(hosts.length - shown.length, 'more host')}: see the{' '}
          <a href="#hosts">list of hosts</a>.
        </p>
      ) : null}
    </>
  );
}
