import type { VNode } from 'preact';
import { bytesText, REMOVABLE, REMOVABLE_KINDS, removedText } from '../../lib/contract';
import type { HostReport } from '../../lib/contract';
import type { ReadRun } from '../read-report';
import { ObjectList } from './object-list';
import { removedByProject, removedObjects } from './objects';
import { Section } from './parts';
import type { ReportProps, SectionProps } from './parts';
import { ROOM } from './room';
import { counted } from './words';

/** How many projects are named. */
const NAMED = 30;

export function Removals({ run, hosts }: ReportProps): VNode<SectionProps> {
  const all = removedObjects(hosts);
  const kinds = REMOVABLE.filter((kind) => all.some((group) => group.kind === kind));
  return (
    <Section id="removed" heading={run.dryRun ? 'What would be removed' : 'What was removed'}>
      <p>
        <strong>{removedText(run.removed) || 'Nothing'}</strong>.
      </p>
      <Sizes run={run} />
      <Projects hosts={hosts} />
      {all.length > 0 ? (
        <ObjectList
          id="removed-objects"
          caption={run.dryRun ? 'Each object that would be removed' : 'Each removed object'}
          objects={all}
          room={ROOM.removed}
          groupOf={({ kind }) => kind}
          groups={new Map(kinds.map((kind) => [kind, REMOVABLE_KINDS[kind].plural]))}
          columns={['Object', 'Kind', 'Project', 'Size', 'Age', 'Host']}
          second={({ kind }) => REMOVABLE_KINDS[kind].singular}
        />
      ) : null}
      <Missing run={run} />
    </Section>
  );
}

/** The two figures answer different questions, so each says what it is. */
function Sizes({ run }: { run: ReadRun }): VNode {
  return (
    <dl class="facts">
      {run.dryRun ? null : (
        <>
          <dt>Freed on the disks</dt>
          <dd>
            <strong>{bytesText(run.bytesReclaimed)}</strong>, measured before and after each task; what other
            processes wrote or removed counts too
          </dd>
        </>
      )}
      {run.sizeOfRemoved === undefined ? null : (
        <>
          <dt>Size of the objects</dt>
          <dd>
            <strong>{bytesText(run.sizeOfRemoved)}</strong>, the sum of the sizes that the Engines give; a
            layer that images share counts in each of them
          </dd>
        </>
      )}
    </dl>
  );
}

function Projects({ hosts }: { hosts: readonly HostReport[] }): VNode | null {
  const projects = removedByProject(hosts);
  if (projects.length === 0) return null;
  return (
    <>
      <table class="projects">
        <caption>By project</caption>
        <thead>
          <tr>
            {['Project', 'Objects', 'Size', 'Hosts'].map((heading) => (
              <th scope="col" key={heading}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {projects.slice(0, NAMED).map(({ project, removed, size, hosts: count }) => (
            <tr key={project}>
              <th scope="row">{project ?? <i>without a project</i>}</th>
              <td>{removedText(removed)}</td>
              <td>{size > 0 ? bytesText(size) : ''}</td>
              <td>{counted(count, 'host')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {projects.length > NAMED ? (
        <p>{counted(projects.length - NAMED, 'more project')}: see the objects below.</p>
      ) : null}
    </>
  );
}

function Missing({ run }: { run: ReadRun }): VNode | null {
  if (run.objectsMissing === 0) return null;
  return (
    <p class="note">
      <strong>{counted(run.objectsMissing, 'object')} more</strong> not named here: Systems Manager cut the
      lists of the hosts, or the report had no room. The counts above include them. With{' '}
      <code>hostOutput</code> each run keeps the whole lists.
    </p>
  );
}
