/** The items by their keys, in the order in which the keys first occur. */
export function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** The groups, the largest first. */
export function largestFirst<K, T>(groups: ReadonlyMap<K, readonly T[]>): [K, readonly T[]][] {
  return [...groups].sort(([, a], [, b]) => b.length - a.length);
}
