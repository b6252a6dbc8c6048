import type { Outcome } from '../../../lib/contract';
import type { Labels } from './alphabet';
import { type Container, type Image, type Network, NOTHING, type Snapshot } from './objects';

/** What becomes of a task. */
export interface Foretold {
  /** What goes. */
  readonly gone: Snapshot;
  /** Projects that are no more. */
  readonly projects: number;
  readonly outcome: Outcome;
  readonly reason?: string;
}

export const NOTHING_GOES: Foretold = { gone: NOTHING, projects: 0, outcome: 'nothing' };

export const carries =
  (wanted: Labels = {}) =>
  ({ labels }: { readonly labels: Labels }): boolean =>
    Object.entries(wanted).every(([key, value]) => labels[key] === value);

export function uses({ containers }: Snapshot, { id }: Image): boolean {
  return containers.some(({ image }) => image === id);
}

/** Whether it runs or not. */
export function isOn({ networks }: Container, { id, name }: Network): boolean {
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
