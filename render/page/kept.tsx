import type { VNode } from 'preact';
import { KEPT, KEPT_REASONS, REMOVABLE_KINDS } from '../../lib/contract';
import type { HostReport } from '../../lib/contract';
import { ObjectList } from './object-list';
import { KEPT_FATES, keptObjects } from './objects';
import { Section } from './parts';
import type { ReportProps, SectionProps } from './parts';
import { ROOM } from './room';
import { countText } from './words';

/** Why tasks kept objects: the counts of all, and the objects as far as the lists arrived. */
export function Kept({ hosts }: ReportProps): VNode<SectionProps> | null {
  const counts = KEPT.map((reason) => ({ reason, count: keptCount(hosts, reason) })).filter(
    ({ count }) => count > 0,
  );
  const all = keptObjects(hosts);
  if (counts.length + all.length === 0) return null;
  const fates = [...KEPT_FATES].filter(([fate]) => all.some((group) => group.fate === fate));
  return (
    <Section id="kept" heading="What was kept, and why">
      {counts.length > 0 ? (
        <ul class="counts">
          {counts.map(({ reason, count }) => (
            <li key={reason}>
              <b>{countText(count)}</b> {KEPT_REASONS[reason].words}
            </li>
          ))}
        </ul>
      ) : null}
      {all.length > 0 ? (
        <ObjectList
          id="kept-objects"
          caption="Each object that a task kept"
          objects={all}
          room={ROOM.kept}
          groupOf={({ fate }) => fate}
          groups={new Map(fates)}
          columns={['Object', 'Why', 'Project', 'Size', 'Age', 'Host']}
          second={({ fate, kind }) => `${REMOVABLE_KINDS[kind].singular} ${KEPT_FATES.get(fate) ?? fate}`}
        />
      ) : null}
    </Section>
  );
}

function keptCount(hosts: readonly HostReport[], reason: (typeof KEPT)[number]): number {
  return hosts.reduce(
    (sum, { steps }) => sum + steps.reduce((own, { result }) => own + (result?.passedOver?.[reason] ?? 0), 0),
    0,
  );
}
