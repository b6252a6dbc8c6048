import type { Outcome } from '../../../lib/contract';
import type { Labels } from './alphabet';
import { type Container, type Image, type Network, NOTHING, type Service, type Snapshot } from './objects';

/** What becomes of a task. */
export interface Foretold {
  /** What goes. */
  readonly gone: Snapshot;
  /** Projects that are no more. */
  readonly projects: number;
  /** How many things, or projects, are left alone as the Engine does not describe something of them. */
  readonly undescribed?: number;
  readonly outcome: Outcome;
  readonly reason?: string;
}

export const NOTHING_GOES: Foretold = { gone: NOTHING, projects: 0, outcome: 'nothing' };

export const carries =
  (wanted: Labels = {}) =>
  ({ labels }: { readonly labels: Labels }): boolean =>
    Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** Whether a container, running or not, is made from an image or mounts it, or may mount it. */
export function uses(state: Snapshot, image: Image): boolean {
  return state.containers.some(
    (container) =>
      container.image === image.id ||
      container.mountedImages.some((reference) => mayMount(state, container, reference, image)),
  );
}

/**
 * A container mounts what its reference meant when it was made. Once that is another image's, or no image's, nothing tells
 * which of those it was that were there. Nor does the Engine tell which of its tags an image got last, and the classic store
 * does not note when `docker pull` or `docker load` gave it one.
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

/** Whether it runs or not. */
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
