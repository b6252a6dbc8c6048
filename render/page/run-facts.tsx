import type { ComponentChildren, VNode } from 'preact';
import { durationText, logGroupUrl, logStreamUrl, plural, runCommandUrl } from '../../lib/contract';
import type { ReadRun } from '../read-report';
import { groupBy, largestFirst } from './grouping';
import { Section, Time } from './parts';
import type { ReportProps, SectionProps } from './parts';
import { counted } from './words';

/** How many combinations of Engine, image store and Compose are shown. */
const SHOWN = 20;
const UNKNOWN = 'not in this report';

/** What ran, where, when and why, with links to the console. */
export function RunFacts({ run }: { run: ReadRun }): VNode<SectionProps> {
  const { stream, hostOutput, region = '' } = run;
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    ['Kind', run.dryRun ? 'dry run' : 'run'],
    ['Account', run.account ?? UNKNOWN],
    ['Region', run.region ?? UNKNOWN],
    ['Started by', triggerText(run)],
    ['Requested at', <Time iso={run.requestedAt} />],
    ['Reported at', <Time iso={run.reportedAt} />],
    ['Duration', durationText(run.seconds)],
    ['Command', <Linked url={runCommandUrl(region, run.commandId)} text={run.commandId} />],
    ['Document', run.documentName],
    ['Status in Systems Manager', run.commandStatus],
    ['Coverage', coverageText(run)],
    ...(stream
      ? ([
          [
            'Report',
            <Linked
              url={logStreamUrl(region, stream)}
              text={`${stream.logGroupName} ${stream.logStreamName}`}
            />,
          ],
        ] as const)
      : []),
    ...(hostOutput
      ? ([
          [
            'Whole output of the hosts',
            <Linked url={logGroupUrl(region, hostOutput.logGroupName)} text={hostOutput.logGroupName} />,
          ],
        ] as const)
      : []),
  ];
  return (
    <Section id="run" heading="The run">
      <dl class="facts">
        {facts.map(([name, fact]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Linked({ url, text }: { url: string | undefined; text: string }): VNode {
  return url ? <a href={url}>{text}</a> : <>{text}</>;
}

export function triggerText({ trigger }: ReadRun): string {
  if (trigger === undefined) return UNKNOWN;
  if (trigger.by === 'hand') return 'hand';
  return `schedule${trigger.executionId ? `, execution ${trigger.executionId}` : ''}`;
}

function coverageText({ coverage: { state, running, notReached, message } }: ReadRun): string {
  return {
    known: `${plural(running ?? 0, 'running instance')} with these tags, ${notReached ?? 0} not reached`,
    unknown: `not known: ${message ?? 'no reason was given'}`,
    'not-applicable': 'the command was not sent by tags',
  }[state];
}

/** Versions and image stores, the most frequent first. */
export function Engines({ hosts }: ReportProps): VNode<SectionProps> | null {
  const kinds = largestFirst(
    groupBy(
      hosts.flatMap(({ host }) => host ?? []),
      ({ engine, store, compose }) => JSON.stringify([engine, store, compose]),
    ),
  );
  if (kinds.length === 0) return null;
  return (
    <Section id="engines" heading="Engines">
      <table>
        <caption>Versions and image stores, the most frequent first</caption>
        <thead>
          <tr>
            {['Engine', 'Image store', 'Compose', 'Hosts'].map((heading) => (
              <th scope="col" key={heading}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {kinds.slice(0, SHOWN).map(([kind, own]) => (
            <tr key={kind}>
              <th scope="row">{own[0]?.engine}</th>
              <td>{own[0]?.store}</td>
              <td>{own[0]?.compose}</td>
              <td>{counted(own.length, 'host')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {kinds.length > SHOWN ? (
        <p class="note">{counted(kinds.length - SHOWN, 'more kind')} not shown here.</p>
      ) : null}
    </Section>
  );
}
