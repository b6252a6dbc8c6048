import { KIND_OF_WORD, OBJECT_FATES } from '../../lib/contract';
import type { ListedObject, ObjectFate, StepResult } from '../../lib/contract';

/** The longest field: 255 bytes of text, each escaped as `\xNN`, and `...`. */
const MAX_FIELD = 4 * 255 + 3;
/** What an object's line may contain between its spaces: printable ASCII. The host escapes all other characters. */
const FIELD = new RegExp(`^[!-~]{1,${MAX_FIELD}}$`);
const SIZE = /^(\d{1,16})B$/;
const AGE = /^\d{1,6}[mhd]$/;
/** Stands for a field that the Engine does not know. */
const ABSENT = '-';
/** What the agent adds to standard output begins like this: its mark of a cut, and the title of standard error. */
const AGENT = '\n-';
const AGENT_CUT = '\n---Output truncated---';

/** An object with the line that lists it. */
export interface ObjectLine {
  readonly line: string;
  readonly object: ListedObject;
}

/** The objects that a step listed, as far as they arrived. */
export interface ObjectList {
  readonly objects: readonly ObjectLine[];
  /** How many of the objects that the step promised did not arrive. */
  readonly missing: number;
  /** Why the list cannot be relied on, except where Systems Manager cut it off. */
  readonly damage?: string;
}

/**
 * Reads an object's line.
 *
 * @returns undefined if the line is not one that the contract allows
 */
export function parseObject(line: string): ListedObject | undefined {
  const fields = line.split(' ');
  const [fate = '', word = '', id = '', sizeText = '', age = '', project = '', name = ''] = fields;
  const kind = KIND_OF_WORD.get(word);
  const size = sizeText === ABSENT ? undefined : Number(SIZE.exec(sizeText)?.[1] ?? NaN);
  const isValid =
    fields.length === 7 &&
    fields.every((field) => FIELD.test(field)) &&
    isFate(fate) &&
    id !== ABSENT &&
    (size === undefined || Number.isSafeInteger(size)) &&
    (age === ABSENT || AGE.test(age));
  if (!isValid || !kind) return undefined;
  return {
    fate,
    kind,
    id,
    ...(name === ABSENT ? {} : { name }),
    ...(project === ABSENT ? {} : { project }),
    ...(size === undefined ? {} : { size }),
    ...(age === ABSENT ? {} : { age }),
  };
}

/**
 * Reads the list after a step's result. Standard output may be cut at any byte, so an object counts only if a line break
 * of the step's own ends its line. As many objects are read as the step promised, and each damaged line is left out.
 *
 * @param output the step's output as Systems Manager keeps it
 */
export function readObjects(output: string, { objects: promised = 0 }: StepResult): ObjectList {
  if (promised === 0) return { objects: [], missing: 0 };
  const lines = linesAfterFirst(output);
  const wellFormed = lines.flatMap((line) => {
    const object = parseObject(line);
    return object ? [{ line, object }] : [];
  });
  const objects = wellFormed.slice(0, promised);
  const list = { objects, missing: promised - objects.length };
  const damaged = lines.length - wellFormed.length;
  if (damaged > 0) return { ...list, damage: `${damaged} of its ${lines.length} lines are damaged` };
  const isCut = output.includes(AGENT_CUT);
  if (wellFormed.length > promised || (list.missing > 0 && !isCut)) {
    return { ...list, damage: `the step promised ${promised} objects and listed ${wellFormed.length}` };
  }
  return list;
}

/** The lines of standard output after the first one. No object's line begins with `-`, as all that the agent adds does. */
function linesAfterFirst(output: string): string[] {
  const first = output.indexOf('\n');
  if (first < 0) return [];
  const end = output.indexOf(AGENT, first);
  const lines = output.slice(first + 1, end < 0 ? undefined : end).split('\n');
  // Without a line break at its end, a line may be cut.
  lines.pop();
  return lines;
}

function isFate(word: string): word is ObjectFate {
  return (OBJECT_FATES as readonly string[]).includes(word);
}
