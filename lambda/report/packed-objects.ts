import { KEPT, OBJECT_ORDER } from '../../lib/contract';
import type { ListedObject } from '../../lib/contract';
import { parseObject } from './object-list';
import type { ObjectLine } from './object-list';

/**
 * Room for the objects in a host's event, in bytes of JSON. An event of CloudWatch Logs may have 1 MB, and the results of
 * all steps need room too.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
 */
export const MAX_OBJECTS_BYTES = 200_000;

/**
 * The objects of a host, kept as bytes of their lines until the reporter iterates over them: 10,000 hosts have hundreds
 * of thousands of objects. A part of a string would keep the whole output in memory.
 */
export class PackedObjects implements Iterable<ListedObject> {
  static readonly NONE = new PackedObjects(Buffer.alloc(0));

  private constructor(private readonly lines: Buffer) {}

  /** @param lines lines that `parseObject` can read */
  static of(lines: readonly string[]): PackedObjects {
    return lines.length === 0
      ? PackedObjects.NONE
      : new PackedObjects(Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1'));
  }

  *[Symbol.iterator](): Generator<ListedObject, void, undefined> {
    for (let start = 0; start < this.lines.length;) {
      const end = this.lines.indexOf('\n', start);
      const object = parseObject(this.lines.toString('latin1', start, end));
      if (object) yield object;
      start = end + 1;
    }
  }
}

/**
 * Packs the objects of a host in the order of the contract: what holds data first, and of each kind what was removed or
 * left before what was kept. What has no room in the event is left out.
 *
 * @param room in bytes of JSON
 */
export function packObjects(
  listed: readonly ObjectLine[],
  room = MAX_OBJECTS_BYTES,
): { objects: PackedObjects; omitted: number } {
  const inOrder = [...listed].sort((a, b) => rankOf(a.object) - rankOf(b.object));
  let bytes = 0;
  // One more byte for the comma.
  const fitting = inOrder.filter(({ object }) => (bytes += JSON.stringify(object).length + 1) <= room);
  return {
    objects: PackedObjects.of(fitting.map(({ line }) => line)),
    omitted: listed.length - fitting.length,
  };
}

function rankOf({ kind, fate }: ListedObject): number {
  return 2 * OBJECT_ORDER.indexOf(kind) + ((KEPT as readonly string[]).includes(fate) ? 1 : 0);
}
