import { KEEP_LABEL, REMOVABLE } from '../../../lib/contract';
import type { Removable } from '../../../lib/contract';
import { ONE_OFF_LABEL, PROJECT_LABEL } from '../../../local/host/inventory';
import { HOOK_LABEL, type Labels } from './alphabet';

/** An object of any kind. */
export interface Thing {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
  /** The Compose project that it belongs to. */
  readonly project: string | undefined;
  /** The time from which its age counts, in seconds since 1970. */
  readonly since: number;
  /** Everything that is compared, in one line. */
  readonly line: string;
}
export interface Image extends Thing {
  readonly tags: readonly string[];
  /** On the classic store, the image from which the legacy builder made it. Otherwise empty. */
  readonly parent: string;
  /** When it was built, and when this Engine last tagged it, in seconds since 1970. Below 0 if unknown. */
  readonly created: number;
  readonly tagged: number;
}
export interface Container extends Thing {
  readonly image: string;
  readonly state: string;
  readonly created: number;
  /** Names of all its volumes, and of the anonymous ones among them. */
  readonly volumes: readonly string[];
  readonly anonymous: readonly string[];
  /** Identifiers of the containers from which it has volumes, even if they were removed. */
  readonly volumesFrom: readonly string[];
  /** Names and, once it has run, identifiers. */
  readonly networks: readonly string[];
  /** The images that it mounts, as its user named them. */
  readonly mountedImages: readonly string[];
}
export interface Volume extends Thing {
  /** Whether the Engine cannot describe it: inspecting it fails. */
  readonly undescribed: boolean;
}
export interface Network extends Thing {
  readonly scope: 'local' | 'swarm';
}

/** A service of a swarm. Tasks never remove one. */
export interface Service extends Thing {
  /** Names of the volumes and identifiers of the networks that it uses, even if it does not run. */
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
}

/** The kinds of objects that tasks remove. A project is only its containers, volumes and networks. */
export type Kind = Exclude<Removable, 'projects'>;
export const KINDS = REMOVABLE.filter((kind) => kind !== 'projects');

/** What is compared of an object, by kind. A record of the build cache has no labels. */
interface ThingOfKind extends Readonly<Record<Kind, Thing>> {
  readonly images: Image;
  readonly containers: Container;
  readonly volumes: Volume;
  readonly networks: Network;
}

/** The complete state of an Engine. */
export type Snapshot = { readonly [K in Kind]: readonly ThingOfKind[K][] } & {
  readonly services: readonly Service[];
};
export const NOTHING: Snapshot = {
  images: [],
  containers: [],
  volumes: [],
  networks: [],
  cacheRecords: [],
  services: [],
};

export const kept = ({ labels }: Pick<Thing, 'labels'>): boolean => KEEP_LABEL in labels;
/** Returns the project that a label names. A container may have inherited the label from its image. */
export const labelledProject = ({ labels }: Pick<Thing, 'labels'>): string | undefined =>
  labels[PROJECT_LABEL];

/**
 * Returns the project that a container belongs to, if Compose created the container. It then has a label that
 * Compose puts only on containers. Not all its Compose labels come from its image, as after `docker commit`.
 *
 * @param inherited the labels of its image; undefined if the image was removed
 */
export function projectOf(labels: Labels, inherited: Labels = {}): string | undefined {
  const composeKeys = Object.keys(labels).filter((key) => key.startsWith('com.docker.compose.'));
  const created = [ONE_OFF_LABEL, HOOK_LABEL].some((key) => key in labels);
  const own = composeKeys.some((key) => labels[key] !== inherited[key]);
  // No project has an empty name.
  return (created && own && labels[PROJECT_LABEL]) || undefined;
}

/** Returns the state without the removed objects. */
export function without(state: Snapshot, gone: Snapshot): Snapshot {
  const rest = <T extends { readonly id: string }>(all: readonly T[], less: readonly T[]): T[] =>
    all.filter(({ id }) => !less.some((thing) => thing.id === id));
  return {
    images: rest(state.images, gone.images),
    containers: rest(state.containers, gone.containers),
    volumes: rest(state.volumes, gone.volumes),
    networks: rest(state.networks, gone.networks),
    cacheRecords: rest(state.cacheRecords, gone.cacheRecords),
    services: state.services,
  };
}

/** Counts the objects that tasks can remove, so it leaves out services. */
export function sizeOf(state: Snapshot): number {
  return KINDS.reduce((sum, kind) => sum + state[kind].length, 0);
}
