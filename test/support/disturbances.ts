import type { HostReason } from '../../lib/contract';

/**
 * What may have disturbed a task that gives a reason: one call of the Docker CLI that failed, or another fault of the host, such
 * as a full disk. A task without a disturbance gives the other reasons. The random tests on real Engines take such a reason for a
 * defect.
 */
type Disturbance = 'call' | 'fault' | 'none';

const DISTURBANCES: Readonly<Record<HostReason, Disturbance>> = {
  'docker-missing': 'none',
  'tool-missing': 'none',
  'docker-unreachable': 'call',
  'docker-hung': 'fault',
  'engine-error': 'call',
  'dry-run-invalid': 'none',
  'directory-missing': 'none',
  'directory-unanswered': 'none',
  'compose-file-missing': 'none',
  'compose-file-invalid': 'none',
  'ambiguous-project': 'none',
  leftovers: 'call',
  'not-removed': 'call',
  'disk-unknown': 'fault',
  'broken-result': 'none',
  'script-failed': 'call',
  deadline: 'fault',
  'script-missing': 'fault',
  'lock-unavailable': 'fault',
  'no-space': 'fault',
  interrupted: 'none',
  internal: 'none',
  'disk-not-full': 'none',
  busy: 'none',
  locked: 'none',
  kept: 'none',
  'dry-run-unsupported': 'none',
  'script-running': 'none',
};

/** The reasons that a task may give after one of these disturbances. */
export function reasonsAfter(...disturbances: readonly Disturbance[]): HostReason[] {
  const rows = Object.entries(DISTURBANCES) as [HostReason, Disturbance][];
  return rows.flatMap(([reason, disturbance]) => (disturbances.includes(disturbance) ? reason : []));
}
