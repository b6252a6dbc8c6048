import type { ListedObject, ProjectRemovals, Removable } from '../../lib/contract';
import { withinBytes } from './bounded';
import type { JudgedHost } from './host-report';

/** How many projects the run's event names, and how many bytes they may have. */
const NAMED = 50;
const ROOM = 24_000;

interface Tally {
  readonly project: string | undefined;
  objects: number;
  hosts: number;
  /** The host that was counted last. */
  last: JudgedHost | undefined;
  readonly removed: Partial<Record<Removable, number>>;
}

/**
 * Counts what was removed of each Compose project, or in a dry run would be. The project with the most objects comes
 * first, and of equal ones the first by name.
 */
export function countProjects(hosts: readonly JudgedHost[]): {
  projects: ProjectRemovals[];
  projectsOmitted: number;
} {
  const tallies = new Map<string | undefined, Tally>();
  for (const host of hosts) {
    for (const object of host.objects) {
      if (object.fate === 'removed' || object.fate === 'would-remove') count(tallies, host, object);
    }
  }
  const inOrder = [...tallies.values()].sort(
    (a, b) => b.objects - a.objects || compare(a.project ?? '', b.project ?? ''),
  );
  const projects = withinBytes(inOrder.slice(0, NAMED).map(removals), ROOM);
  return { projects, projectsOmitted: inOrder.length - projects.length };
}

function count(tallies: Map<string | undefined, Tally>, host: JudgedHost, object: ListedObject): void {
  const { kind, id } = object;
  const project = object.project ?? (kind === 'projects' ? id : undefined);
  const tally = tallies.get(project) ?? { project, objects: 0, hosts: 0, last: undefined, removed: {} };
  tallies.set(project, tally);
  tally.objects += 1;
  tally.hosts += tally.last === host ? 0 : 1;
  tally.last = host;
  tally.removed[kind] = (tally.removed[kind] ?? 0) + 1;
}

function removals({ project, hosts, removed }: Tally): ProjectRemovals {
  return { ...(project === undefined ? {} : { project }), hosts, removed };
}

/** Independent of the locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
