import { KEEP_LABEL } from '../../../lib/contract';
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
  /** All that is compared, in one line. */
  readonly line: string;
}
export interface Image extends Thing {
  readonly tags: readonly string[];
  /** On the classic store, the image from which the legacy builder made it. Otherwise empty. */
  readonly parent: string;
  /** When it was made and when it last got a tag here, in seconds since 1970. Below 0 if unknown. */
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
  /** Identifiers of the containers that it has volumes from, even if they were removed. */
  readonly volumesFrom: readonly string[];
  /** Names and, once it has run, identifiers. */
  readonly networks: readonly string[];
  /** The images that it mounts, as its user named them. */
  readonly mountedImages: readonly string[];
}
export interface Volume extends Thing {
  /** Whether the Engine answers a question about it with an error. */
  readonly undescribed: boolean;
}
export interface Network extends Thing {
  readonly scope: 'local' | 'swarm';
}
/** A record of the build cache, which has no labels. */
export type CacheRecord = Thing;

/** A service of a swarm. Tasks never remove one. */
export interface Service extends Thing {
  /** Names of the volumes and identifiers of the networks that it holds, whether it runs or not. */
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
}

/** All that an Engine holds. */
export interface Snapshot {
  readonly images: readonly Image[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly networks: readonly Network[];
  readonly cacheRecords: readonly CacheRecord[];
  readonly services: readonly Service[];
}
/** The kinds of objects that tasks remove. */
export const KINDS = ['images', 'containers', 'volumes', 'networks', 'cacheRecords'] as const;
export const NOTHING: Snapshot = {
  images: [],
  containers: [],
  volumes: [],
  networks: [],
  cacheRecords: [],
  services: [],
};

export const kept = ({ labels }: Pick<Thing, 'labels'>): boolean => KEEP_LABEL in labels;
/** The project that a label names. For containers the label may be inherited. */
export const labelledProject = ({ labels }: Pick<Thing, 'labels'>): string | undefined =>
  labels[PROJECT_LABEL];

/**
 * The project that a container belongs to. Compose must have created it: it has a label that Compose puts
 * only on containers. And its Compose labels must not all come from its image, as they do in a copy by
 * `docker commit`.
 *
 * @param inherited the labels of its image; undefined if that was removed
 */
export function projectOf(labels: Labels, inherited: Labels = {}): string | undefined {
  const composeKeys = Object.keys(labels).filter((key) => key.startsWith('com.docker.compose.'));
  const created = [ONE_OFF_LABEL, HOOK_LABEL].some((key) => key in labels);
  const own = composeKeys.some((key) => labels[key] !== inherited[key]);
  // No project has an empty name.
  return (created && own && labels[PROJECT_LABEL]) || undefined;
}

/** The state without the removed objects. */
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

export function sizeOf(state: Snapshot): number {
  return KINDS.reduce((sum, kind) => sum + state[kind].length, 0);
}
