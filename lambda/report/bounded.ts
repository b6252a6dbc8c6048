/** The first items whose JSON fits into a number of bytes. A host can print texts of any kind, and an event has a limit. */
export function withinBytes<T>(items: readonly T[], room: number): T[] {
  let bytes = 0;
  const next = items.findIndex((item) => (bytes += Buffer.byteLength(JSON.stringify(item)) + 1) > room);
  return next < 0 ? [...items] : items.slice(0, next);
}
