import type { ListedObject, ObjectFate } from '../../../lib/contract';
import { PROJECT_LABEL } from '../../../local/host/inventory';
import { idsOf } from '../support/objects';
import { KINDS, type Snapshot, type Thing, without } from './objects';

/** What a task lists, and what the Engine held before and after. */
interface Listed {
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly objects: readonly ListedObject[];
}

/** Compares the objects that a run lists as removed with those that the Engine lacks now. @returns what is wrong */
export function judgeList({ before, after, objects }: Listed): string[] {
  return KINDS.flatMap((kind) => {
    const { [kind]: missing } = without(before, after);
    const gone = missing.map((thing) => shortId(kind, thing)).sort();
    const listed = idsOf(objects, kind, 'removed');
    const wrong = before[kind].flatMap((thing) => judgeFacts(kind, thing, objects));
    if (listed.join() === gone.join()) return wrong;
    return [...wrong, `listed the ${kind} ${listed.join(' ')} as removed, and not ${gone.join(' ')}`];
  });
}

/** A run that lost the Docker CLI may list less than it removed, but nothing that is still there. */
export function judgeDisturbedList({ after, objects }: Listed): string[] {
  return KINDS.flatMap((kind) => {
    const present = new Set(after[kind].map((thing) => shortId(kind, thing)));
    return idsOf(objects, kind, 'removed')
      .filter((id) => present.has(id))
      .map((id) => `listed as removed, but is still there, of the ${kind}: ${id}`);
  });
}

/** What a dry run lists as what it would remove, or a run as removed, in a form to compare. */
export function removalsOf(objects: readonly ListedObject[]): string {
  const fates: readonly ObjectFate[] = ['removed', 'would-remove'];
  const lines = objects.flatMap(({ fate, kind, id }) => (fates.includes(fate) ? `${kind} ${id}` : []));
  return lines.sort().join(', ');
}

/** Compares what the list says of an object with what the Engine says. */
function judgeFacts(
  kind: (typeof KINDS)[number],
  thing: Thing & { readonly undescribed?: boolean },
  objects: readonly ListedObject[],
): string[] {
  const listed = objects.find((object) => object.kind === kind && object.id === shortId(kind, thing));
  // An object without an answer is listed by its identifier alone.
  if (listed === undefined || kind === 'cacheRecords' || thing.undescribed) return [];
  const project = quoted(thing.labels[PROJECT_LABEL] ?? '');
  return (listed.project ?? '') === project
    ? []
    : [`listed ${JSON.stringify(listed)}, whose project is ${JSON.stringify(project)}`];
}

/** An identifier as the list has it: 12 digits, or the whole of a volume's name and of a cache record's identifier. */
function shortId(kind: (typeof KINDS)[number], { id }: Thing): string {
  return kind === 'volumes' || kind === 'cacheRecords' ? id : id.replace(/^sha256:/, '').slice(0, 12);
}

const NAMED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
  ' ': '\\x20',
};

/** A text as Go quotes it in ASCII, without the quotes and with spaces escaped. */
function quoted(text: string): string {
  const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');
  return [...text]
    .map((character) => {
      const code = character.codePointAt(0)!;
      if (NAMED[character] !== undefined) return NAMED[character];
      if (code > 0xffff) return `\\U${hex(code, 8)}`;
      if (code > 0x7f) return `\\u${hex(code, 4)}`;
      return code < 0x20 || code === 0x7f ? `\\x${hex(code, 2)}` : character;
    })
    .join('');
}
