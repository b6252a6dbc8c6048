import type { VNode } from 'preact';
import type { HostRef } from '../../lib/contract';
import type { ReadRun } from '../read-report';
import { HostName } from './parts';
import { counted } from './words';

/** How many hosts are named. */
const NAMED = 5;

interface FewHostsProps {
  readonly hosts: readonly HostRef[];
  /** @default - as many as there are in the list */
  readonly of?: number;
  readonly run: ReadRun;
}

/** The first hosts, and how many more there are. */
export function FewHosts({ hosts, of = hosts.length, run }: FewHostsProps): VNode {
  const shown = hosts.slice(0, NAMED);
  return (
    <ul class="hosts">
      {shown.map((host) => (
        <li key={host.instanceId}>
          <HostName host={host} run={run} />
        </li>
      ))}
      {of > shown.length ? <li>and {counted(of - shown.length, 'more host')}</li> : null}
    </ul>
  );
}
