/** A kind of object that tasks remove. */
interface RemovableKind {
  /** The metric that counts the removed objects. */
  readonly metric: string;
  /** What people call one of them, and several. */
  readonly singular: string;
  readonly plural: string;
}

/** Every kind of object that tasks remove, in the order in which people read them. */
export const REMOVABLE_KINDS = {
  projects: { metric: 'ProjectsRemoved', singular: 'project', plural: 'projects' },
  containers: { metric: 'ContainersRemoved', singular: 'container', plural: 'containers' },
  images: { metric: 'ImagesRemoved', singular: 'image', plural: 'images' },
  volumes: { metric: 'VolumesRemoved', singular: 'volume', plural: 'volumes' },
  networks: { metric: 'NetworksRemoved', singular: 'network', plural: 'networks' },
  cacheRecords: { metric: 'CacheRecordsRemoved', singular: 'cache record', plural: 'cache records' },
} as const satisfies Readonly<Record<string, RemovableKind>>;

export type Removable = keyof typeof REMOVABLE_KINDS;
export type RemovalMetric = (typeof REMOVABLE_KINDS)[Removable]['metric'];
/** Counts by kind; a kind that a task never removes is absent. */
export type Removed = Partial<Record<Removable, number>>;

export const REMOVABLE = Object.keys(REMOVABLE_KINDS) as readonly Removable[];

/** The metrics that count removed objects, in the order of the kinds. */
export const REMOVAL_METRICS: readonly RemovalMetric[] = REMOVABLE.map(
  (kind) => REMOVABLE_KINDS[kind].metric,
);

/** What was removed, in words, e.g. `1 project, 3 containers`; empty when nothing was. */
export function removedText(removed: Readonly<Removed>): string {
  return REMOVABLE.flatMap((kind) => {
    const count = removed[kind] ?? 0;
    const { singular, plural } = REMOVABLE_KINDS[kind];
    return count > 0 ? [`${count} ${count === 1 ? singular : plural}`] : [];
  }).join(', ');
}
