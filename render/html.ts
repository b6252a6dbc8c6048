/** Markup that must not be escaped again. */
export class Html {
  constructor(readonly markup: string) {}

  toString(): string {
    return this.markup;
  }
}

type Part = string | number | Html | readonly Html[];

/** Markup with values in it. A value that is not markup is escaped, for text and for quoted attributes. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const markup = (part: Part): string => {
    if (part instanceof Html) return part.markup;
    if (typeof part === 'string') return escape(part);
    return typeof part === 'number' ? String(part) : part.map((each) => each.markup).join('\n');
  };
  return new Html(literals.reduce((all, literal, i) => all + markup(parts[i - 1] ?? '') + literal));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A host's text must not become markup or change the direction of the text around it. Invisible
 * characters and those that change the writing direction are shown by their codes.
 */
function escape(text: string): string {
  return text
    .replace(/[\t\n\r]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, named)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

function named(character: string): string {
  return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
}
