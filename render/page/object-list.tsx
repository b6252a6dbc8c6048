import type { VNode } from 'preact';
import { bytesText } from '../../lib/contract';
import { List } from './list';
import type { Item } from './list';
import type { ObjectGroup } from './objects';
import { bytesInPage, fitting } from './room';
import { countText, counted, hostText } from './words';

/** How many objects have a row; the others have a line. */
const ROWS = 100;
/** How many hosts of an object are named: few of them with their ids. */
const NAMED = { hosts: 12, hostsWithIds: 3 };
/** The bytes of a row's or line's markup. */
const MARKUP = 130;

interface ObjectListProps {
  readonly id: string;
  readonly caption: string;
  readonly objects: readonly ObjectGroup[];
  readonly room: number;
  readonly groupOf: (object: ObjectGroup) => string;
  readonly groups: ReadonlyMap<string, string>;
  readonly columns: readonly string[];
  /** The text of the second column. */
  readonly second: (object: ObjectGroup) => string;
}

/** Objects that can be searched by name. */
export function ObjectList({
  id,
  caption,
  objects,
  room,
  groupOf,
  groups,
  columns,
  second,
}: ObjectListProps): VNode {
  const items = objects.map((object): Item<string> => ({
    group: groupOf(object),
    cells: [
      object.id === undefined ? object.name : `${object.name} ${object.id}`,
      second(object),
      object.project ?? '',
      object.size === undefined ? '' : bytesText(object.size),
      object.age ?? '',
      hostsText(object),
    ],
  }));
  const shown = fitting(items, room, ({ cells }) => MARKUP + bytesInPage(cells.join(' ')));
  return (
    <>
      <List
        id={id}
        caption={caption}
        columns={columns}
        nouns={['object', 'objects']}
        groups={groups}
        rows={shown.slice(0, ROWS)}
        lines={shown.slice(ROWS)}
      />
      {shown.length < items.length ? (
        <p class="note">
          <strong>{counted(items.length - shown.length, 'object')} more</strong> without room here: the saved
          query of what was removed, by name, and the event of each host have all of them.
        </p>
      ) : null}
    </>
  );
}

function hostsText({ hosts, count }: ObjectGroup): string {
  const names = hosts.slice(0, hosts.length > NAMED.hosts ? 1 : NAMED.hosts);
  const text = names.map((host) =>
    hosts.length > NAMED.hostsWithIds ? (host.instanceName ?? host.instanceId) : hostText(host),
  );
  const others = hosts.length - names.length;
  const all = [...text, ...(others > 0 ? [counted(others, 'more host')] : [])].join(', ');
  return count > hosts.length ? `${all} (${countText(count)} times)` : all;
}
