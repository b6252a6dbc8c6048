import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { METRICS, REASONS, WARNINGS } from '../lib/contract';
import type { Reason } from '../lib/contract';

const PROJECT = resolve(__dirname, '..');
const README = join(PROJECT, 'README.md');
const METRIC_METHODS = join('lib', 'monitoring', 'metrics.ts');

/** The generated parts of README.md. Each is between `<!-- NAME -->` and `<!-- /NAME -->`. */
const PARTS: Readonly<Record<string, () => string>> = {
  reasons: reasonTable,
  warnings: warningTable,
  metrics: metricTable,
};

/** Returns the text with its generated parts up to date. */
export function withGeneratedParts(readme: string): string {
  return Object.entries(PARTS).reduce((text, [name, render]) => {
    const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->\n`];
    const from = text.indexOf(begin) + begin.length;
    const to = text.indexOf(end, from);
    if (from < begin.length || to < 0) {
      throw new Error(`README.md has no part between ${begin.trim()} and ${end.trim()}; put both lines back`);
    }
    return `${text.slice(0, from)}\n<!-- prettier-ignore -->\n${render()}\n\n${text.slice(to)}`;
  }, readme);
}

function reasonTable(): string {
  const rows = Object.entries(REASONS).flatMap(([by, reasons]) =>
    Object.entries<Reason>(reasons).map(([code, { outcome, meaning, action }]) => [
      `\`${code}\``,
      `\`${outcome}\``,
      by,
      cell(meaning),
      cell(action),
    ]),
  );
  return table(['reason', 'outcome', 'from', 'what it means', 'what you do'], rows);
}

function warningTable(): string {
  const rows = Object.entries(WARNINGS).map(([code, { meaning, action }]) => [
    `\`${code}\``,
    cell(meaning),
    cell(action),
  ]);
  return table(['warning', 'what it means', 'what you do'], rows);
}

/** Renders each metric with the first paragraph of its method's documentation. */
function metricTable(): string {
  const source = readFileSync(join(PROJECT, METRIC_METHODS), 'utf8');
  const methods = source.matchAll(/\/\*\*\n((?: +\*(?: .*)?\n)+) +\*\/\n +public metric(\w+)\(/g);
  const texts = new Map([...methods].map(([, text = '', name = '']) => [name, firstParagraph(text)]));
  const rows = Object.entries(METRICS).map(([name, { unit, statistic }]) => {
    const text = texts.get(name);
    if (text === undefined)
      throw new Error(`${METRIC_METHODS} has no metric${name}(); add it with its documentation`);
    return [`\`${name}\``, unit, statistic, cell(text)];
  });
  return table(['metric', 'unit', 'statistic', 'what it measures'], rows);
}

/** Returns the first paragraph of a comment on one line, without the full stop. */
function firstParagraph(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^ +\* ?/, ''));
  return lines.slice(0, lines.indexOf('')).join(' ').replace(/\.$/, '');
}

/** Renders a Markdown table. It does not align the columns, so that a changed row is one changed line. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Renders plain text with code in backticks. Escapes characters that Markdown would read as markup. */
function cell(text: string): string {
  return text.replace(/[|<>*\\[\]]/g, '\\$&');
}

if (require.main === module) {
  writeFileSync(README, withGeneratedParts(readFileSync(README, 'utf8')));
}
