import {
  KEPT,
  KIND_OF_WORD,
  OBJECT_FATES,
  REMOVABLE,
  type KeptReason,
  type ListedObject,
  type ObjectFate,
  type Removable,
  type StepResult,
} from '../../../lib/contract';

const LINE = /^(\S+) (\S+) (\S+) (-|\d+B) (-|\d+[mhd]) (\S+) (\S+)$/;

/**
 * Reads the lines that a step prints after its result.
 *
 * @throws if a line breaks the contract, or if the list and the counts of the result differ
 */
export function readObjects(list: string, result: StepResult): ListedObject[] {
  const objects = list.split('\n').filter(Boolean).map(readObject);
  const fail = (what: string): never => {
    throw new Error(`${what}: ${JSON.stringify(result)} and\n${list}`);
  };
  if (objects.length !== (result.objects ?? 0)) fail('the result counts other objects than the step lists');
  const removed: ObjectFate = result.dryRun ? 'would-remove' : 'removed';
  if (objects.some(({ fate }) => fate !== removed && /remove/.test(fate)))
    fail('a fate does not fit the run');
  if (result.task === 'ShellTask') return objects;
  for (const kind of REMOVABLE) {
    const listed = objects.filter((object) => object.kind === kind && object.fate === removed).length;
    if (listed !== (result.removed?.[kind] ?? 0)) fail(`the counts of removed ${kind} differ`);
  }
  for (const reason of KEPT) {
    const listed = objects.filter(({ fate }) => fate === reason).length;
    // A project that is kept as a whole is the answer of a skipped task.
    const counted = result.passedOver?.[reason] ?? (result.reason === reason ? 1 : 0);
    if (listed !== counted) fail(`the counts of objects kept as ${reason} differ`);
  }
  const sizes = objects.flatMap(({ fate, size }) => (fate === removed && size !== undefined ? size : []));
  const sum = sizes.length > 0 ? sizes.reduce((a, b) => a + b) : undefined;
  if (sum !== result.sizeOfRemoved) fail(`the sum of the sizes is ${sum}`);
  return objects;
}

function readObject(line: string): ListedObject {
  const [, fate = '', word = '', id = '', size = '', age = '', project = '', name = ''] =
    LINE.exec(line) ?? [];
  const kind = KIND_OF_WORD.get(word);
  if (kind === undefined || !isFate(fate)) throw new Error(`not an object: ${JSON.stringify(line)}`);
  return {
    fate,
    kind,
    id,
    ...(name === '-' ? {} : { name }),
    ...(project === '-' ? {} : { project }),
    ...(size === '-' ? {} : { size: parseInt(size, 10) }),
    ...(age === '-' ? {} : { age }),
  };
}

function isFate(text: string): text is ObjectFate {
  return (OBJECT_FATES as readonly string[]).includes(text);
}

/** The identifiers of the listed objects of a kind with a fate, sorted. */
export function idsOf(
  objects: readonly ListedObject[],
  kind: Removable,
  ...fates: readonly (ObjectFate | KeptReason)[]
): string[] {
  return objects
    .flatMap((object) => (object.kind === kind && fates.includes(object.fate) ? object.id : []))
    .sort();
}
