import { styleText } from 'node:util';
import { getBorderCharacters, table } from 'table';
import { printable } from '../lib/contract';

/** How a text is laid out. */
export interface RenderOptions {
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

/** The properties of a stream that say how to write on it. */
export interface Output extends NodeJS.WritableStream {
  readonly columns?: number;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Below this, words would be cut into syllables; a narrower terminal breaks the lines itself. */
const NARROWEST = 40;
const WIDTH_OF_FILES = 120;
const GAP = 2;

/**
 * How to write on a stream. `NO_COLOR`, `FORCE_COLOR` and `TERM` decide about colour as Node.js documents, and `COLUMNS` sets
 * the width.
 *
 * @see https://nodejs.org/api/util.html#utilstyletextformat-text-options
 */
export function optionsFor(stream: Output): RenderOptions {
  return {
    colour: styleText('bold', 'x', { stream }) !== 'x',
    width: Number(process.env.COLUMNS) || stream.columns || WIDTH_OF_FILES,
  };
}

/** Builds a text line by line. It wraps at the width and cuts nothing. */
export class Layout {
  private readonly lines: string[] = [];
  private readonly width: number;

  constructor(private readonly options: RenderOptions) {
    this.width = Math.max(NARROWEST, options.width);
  }

  /** Adds a paragraph. Without `wrap` it is one line of any length, e.g. a path that you copy. */
  say(
    text: string,
    { indent = 0, style, wrap = true }: { indent?: number; style?: Style; wrap?: boolean } = {},
  ): void {
    if (!wrap) {
      this.lines.push(' '.repeat(indent) + this.paint(text, style));
      return;
    }
    this.draw([[this.paint(text, style)]], [this.width - indent], indent);
  }

  /** Adds a heading, with an empty line before it. */
  heading(text: string, style?: Style): void {
    this.lines.push('');
    this.say(text, { style: style ?? 'bold' });
  }

  /** Adds a table. A column in which every cell is empty is left out, and so is a table without rows. */
  table(
    columns: readonly string[],
    rows: readonly (readonly string[])[],
    { indent = 2, styleOf }: { indent?: number; styleOf?: (row: number) => Style | undefined } = {},
  ): void {
    const used = columns.flatMap((_, i) => (rows.some((row) => row[i]) ? [i] : []));
    if (used.length === 0) return;
    const cells = (row: readonly string[], style?: Style): string[] =>
      used.map((i) => this.paint(row[i] ?? '', style));
    const needs = used.map((i) => needOf([columns, ...rows].map((row) => printable(row[i] ?? ''))));
    this.draw(
      [cells(columns, 'dim'), ...rows.map((row, i) => cells(row, styleOf?.(i)))],
      shrink(needs, this.width - indent - GAP * (used.length - 1)),
      indent,
    );
  }

  toString(): string {
    return `${this.lines.join('\n')}\n`;
  }

  private paint(text: string, style: Style | undefined): string {
    const shown = printable(text);
    return style && this.options.colour ? styleText(style, shown, { validateStream: false }) : shown;
  }

  private draw(rows: readonly (readonly string[])[], widths: readonly number[], indent: number): void {
    const text = table(
      rows.map((row) => [...row]),
      {
        border: getBorderCharacters('void'),
        drawHorizontalLine: () => false,
        drawVerticalLine: () => false,
        columns: widths.map((width, i) => ({
          width,
          wrapWord: true,
          paddingLeft: i === 0 ? indent : GAP,
          paddingRight: 0,
        })),
      },
    );
    this.lines.push(
      ...text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => line.trimEnd()),
    );
  }
}

/** The package `table` breaks a line after these characters and at spaces, and elsewhere only if it must. */
const BREAK = /(?<=[\\/_.,;-])| /;

/** The room that a column needs. */
interface Need {
  /** For its cells on one line. */
  readonly whole: number;
  /** For its longest part that should not be broken. */
  readonly word: number;
}

function needOf(cells: readonly string[]): Need {
  const widest = (texts: readonly string[]): number =>
    texts.reduce((most, text) => Math.max(most, text.length), 1);
  return { whole: widest(cells), word: widest(cells.flatMap((cell) => cell.split(BREAK))) };
}

/** Takes from the widest columns until all have room; breaks words only if there is no other way. */
function shrink(needs: readonly Need[], room: number): number[] {
  const widths = needs.map(({ whole }) => whole);
  for (let excess = widths.reduce((sum, width) => sum + width, 0) - room; excess > 0; excess--) {
    const spare = widths.map((width, i) => (width > (needs[i]?.word ?? 1) ? width : 0));
    const from = spare.some((width) => width > 0) ? spare : widths;
    const widest = from.indexOf(Math.max(...from));
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
  return widths;
}
