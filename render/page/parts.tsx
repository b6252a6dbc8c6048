import type { ComponentChildren, VNode } from 'preact';
import { HOST_OUTCOME_TABLE, runCommandUrl } from '../../lib/contract';
import type { HostOutcome, HostRef, HostReport } from '../../lib/contract';
import type { ReadRun } from '../read-report';
import { OUTCOME_SIGN } from './words';

/** What each section of the page shows. */
export interface ReportProps {
  readonly run: ReadRun;
  readonly hosts: readonly HostReport[];
}

export interface SectionProps {
  readonly id: string;
  readonly heading: string;
  readonly children: ComponentChildren;
}

/** A section with a heading, which the list of contents links to. */
export function Section({ id, heading, children }: SectionProps): VNode {
  return (
    <section id={id} aria-labelledby={`${id}-heading`}>
      <h2 id={`${id}-heading`}>{heading}</h2>
      {children}
    </section>
  );
}

/** Text of the contract's tables: parts in backquotes are code. */
export function Prose({ text }: { text: string }): VNode {
  return <>{text.split('`').map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</>;
}

/** The text as a sentence: the contract's texts begin with a small letter and end without a full stop. */
export function Sentence({ text }: { text: string }): VNode {
  return <Prose text={`${text.charAt(0).toUpperCase()}${text.slice(1)}.`} />;
}

/** A host by name and id. The id links to the host's output in Run Command. */
export function HostName({
  host,
  run,
  link = false,
}: {
  host: HostRef;
  run: ReadRun;
  link?: boolean;
}): VNode {
  const url = link && run.region ? runCommandUrl(run.region, run.commandId, host.instanceId) : undefined;
  const id = <code>{host.instanceId}</code>;
  return (
    <span class="host">
      {host.instanceName ? <b>{host.instanceName} </b> : null}
      {url ? <a href={url}>{id}</a> : id}
    </span>
  );
}

export function Outcome({
  outcome,
  children,
}: {
  outcome: HostOutcome;
  children?: ComponentChildren;
}): VNode {
  return (
    <span class={`outcome ${outcome}`}>
      {OUTCOME_SIGN[outcome]} {HOST_OUTCOME_TABLE[outcome].words}
      {children}
    </span>
  );
}

/** A moment in UTC. The script of the page adds the reader's local time. */
export function Time({ iso }: { iso: string }): VNode {
  return <time dateTime={iso}>{iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')}</time>;
}

/** A bar that fills a part of its track; the text next to it says the same. */
export function Bar({ percent, before }: { percent: number; before?: number }): VNode {
  const width = (value: number): string => Math.min(100, Math.max(0, value)).toFixed(1);
  return (
    <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width="100" height="10" />
      {before === undefined ? null : <rect class="before" width={width(before)} height="10" />}
      <rect class="fill" width={width(percent)} height="10" />
    </svg>
  );
}
