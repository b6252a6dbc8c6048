/**
 * Throws the error `PROPERTY: got VALUE, which PROBLEM; REMEDY`.
 *
 * @param property the path of the property, as the user wrote it
 * @param got the value that the user gave
 * @param problem what is wrong with the value; it continues the sentence `got VALUE, which ...`
 * @param remedy what the user should do, in the imperative
 */
export function refuse(property: string, got: unknown, problem: string, remedy: string): never {
  throw new Error(`${property}: got ${shown(got)}, which ${problem}; ${remedy}`);
}

/** The value in a form that the user recognises. */
function shown(value: unknown): string {
  try {
    return number(value) ?? JSON.stringify(value, readable) ?? String(value);
  } catch {
    // The value contains itself or a bigint.
    return String(value);
  }
}

/** Replaces what JSON would write as `null` or as private fields. */
function readable(_key: string, value: unknown): unknown {
  const { toSeconds, toBytes } = Object(value) as { toSeconds?: unknown; toBytes?: unknown };
  // A Duration or a Size, whose text is the call that made it.
  if (typeof toSeconds === 'function' || typeof toBytes === 'function') return String(value);
  return number(value) ?? value;
}

/** The text of a number that JSON would write as `null`: NaN or an infinity. */
function number(value: unknown): string | undefined {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : undefined;
}
