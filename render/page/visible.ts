/**
 * The text with each invisible character, and each that changes the direction of writing, shown by its code, so that no
 * name can mislead a reader. Line breaks and tabs become spaces.
 */
export function visible(text: string): string {
  // Most texts are plain ASCII.
  if (!/[^ -~]/.test(text)) return text;
  return text.replace(/[\t\n\r]+/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, code);
}

/** A copy of a report in which all texts are visible. */
export function withVisibleTexts<T>(value: T): T {
  const copy = (part: unknown): unknown => {
    if (typeof part === 'string') return visible(part);
    if (Array.isArray(part)) return part.map(copy);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, copy(member)]));
  };
  return copy(value) as T;
}

function code(character: string): string {
  return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
}
