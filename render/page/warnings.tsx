import type { VNode } from 'preact';
import { LOSSES, WARNINGS } from '../../lib/contract';
import type { HostReport } from '../../lib/contract';
import type { ReadRun } from '../read-report';
import { FewHosts } from './few-hosts';
import { groupBy, largestFirst } from './grouping';
import { Section, Sentence } from './parts';
import type { ReportProps, SectionProps } from './parts';
import { counted } from './words';

/** How many warnings are named. */
const NAMED = 30;

/** What stopped no task: warnings, and what the run's own report lacks. */
export function Warnings({ run, hosts }: ReportProps): VNode<SectionProps> | null {
  const warnings = warned(hosts).filter(([code]) => !LOSSES.includes(code));
  const { hostOutput, digestFailed } = run;
  const silent = hostOutput?.hostsWithout ?? 0;
  if (warnings.length + silent === 0 && digestFailed === undefined) return null;
  return (
    <Section id="warnings" heading="Warnings">
      {digestFailed === undefined ? null : (
        <article class="group">
          <h3>! The summary was not sent</h3>
          <p class="message">{digestFailed}</p>
        </article>
      )}
      {silent > 0 ? (
        <article class="group">
          <h3>
            ! No output in <code>{hostOutput?.logGroupName}</code>{' '}
            <span class="count">{counted(silent, 'host')}</span>
          </h3>
          <p class="action">
            <b>What to do:</b> Let the instance profiles of these hosts write to the log group.
          </p>
          <FewHosts hosts={hostOutput?.examples ?? []} of={silent} run={run} />
        </article>
      ) : null}
      {warnings.slice(0, NAMED).map(([code, own]) => (
        <WarningArticle key={code} code={code} hosts={own} run={run} />
      ))}
      {warnings.length > NAMED ? (
        <p class="note">{counted(warnings.length - NAMED, 'more warning')} not shown here.</p>
      ) : null}
    </Section>
  );
}

const WARNING_OF: ReadonlyMap<string, (typeof WARNINGS)[keyof typeof WARNINGS]> = new Map(
  Object.entries(WARNINGS),
);

interface WarningProps {
  readonly code: string;
  readonly hosts: readonly HostReport[];
  readonly run: ReadRun;
}

export function WarningArticle({ code, hosts, run }: WarningProps): VNode {
  const warning = WARNING_OF.get(code);
  return (
    <article class={`group ${LOSSES.includes(code) ? 'failed' : 'skipped'}`}>
      <h3>
        ! <code>{code}</code> <span class="count">{counted(hosts.length, 'host')}</span>
      </h3>
      {warning ? (
        <>
          <p>
            <Sentence text={warning.meaning} />
          </p>
          <p class="action">
            <b>What to do:</b> <Sentence text={warning.action} />
          </p>
        </>
      ) : (
        <p>
          <Sentence text="the script of a `ShellTask` gave this warning" />
        </p>
      )}
      <FewHosts hosts={hosts} run={run} />
    </article>
  );
}

/** The hosts by warning, the largest group first. */
export function warned(hosts: readonly HostReport[]): [string, readonly HostReport[]][] {
  const pairs = hosts.flatMap((host) =>
    [...new Set(host.steps.flatMap(({ result }) => result?.warnings ?? []))].map((code) => ({ code, host })),
  );
  return largestFirst(groupBy(pairs, ({ code }) => code)).map(([code, own]) => [
    code,
    own.map(({ host }) => host),
  ]);
}
