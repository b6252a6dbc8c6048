import type { ComponentChildren, VNode } from 'preact';
import { countText, counted } from './words';

/** An item of a list: its group, by which it can be filtered, and a cell for each column. */
export interface Item<Cell> {
  readonly group: string;
  readonly cells: readonly Cell[];
}

export interface ListProps {
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly string[];
  /** One item, and several. */
  readonly nouns: readonly [singular: string, plural: string];
  /** The words of each group. */
  readonly groups: ReadonlyMap<string, string>;
  readonly rows: readonly Item<ComponentChildren>[];
  /** Items that have no row: they are in the page as plain text, which is small, and the script makes rows of them. */
  readonly lines: readonly Item<string>[];
}

/** A table that can be searched and filtered. Without the script it shows the rows, and the lines as text. */
export function List(props: ListProps): VNode {
  const { id, caption, columns, rows } = props;
  return (
    <div class="list" id={id} data-nouns={props.nouns[1]}>
      <Filter {...props} />
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ group, cells: [first, ...cells] }, i) => (
            <tr key={i} data-group={group}>
              <th scope="row">{first}</th>
              {cells.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <Lines {...props} />
    </div>
  );
}

/** The script shows it: without a script it would do nothing. */
function Filter({ id, caption, nouns, groups, rows, lines }: ListProps): VNode {
  const count = (group: string): number =>
    [rows, lines].reduce((sum, items) => sum + items.filter((item) => item.group === group).length, 0);
  return (
    <div class="filter" role="search" aria-label={caption} hidden>
      <label for={`${id}-search`}>Search {nouns[1]}</label>
      <input id={`${id}-search`} type="search" autocomplete="off" spellcheck={false} />
      {groups.size > 1 ? (
        <>
          <label for={`${id}-group`}>Show</label>
          <select id={`${id}-group`}>
            <option value="">all ({countText(rows.length + lines.length)})</option>
            {[...groups].map(([group, words]) => (
              <option key={group} value={group}>
                {words} ({countText(count(group))})
              </option>
            ))}
          </select>
        </>
      ) : null}
      <p role="status" />
    </div>
  );
}

/** The script reads the lines: tabs separate the cells. */
function Lines({ nouns, groups, rows, lines, columns }: ListProps): VNode | null {
  if (lines.length === 0) return null;
  const title =
    rows.length === 0 ? counted(lines.length, ...nouns) : `${countText(lines.length)} more ${nouns[1]}`;
  return (
    <details class="lines">
      <summary>{title}, one a line</summary>
      <p class="quiet">{columns.slice(0, lines[0]?.cells.length).join(' · ')}</p>
      {[...groups].map(([group, words]) => {
        const own = lines.filter((line) => line.group === group);
        return own.length === 0 ? null : (
          <div key={group}>
            <h3>{words}</h3>
            <pre data-group={group}>{own.map(({ cells }) => cells.join('\t')).join('\n')}</pre>
          </div>
        );
      })}
    </details>
  );
}
