import { bytesText, plural, removedText } from '../lib/contract';
import type { HostOutcome, HostReport } from '../lib/contract';
import { Html, html } from './html';
import { hostName, stepDetails, stepText } from './terminal';

/** How many hosts a table of the page shows, so that a browser can open the page of a large fleet. */
const SHOWN = 200;
/** A sign for each outcome, so that colour is never the only one. */
const SIGN: Record<HostOutcome, string> = {
  succeeded: '✓',
  skipped: '–',
  failed: '✕',
  'timed-out': '⧖',
  unreachable: '?',
};

export const NOTHING = new Html('');

/** Renders nothing if there is nothing to show. */
export function section(heading: string, rows: readonly unknown[], content: Html): Html {
  return rows.length === 0
    ? NOTHING
    : html`<section>
        <h2>${heading}</h2>
        ${content}
      </section>`;
}

export function hostTable(caption: string, hosts: readonly HostReport[]): Html {
  const rows = hosts
    .slice(0, SHOWN)
    .map((host) => [
      hostName(host),
      outcomeText(host.outcome),
      host.reason ? html`<code>${host.reason}</code>` : '',
      html`${host.message ?? ''}${stepList(host)}`,
      [removedText(host.removed), host.bytesReclaimed > 0 ? bytesText(host.bytesReclaimed) : '']
        .filter(Boolean)
        .join(', '),
    ]);
  const removed = hosts.some(({ dryRun }) => dryRun) ? 'Would remove' : 'Removed';
  return html`${table(caption, ['Host', 'Outcome', 'Reason', 'Message', removed], rows)}${leftOut(hosts.length - SHOWN, 'host')}`;
}

function stepList({ steps }: HostReport): Html {
  const items = steps.map((step) => {
    const details = stepDetails(step).map((detail) => html`<li>${detail}</li>`);
    return html`<li>
      ${stepText(step)}${
        details.length > 0
          ? html`<ul>
              ${details}
            </ul>`
          : NOTHING
      }
    </li>`;
  });
  return items.length === 0
    ? NOTHING
    : html`<details>
        <summary>${plural(items.length, 'step')}</summary>
        <ul>
          ${items}
        </ul>
      </details>`;
}

export function outcomeText(outcome: HostOutcome): Html {
  return html`<span class="outcome ${outcome}">${SIGN[outcome]} ${outcome}</span>`;
}

/** `#` marks a column of numbers. The first column names the row. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number | Html)[])[],
): Html {
  const isNumber = (i: number): boolean => columns[i]?.startsWith('#') ?? false;
  const head = columns.map(
    (column, i) => html`<th scope="col" ${attribute(isNumber(i))}>${column.replace(/^#/, '')}</th>`,
  );
  const body = rows.map(
    (cells) =>
      html`<tr>
        ${cells.map((cell, i) =>
          i === 0 ? html`<th scope="row">${cell}</th>` : html`<td${attribute(isNumber(i))}>${cell}</td>`,
        )}
      </tr> `,
  );
  return html`<div class="wide">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}

function attribute(isNumber: boolean): Html {
  return isNumber ? html` class="number"` : NOTHING;
}

export function leftOut(count: number, noun: string): Html {
  return count > 0
    ? html`<p>
        <strong>${plural(count, noun)} more</strong> not shown here; the run’s log stream has all of them.
      </p>`
    : NOTHING;
}

/** Drawings need no more digits in their coordinates. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
