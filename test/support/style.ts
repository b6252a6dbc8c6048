import { extname } from 'node:path';
import * as ts from 'typescript';

/** Phrases that make a sentence hard to read, and what to write instead. A phrase may be broken over two lines. */
export const PHRASES: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/whoever/, 'name the subject: the function that ..., the host that ..., you'],
  [/whatever/, 'any, every, or: regardless of'],
  [/nobody/, 'no user, no process, or the passive: is not notified'],
  [/somebody/, 'you, a user, or: another process'],
  [/everybody/, 'each user, or: all processes'],
  [/under way/, 'in progress'],
  [/meanwhile/, 'during the run, or: since then'],
  [/(?:is|are|was|were|be|being) told/, 'gets, is notified, is configured, or: is distinguished'],
  [/(?:if|unless|when|as|than) told/, 'optional, by default, or: on request'],
  [/mend(?:s|ed|ing)?/, 'correct, repair'],
  [/(?<!there )(?:is|are|was|were) no (?!longer|more|less|fewer|\w+er than)[a-z]+/, 'is not a'],
  [/go(?:es)? off/, 'is in alarm'],
  [/go(?:es)? (?:with|along with|by|too|at any age)/, 'is removed with, selects by, or: removes too'],
  [/goes(?=[.,;:])/, 'is removed'],
  [/go(?:es)? on/, 'continues'],
  [/stays?(?=[.,;:])/, 'is kept'],
  [/(?:is|are|was|were) gone/, 'is removed, or: no longer exists'],
  [/(?:has|have) no say/, 'has no effect'],
  [/com(?:e|es|ing) to (?:its|their|an) end/, 'ends'],
  [/befall(?:s|en)?/, 'happens to'],
  [/fare[sd]/, 'the outcome of'],
  [/shall/, 'must, or the present tense'],
  [/one's own/, 'your own'],
  [/in earnest/, 'a run that removes'],
  [/at one of whose/, 'in which one of the'],
  [/holds? (?:\w+ ){1,3}against/, 'compares, validates with'],
  [/(?:go|goes|went) to others/, 'moves to other images, or: another user gets'],
  [/as the Engine tells/, 'as in the answer of the Engine'],
  [/counted round/, 'starts again from the beginning'],
];

/** A phrase of the table in a file. */
export interface Hit {
  readonly line: number;
  readonly phrase: string;
  readonly instead: string;
}

/** Finds the phrases in the comments, strings and prose of a file. The end of its name decides how it is read. */
export function findPhrases(path: string, text: string): Hit[] {
  const prose = proseOf(path, text);
  return PHRASES.flatMap(([phrase, instead]) => {
    const words = new RegExp(`(?<![\\w-])(?:${phrase.source.replaceAll(' ', '\\s+')})(?![\\w-])`, 'gi');
    return [...prose.matchAll(words)].map(({ 0: found, index }) => ({
      line: text.slice(0, index).split('\n').length,
      phrase: found.trim().replace(/\s+/g, ' '),
      instead,
    }));
  }).sort((a, b) => a.line - b.line);
}

const OTHER = '\0';

/** Replaces comment marks with spaces, and each other non-prose character with one that matches no phrase. */
function proseOf(path: string, text: string): string {
  switch (extname(path)) {
    case '.md':
      return blank(text, /<!-- (\w+) -->.*?<!-- \/\1 -->|^```.*?^```|<!--.*?-->|`[^`]*`|\]\([^)]*\)/gms);
    case '.sh':
      return keep(text, shellProse(text));
    default:
      return keep(text, scriptProse(path, text));
  }
}

type Range = readonly [start: number, end: number];

function blank(text: string, code: RegExp): string {
  return text.replace(code, (found) => found.replace(/\S/g, OTHER));
}

function keep(text: string, ranges: readonly Range[]): string {
  let prose = '';
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (start < prose.length) continue;
    prose += blank(text.slice(prose.length, start), /[^]+/g);
    const found = text
      .slice(start, end)
      .replace(/^(\s*)(\/\/|\/?\*+\/?|#+)/gm, (mark) => ' '.repeat(mark.length));
    prose += blank(found, /`[^`\n]*`/g);
  }
  return prose + blank(text.slice(prose.length), /[^]+/g);
}

/** Finds the comments of a shell script, and its strings of several words on one line. */
function shellProse(text: string): Range[] {
  const parts = /(?<=^|\s)#(?!!).*|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/gm;
  return [...text.matchAll(parts)]
    .filter(({ 0: found }) => found.includes(' '))
    .map(({ 0: found, index }): Range => [index, index + found.length]);
}

/** Finds the comments of a TypeScript or JavaScript file, and its strings of several words. */
function scriptProse(path: string, text: string): Range[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  const strings: Range[] = [];
  let rest = text;
  const visit = (node: ts.Node): void => {
    if (ts.isLiteralExpression(node) || ts.isTemplateMiddleOrTemplateTail(node) || ts.isTemplateHead(node)) {
      const [start, end] = [node.getStart(source), node.end];
      if (!ts.isRegularExpressionLiteral(node) && /\S\s+\S/.test(node.text))
        strings.push([start + 1, end - 1]);
      // Literals are blanked out, because two slashes in a literal begin no comment.
      rest = rest.slice(0, start) + OTHER.repeat(end - start) + rest.slice(end);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  const comments = [...rest.matchAll(/\/\/.*|\/\*[^]*?\*\//g)];
  return [...strings, ...comments.map(({ 0: found, index }): Range => [index, index + found.length])];
}
