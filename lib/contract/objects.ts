import { KEPT } from './kept';
import type { KeptReason } from './kept';
import { REMOVABLE, REMOVABLE_KINDS } from './removable';
import type { Removable } from './removable';

/**
 * What became of an object: `removed`; `would-remove` in a dry run; `left` if the task should have removed it and could
 * not; else why the task kept it.
 */
export type ObjectFate = 'removed' | 'would-remove' | 'left' | KeptReason;

export const OBJECT_FATES: readonly ObjectFate[] = ['removed', 'would-remove', 'left', ...KEPT];

/**
 * An object that a task removed or kept. A step prints one line for each object after its line of JSON:
 *
 *     FATE KIND ID SIZE AGE PROJECT NAME
 *
 * One space separates the fields, and `-` stands for a field that the Engine does not know. Example:
 *
 *     removed image 3f2a91bc04d7 4123456B 3d todobackend todobackend_app:latest
 *
 * Characters other than printable ASCII, spaces, quotes and backslashes are escaped, e.g. `\x20` or `\u202e`. Escapes stay
 * in the report, so that no page or terminal can be misled. A text of more than 255 bytes ends with `...`.
 */
export interface ListedObject {
  readonly fate: ObjectFate;
  readonly kind: Removable;
  /** The first 12 digits of the identifier; of a volume or project its name, of a cache record its whole identifier. */
  readonly id: string;
  /** The name of a container or network; the tags of an image, with commas between. */
  readonly name?: string;
  /** The Compose project that its labels name. */
  readonly project?: string;
  /** In bytes, as the Engine gives it. Layers that images share count in each of them. */
  readonly size?: number;
  /** Age when the task ran, in whole minutes, hours or days, e.g. `5m`, `7h` or `3d`. */
  readonly age?: string;
}

/** The word for a kind in an object's line, e.g. `cache-record`. */
export function objectWord(kind: Removable): string {
  return REMOVABLE_KINDS[kind].singular.replace(' ', '-');
}

/** The kinds by their words. */
export const KIND_OF_WORD: ReadonlyMap<string, Removable> = new Map(
  REMOVABLE.map((kind) => [objectWord(kind), kind]),
);

/** The order of objects where not all have room: what holds data first. */
export const OBJECT_ORDER: readonly Removable[] = [
  'volumes',
  'projects',
  ...REMOVABLE.filter((kind) => kind !== 'volumes' && kind !== 'projects'),
];
