import { KEEP_LABEL } from '../../../lib/contract';
import { PROJECT_LABEL } from '../../../local/inventory';
import type { Labels } from './alphabet';

/** An object of whatever kind. */
export interface Thing {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
  /** Seconds since 1970 from which its age counts. */
  readonly since: number;
  /** All that is to be compared, in one line. */
  readonly line: string;
}
export interface Image extends Thing {
  readonly tags: readonly string[];
  /** On the classic store, what the legacy builder made it from; else empty. */
  readonly parent: string;
}
export interface Container extends Thing {
  readonly image: string;
  readonly state: string;
  readonly created: number;
  /** Names of all its volumes, and of those among them that it has without naming them. */
  readonly volumes: readonly string[];
  readonly anonymous: readonly string[];
  /** Identifiers of the containers that it has volumes from, there or gone. */
  readonly volumesFrom: readonly string[];
  /** Names and, once it has run, identifiers. */
  readonly networks: readonly string[];
}
export type Volume = Thing;
export type Network = Thing;
/** A record of the build cache; it has no labels. */
export type CacheRecord = Thing;

/** All that an Engine holds. */
export interface Snapshot {
  readonly images: readonly Image[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly networks: readonly Network[];
  readonly cacheRecords: readonly CacheRecord[];
}
export const KINDS = ['images', 'containers', 'volumes', 'networks', 'cacheRecords'] as const;
export const NOTHING: Snapshot = { images: [], containers: [], volumes: [], networks: [], cacheRecords: [] };

export const kept = ({ labels }: Pick<Thing, 'labels'>): boolean => KEEP_LABEL in labels;
export const projectOf = ({ labels }: Pick<Thing, 'labels'>): string | undefined => labels[PROJECT_LABEL];

/** The state without what is gone. */
export function without(state: Snapshot, gone: Snapshot): Snapshot {
  const rest = <T extends { readonly id: string }>(all: readonly T[], less: readonly T[]): T[] =>
    all.filter(({ id }) => !less.some((thing) => thing.id === id));
  return {
    images: rest(state.images, gone.images),
    containers: rest(state.containers, gone.containers),
    volumes: rest(state.volumes, gone.volumes),
    networks: rest(state.networks, gone.networks),
    cacheRecords: rest(state.cacheRecords, gone.cacheRecords),
  };
}

export function sizeOf(state: Snapshot): number {
  return KINDS.reduce((sum, kind) => sum + state[kind].length, 0);
}
