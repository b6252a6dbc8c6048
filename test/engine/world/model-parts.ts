import type { Outcome } from '../../../lib/contract';
import type { Labels } from './alphabet';
import { type Container, type Image, type Network, NOTHING, type Service, type Snapshot } from './objects';

/** The expected result of a task. */
export interface Foretold {
  /** The removed objects. */
  readonly gone: Snapshot;
  /** The number of removed projects. */
  readonly projects: number;
  /** The number of objects, or projects, that are kept because the Engine does not fully describe them. */
  readonly undescribed?: number;
  readonly outcome: Outcome;
  readonly reason?: string;
}

export const NOTHING_GOES: Foretold = { gone: NOTHING, projects: 0, outcome: 'nothing' };

export const carries =
  (wanted: Labels = {}) =>
  ({ labels }: { readonly labels: Labels }): boolean =>
    Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** Whether a container, running or not, is made from an image, mounts it or may mount it. */
export function uses(state: Snapshot, image: Image): boolean {
  return state.containers.some(
    (container) =>
      container.image === image.id ||
      container.mountedImages.some((reference) => mayMount(state, container, reference, image)),
  );
}

/**
 * A container mounts the image to which its reference pointed when the container was made. The reference may
 * have moved since, and then any image of that time may be the mounted one. The Engine records only when an
 * image last got a tag, not which one. The classic store does not record the tags of `docker load` and
 * `docker pull`.
 */
function mayMount(
  { images }: Snapshot,
  { created }: Container,
  reference: string,
  { id, created: made }: Image,
): boolean {
  const byId = (image: Image): boolean =>
    [image.id, image.id.replace('sha256:', '')].some((text) => text.startsWith(reference));
  const meant = images.find((image) => image.tags.includes(reference) || byId(image));
  const certain = meant !== undefined && (byId(meant) || (meant.tagged > 0 && meant.tagged <= created));
  return meant?.id === id || (!certain && made < created);
}

/** The volumes that a container or a service of a swarm holds. */
export function usedVolumes({ containers, services }: Snapshot): Set<string> {
  return new Set([...containers, ...services].flatMap(({ volumes }) => volumes));
}

/** Whether a container or service refers to a network, running or not. */
export function isOn({ networks }: Container | Service, { id, name }: Network): boolean {
  return networks.includes(id) || networks.includes(name);
}

export function repositoryOf(tag: string): string {
  return tag.slice(0, tag.lastIndexOf(':'));
}

/** Shell patterns. */
export function matches(text: string, patterns: readonly string[] = []): boolean {
  const expression = (pattern: string): string =>
    pattern.replace(/\[!|[.+^${}()|\\]|[*?]/g, (c) => ({ '[!': '[^', '*': '.*', '?': '.' })[c] ?? `\\${c}`);
  return patterns.some((pattern) => new RegExp(`^(?:${expression(pattern)})$`, 's').test(text));
}
