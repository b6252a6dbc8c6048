import type { Outcome } from '../../../lib/contract';
import type { Labels } from './alphabet';
import { type Container, type Image, type Network, NOTHING, type Service, type Snapshot } from './objects';

/** What the model predicts for a task. */
export interface Prediction {
  /** The removed objects. */
  readonly gone: Snapshot;
  /** The number of removed projects. */
  readonly projects: number;
  /** How many objects or projects the task keeps because the Engine cannot describe them. */
  readonly undescribed?: number;
  readonly outcome: Outcome;
  readonly reason?: string;
}

export const NOTHING_REMOVED: Prediction = { gone: NOTHING, projects: 0, outcome: 'nothing' };

/** Whether an object has all these labels. */
export const carries =
  (wanted: Labels = {}) =>
  ({ labels }: { readonly labels: Labels }): boolean =>
    Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** Whether a container was made from the image, mounts it or may mount it, even if the container does not run. */
export function isUsed(state: Snapshot, image: Image): boolean {
  return state.containers.some(
    (container) =>
      container.image === image.id ||
      container.mountedImages.some((reference) => mayMount(state, container, reference, image)),
  );
}

/**
 * Whether a container may mount an image through this reference. The reference was resolved when the container
 * was made. If it may have meant another image then, any image older than the container may be mounted.
 *
 * The Engine records one tag time per image, not per tag. The classic store records none for `docker pull` or
 * `docker load`.
 */
function mayMount(
  { images }: Snapshot,
  { created }: Container,
  reference: string,
  { id, created: imageCreated }: Image,
): boolean {
  const hasIdPrefix = (image: Image): boolean =>
    [image.id, image.id.replace('sha256:', '')].some((text) => text.startsWith(reference));
  const current = images.find((image) => image.tags.includes(reference) || hasIdPrefix(image));
  const unchanged =
    current !== undefined && (hasIdPrefix(current) || (current.tagged > 0 && current.tagged <= created));
  return current?.id === id || (!unchanged && imageCreated < created);
}

/** Lists the names of the volumes that a container or a service of a swarm uses. */
export function usedVolumes({ containers, services }: Snapshot): Set<string> {
  return new Set([...containers, ...services].flatMap(({ volumes }) => volumes));
}

/** Whether a container or service is attached to the network, even if it does not run. */
export function isOn({ networks }: Container | Service, { id, name }: Network): boolean {
  return networks.includes(id) || networks.includes(name);
}

/** Returns a tag's repository, e.g. `localhost:5000/todo` of `localhost:5000/todo:1`. */
export function repositoryOf(tag: string): string {
  return tag.slice(0, tag.lastIndexOf(':'));
}

/** Whether a text matches one of the shell patterns. */
export function matches(text: string, patterns: readonly string[] = []): boolean {
  const expression = (pattern: string): string =>
    pattern.replace(/\[!|[.+^${}()|\\]|[*?]/g, (c) => ({ '[!': '[^', '*': '.*', '?': '.' })[c] ?? `\\${c}`);
  return patterns.some((pattern) => new RegExp(`^(?:${expression(pattern)})$`, 's').test(text));
}
