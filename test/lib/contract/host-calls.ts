import { readFileSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const LIB = resolve(__dirname, '..', '..', '..', 'lib');

/** A call of one of the scripts' own functions: its first arguments as they are written. */
export interface HostCall {
  readonly file: string;
  readonly name: string;
  readonly args: readonly string[];
}

const SCRIPTS = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.sh'))
  .sort()
  .map((path) => ({
    file: basename(path),
    text: readFileSync(join(LIB, path), 'utf8').replace(/^\s*#.*$/gm, ''),
  }));

/**
 * Where a shell expects a command: at the beginning of a line, after a separator or keyword, or in a
 * trap.
 */
const COMMAND = String.raw`(?:^|[;{}()&|!]|\b(?:then|else|do)\b|\btrap ')[ \t]*`;
const WORD = String.raw`[ \t]+('[^']*'|"[^"]*"|[^\s;&|)]+)`;

/** The calls of a function in all host scripts, with that many arguments, or fewer if the call has fewer. */
export function callsOf(name: string, args = 1): HostCall[] {
  const call = new RegExp(`${COMMAND}${name}${WORD}${`(?:${WORD})?`.repeat(args - 1)}`, 'gm');
  return SCRIPTS.flatMap(({ file, text }) =>
    [...text.matchAll(call)].map((found) => ({
      file,
      name,
      args: found.slice(1).filter((arg) => arg !== undefined),
    })),
  );
}

/** Whether an argument is a literal word, and not the value of a variable. */
export function isLiteral(arg = ''): boolean {
  return /^[A-Za-z0-9-]+$/.test(arg);
}

/** The text of a host script, without comments. */
export function scriptText(file: string): string {
  return SCRIPTS.find((script) => script.file === file)?.text ?? '';
}
