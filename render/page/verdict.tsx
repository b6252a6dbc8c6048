import type { VNode } from 'preact';
import {
  bytesText,
  explain,
  HOST_OUTCOME_TABLE,
  HOST_OUTCOMES,
  LOSSES,
  noHostReason,
  REMOVABLE,
  TROUBLED_OUTCOMES,
} from '../../lib/contract';
import type { ReadRun } from '../read-report';
import type { ReportProps } from './parts';
import { countText, counted } from './words';

/** Whether the run needs attention, and why. */
export function Verdict({ run }: { run: ReadRun }): VNode {
  return (
    <>
      {run.dryRun ? (
        <p class="dry-run">
          <strong>Dry run:</strong> nothing was removed; this is what a run would remove.
        </p>
      ) : null}
      {run.needsAttention ? (
        <p class="verdict attention">
          <strong>✕ Needs attention:</strong> {attention(run).join('; ')}.
        </p>
      ) : (
        <p class="verdict well">
          <strong>✓ All is well:</strong> nothing needs attention.
        </p>
      )}
    </>
  );
}

function attention(run: ReadRun): string[] {
  const { hosts, coverage, warnings } = run;
  const noHost = noHostReason(run);
  const losses = warnings.filter(({ code }) => LOSSES.includes(code));
  return [
    ...(noHost ? [`there was no host to clean: ${explain(noHost)}`] : []),
    ...TROUBLED_OUTCOMES.filter((outcome) => hosts[outcome] > 0).map(
      (outcome) => `${counted(hosts[outcome], 'host')} ${HOST_OUTCOME_TABLE[outcome].words}`,
    ),
    ...losses.map(({ code, count }) => `${counted(count, 'host')} lost something (${code})`),
    ...(coverage.state === 'unknown'
      ? [`it is not known whether all hosts were reached: ${coverage.message ?? 'no reason was given'}`]
      : []),
  ];
}

interface Tile {
  readonly name: string;
  readonly figure: string;
  readonly more: string;
  readonly mood?: 'bad' | 'good';
}

/** The four figures that the person on call asks for first. */
export function Tiles(report: ReportProps): VNode {
  return (
    <dl class="tiles">
      {[hostsTile(report), failedTile(report), spaceTile(report), diskTile(report)].map(
        ({ name, figure, more, mood }) => (
          <div key={name} class={mood}>
            <dt>{name}</dt>
            <dd class="figure">{figure}</dd>
            <dd class="quiet">{more}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

function hostsTile({ run }: ReportProps): Tile {
  const { succeeded, skipped, targeted } = run.hosts;
  const more = `${countText(succeeded)} succeeded${skipped > 0 ? `, ${countText(skipped)} skipped` : ''}`;
  return { name: 'Hosts', figure: countText(targeted), more };
}

function failedTile({ run }: ReportProps): Tile {
  const troubled = TROUBLED_OUTCOMES.filter((outcome) => run.hosts[outcome] > 0);
  const count = troubled.reduce((sum, outcome) => sum + run.hosts[outcome], 0);
  const more = troubled.map(
    (outcome) => `${countText(run.hosts[outcome])} ${HOST_OUTCOME_TABLE[outcome].words}`,
  );
  return {
    name: 'Need attention',
    figure: count > 0 ? `✕ ${countText(count)}` : '✓ 0',
    more: more.join(', ') || 'no host',
    mood: count > 0 ? 'bad' : 'good',
  };
}

function spaceTile({ run }: ReportProps): Tile {
  if (run.dryRun) {
    const count = REMOVABLE.reduce((sum, kind) => sum + run.removed[kind], 0);
    const size = run.sizeOfRemoved === undefined ? 'sizes not known' : bytesText(run.sizeOfRemoved);
    return {
      name: 'Would remove',
      figure: counted(count, 'object'),
      more: `${size}, the objects’ own sizes`,
    };
  }
  const more =
    run.sizeOfRemoved === undefined
      ? 'measured on the disks'
      : `measured; ${bytesText(run.sizeOfRemoved)} by the objects’ own sizes`;
  return { name: 'Space freed', figure: bytesText(run.bytesReclaimed), more };
}

function diskTile({ run, hosts }: ReportProps): Tile {
  const before = run.highestDiskPercent;
  const after = run.dryRun ? undefined : run.highestDiskPercentAfter;
  const highest = after ?? before;
  const of = (host: ReportProps['hosts'][number]): number | undefined =>
    after === undefined ? host.host?.diskPercent : host.diskPercentAfter;
  const fullest = hosts.find((host) => highest !== undefined && of(host) === highest);
  return {
    name: after === undefined ? 'Fullest disk before' : 'Fullest disk after',
    figure: highest === undefined ? 'not known' : `${highest} %`,
    more: [
      ...(fullest ? [fullest.instanceName ?? fullest.instanceId] : []),
      ...(after !== undefined && before !== undefined ? [`fullest before: ${before} %`] : []),
    ].join('; '),
  };
}

/** Hosts by outcome as a bar, and as text with the same figures. */
export function Outcomes({ run }: { run: ReadRun }): VNode {
  const total = HOST_OUTCOMES.reduce((sum, outcome) => sum + run.hosts[outcome], 0);
  const share = (outcome: (typeof HOST_OUTCOMES)[number]): number =>
    total > 0 ? (run.hosts[outcome] / total) * 100 : 0;
  const starts = HOST_OUTCOMES.map((_, i) =>
    HOST_OUTCOMES.slice(0, i).reduce((sum, each) => sum + share(each), 0),
  );
  return (
    <>
      <p>{counted(run.hosts.targeted, 'host')} targeted.</p>
      <svg class="outcomes" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="100" height="10" />
        {HOST_OUTCOMES.map((outcome, i) => (
          <rect
            key={outcome}
            class={outcome}
            x={starts[i]?.toFixed(2)}
            width={share(outcome).toFixed(2)}
            height="10"
          />
        ))}
      </svg>
    </>
  );
}
