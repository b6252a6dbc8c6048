import { KEPT, KEPT_REASONS, OBJECT_ORDER } from '../../lib/contract';
import type { HostReport, ListedObject, ObjectFate, Removable, Removed } from '../../lib/contract';
import { groupBy } from './grouping';

/** Objects that are the same on several hosts: of one kind, project and name, and with one fate. */
export interface ObjectGroup {
  readonly fate: ObjectFate;
  readonly kind: Removable;
  readonly project?: string;
  /** The name, or the identifier of an object without one. */
  readonly name: string;
  /** The identifier, if all have one and it is not the name. */
  readonly id?: string;
  readonly count: number;
  /** Sum of their sizes in bytes; absent when the Engine gives none. */
  readonly size?: number;
  /** Their age, if all have one. */
  readonly age?: string;
  readonly hosts: readonly HostReport[];
}

/** What was removed of a project on all hosts. */
export interface ProjectGroup {
  /** Absent for objects without a project. */
  readonly project?: string;
  readonly removed: Removed;
  readonly count: number;
  readonly size: number;
  readonly hosts: number;
}

interface Found {
  readonly object: ListedObject;
  readonly host: HostReport;
}

/** Why an object is in the list of those that were kept, in the order of the list. */
export const KEPT_FATES: ReadonlyMap<ObjectFate, string> = new Map<ObjectFate, string>([
  ['left', 'could not be removed'],
  ...KEPT.map((reason): [ObjectFate, string] => [reason, KEPT_REASONS[reason].words]),
]);

const isRemoval = ({ fate }: ListedObject): boolean => fate === 'removed' || fate === 'would-remove';

/** What was removed, or in a dry run would be: volumes and projects first. */
export function removedObjects(hosts: readonly HostReport[]): readonly ObjectGroup[] {
  return grouped(find(hosts, isRemoval));
}

/** What was kept: what could not be removed first. */
export function keptObjects(hosts: readonly HostReport[]): readonly ObjectGroup[] {
  const fates = [...KEPT_FATES.keys()];
  return grouped(find(hosts, (object) => !isRemoval(object))).toSorted(
    (a, b) => fates.indexOf(a.fate) - fates.indexOf(b.fate),
  );
}

/** What was removed by project: the project with the most objects first. */
export function removedByProject(hosts: readonly HostReport[]): readonly ProjectGroup[] {
  return [...groupBy(find(hosts, isRemoval), ({ object }) => object.project)]
    .map(([project, found]) => ({
      ...(project !== undefined && { project }),
      removed: Object.fromEntries(
        [...groupBy(found, ({ object }) => object.kind)].map(([kind, { length }]) => [kind, length]),
      ),
      count: found.length,
      size: found.reduce((sum, { object }) => sum + (object.size ?? 0), 0),
      hosts: new Set(found.map(({ host }) => host)).size,
    }))
    .sort((a, b) => b.count - a.count);
}

function find(hosts: readonly HostReport[], wanted: (object: ListedObject) => boolean): Found[] {
  return hosts.flatMap((host) => host.objects.filter(wanted).map((object) => ({ object, host })));
}

function grouped(found: readonly Found[]): ObjectGroup[] {
  const groups = groupBy(found, ({ object: { fate, kind, project, name, id } }) =>
    JSON.stringify([fate, kind, project, name ?? id]),
  );
  const order = ({ kind }: ObjectGroup): number => OBJECT_ORDER.indexOf(kind);
  return [...groups.values()]
    .map(objectGroup)
    .sort(
      (a, b) => order(a) - order(b) || compare(a.project ?? '', b.project ?? '') || compare(a.name, b.name),
    );
}

function objectGroup(found: readonly Found[]): ObjectGroup {
  const [{ fate, kind, project, name, id }] = found.map(({ object }) => object) as [ListedObject];
  const sizes = found.flatMap(({ object }) => object.size ?? []);
  const ages = new Set(found.map(({ object }) => object.age));
  const ids = new Set(found.map(({ object }) => object.id));
  const [age] = ages;
  return {
    fate,
    kind,
    ...(project !== undefined && { project }),
    name: name ?? id,
    ...(name !== undefined && name !== id && ids.size === 1 && { id }),
    count: found.length,
    ...(sizes.length > 0 && { size: sizes.reduce((sum, size) => sum + size, 0) }),
    ...(ages.size === 1 && age !== undefined && { age }),
    hosts: [...new Set(found.map(({ host }) => host))],
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
