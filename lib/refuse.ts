/**
 * Refuses a value. The message names the property, the value got, what is wrong with it and the remedy.
 *
 * @param problem reads on from `got ..., which`
 */
export function refuse(property: string, got: unknown, problem: string, remedy: string): never {
  throw new Error(`${property}: got ${shown(got)}, which ${problem}; ${remedy}`);
}

/** A value as whoever gave it knows it. */
function shown(value: unknown): string {
  try {
    return number(value) ?? JSON.stringify(value, readable) ?? String(value);
  } catch {
    // It holds itself, or a number that JSON does not know.
    return String(value);
  }
}

/** What JSON would write as null or as its guts. */
function readable(_key: string, value: unknown): unknown {
  const { toSeconds, toBytes } = Object(value) as { toSeconds?: unknown; toBytes?: unknown };
  // A Duration or a Size of the CDK.
  if (typeof toSeconds === 'function' || typeof toBytes === 'function') return String(value);
  return number(value) ?? value;
}

/** What is a number, but none that JSON knows. */
function number(value: unknown): string | undefined {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : undefined;
}
