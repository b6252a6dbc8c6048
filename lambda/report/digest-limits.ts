/** How many of each the digest shows at most, so that it is short for every fleet. */
export const SHOWN = { reasons: 10, hosts: 3, projects: 10, warnings: 5, services: 5 };

/** Limits for texts of any length, in characters. */
export const LENGTH = { name: 100, host: 60, message: 250, remedy: 320 };

/** How many are not shown; nothing if all are. */
export function omitted(count: number, noun: string, detail = ''): string[] {
  return count > 0 ? [`- and ${count} more ${noun}${count === 1 ? '' : 's'}${detail}`] : [];
}
