/**
 * How many bytes each part of the page may fill. Together with the rest, the page of the largest fleet is below 1 MB.
 * Each part says how much it leaves out, and where that is.
 */
export const ROOM = {
  trouble: 60_000,
  removed: 90_000,
  kept: 30_000,
  hostsInFull: 70_000,
  hostsInShort: 690_000,
} as const;

/** The bytes of a text in the page: `&`, `<` and `"` are escaped. */
export function bytesInPage(text: string): number {
  return Buffer.byteLength(text) + 5 * (text.match(/[&<"]/g)?.length ?? 0);
}

/** The first items that have room together. */
export function fitting<T>(items: readonly T[], room: number, bytesOf: (item: T) => number): readonly T[] {
  let left = room;
  const end = items.findIndex((item) => (left -= bytesOf(item)) < 0);
  return end < 0 ? items : items.slice(0, end);
}
