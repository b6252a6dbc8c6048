/** An element of a page, in the order in which the elements begin. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The text of the element and all elements in it, unescaped. */
  text: string;
  readonly ancestors: readonly Element[];
}

/** Elements that have no end tag. */
const VOID = ['meta', 'input'];
/** The content of these elements is not markup. */
const RAW = ['style', 'script'];
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/**
 * Reads a page strictly. Every element must be closed, in order. Every attribute must occur once, quoted or without a
 * value. Everything that needs escaping must be escaped.
 *
 * @throws on the first part that is not well-formed
 */
export function readMarkup(page: string): Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  const doctype = '<!doctype html>';
  if (!page.startsWith(doctype)) throw new Error('no doctype');
  let at = doctype.length;
  const fail = (what: string): never => {
    throw new Error(`${what} at ${JSON.stringify(page.slice(at, at + 80))}`);
  };
  while (at < page.length) {
    const raw = open.find(({ name }) => RAW.includes(name));
    const text = raw ? upTo(`</${raw.name}`, page, at) : upTo('<', page, at);
    if (text.trim() && open.length === 0) fail('text outside of the document');
    const plain = raw ? text : unescaped(text, fail);
    for (const element of open) element.text += plain;
    at += text.length;
    if (at >= page.length) break;
    const end = /^<\/([a-z][a-z0-9]*)>/.exec(page.slice(at, at + 40));
    if (end) {
      if (open.pop()?.name !== end[1]) fail('end tag without its start');
      at += end[0].length;
      continue;
    }
    const start = /^<([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<]*")?)*)\s*(\/?)>/.exec(
      page.slice(at, at + 2000),
    );
    if (!start) return fail('no well-formed tag');
    const [whole, name = '', list = '', slash] = start;
    const attributes: Record<string, string> = {};
    for (const [, key = '', value = ''] of list.matchAll(/([a-zA-Z-]+)(?:="([^"]*)")?/g)) {
      if (key in attributes) fail('attribute twice');
      attributes[key] = unescaped(value, fail);
    }
    const element = { name, attributes, text: '', ancestors: [...open] };
    elements.push(element);
    if ((slash === '/') !== VOID.includes(name)) fail('void elements, and they alone, close themselves');
    if (!slash) open.push(element);
    at += whole.length;
  }
  if (open.length > 0) fail(`${open.map(({ name }) => name).join(' > ')} never closed`);
  return elements;
}

function unescaped(text: string, fail: (what: string) => never): string {
  return text.replace(/&([^;&\s]*;?)/g, (_, entity: string) => {
    const character = entity.endsWith(';') ? ENTITIES[entity.slice(0, -1)] : undefined;
    return character ?? fail('unescaped "&"');
  });
}

function upTo(mark: string, page: string, at: number): string {
  const end = page.indexOf(mark, at);
  return page.slice(at, end < 0 ? undefined : end);
}
