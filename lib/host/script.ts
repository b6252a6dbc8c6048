import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DRY_RUN_PARAMETER } from '../contract';

/** A file that scripts of several kinds use. */
export type SharedFile =
  | 'clock.sh'
  | 'inspect.sh'
  | 'describe.sh'
  | 'references.sh'
  | 'members.sh'
  | 'select.sh'
  | 'prune.sh'
  | 'images.sh';

/** What every task uses that removes objects of one kind by their labels. */
export const PRUNE: readonly SharedFile[] = [
  'clock.sh',
  'inspect.sh',
  'describe.sh',
  'references.sh',
  'members.sh',
  'select.sh',
  'prune.sh',
];

/** What a step runs on a host. */
export interface HostScript {
  /** The class name of the task, which the step result reports as `task`. */
  readonly kind: string;
  /** The files in this folder that it uses, in addition to those that every script uses. */
  readonly uses: readonly SharedFile[];
  /** Paths of the shell script or of its parts. The host has them as one file, named after the last. */
  readonly files: readonly string[];
  /** The shell variables that the script reads. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The only line of the document that has a parameter of Systems Manager. */
export const DRY_RUN_LINE = `DRY_RUN='{{ ${DRY_RUN_PARAMETER} }}'`;

/** Only tests and `npm run local` set another folder. */
const RUN_DIR_LINE = 'RUN_DIR=${HOUSEKEEPING_RUN_DIR:-/run/docker-housekeeping}';

/** What every script uses. The last one runs commands, and needs the functions of the others. */
const PRELUDE = ['lists.sh', 'objects.sh', 'result.sh', 'engine.sh', 'task.sh', 'prelude.sh'].map((name) =>
  join(__dirname, name),
);

/**
 * The lines of the step `host`, which stores the scripts of all tasks on the host and reports facts about the host.
 *
 * Each script is stored once, even if several tasks run it. Scripts are compressed in the document, and readable on the host.
 */
export function renderHostStep(step: string, timeoutSeconds: number, tasks: readonly HostScript[]): string[] {
  const others = new Map(
    tasks.flatMap((task) => storedBy(task).map((files) => [storedName(files), pack(scriptText(files))])),
  );
  others.delete(storedName(PRELUDE));
  return [
    ...opening('Host', step, timeoutSeconds, {}),
    ...source('store.sh'),
    assignment('PRELUDE', pack(scriptText(PRELUDE))),
    `store_script ${storedName(PRELUDE)} "$PRELUDE"`,
    ...[...others].map(([name, packed]) => `store_script ${name} ${packed}`),
    // Unpacked here too: the step reports the facts even if the host cannot store the scripts.
    'eval "$(unpack_script "$PRELUDE")"',
    ...source('host.sh'),
  ];
}

/** The lines of a task's step: its settings, and the loading of its scripts. */
export function renderTaskStep(step: string, timeoutSeconds: number, script: HostScript): string[] {
  const settings = { ...script.settings, SCRIPTS: storedBy(script).map(storedName).join(' ') };
  return [...opening(script.kind, step, timeoutSeconds, settings), ...source('load.sh')];
}

/** The lines of the step `disk`, which measures the disk again. The step `host` stored the scripts that it needs. */
export function renderDiskStep(step: string, timeoutSeconds: number): string[] {
  const settings = { SCRIPTS: storedName(PRELUDE) };
  return [...opening('Disk', step, timeoutSeconds, settings), ...source('load.sh'), ...source('disk.sh')];
}

/** The stored scripts that a task needs. Each consists of one file or more. */
function storedBy({ uses, files }: HostScript): (readonly string[])[] {
  return [PRELUDE, ...uses.map((name) => [join(__dirname, name)]), files];
}

function opening(
  kind: string,
  step: string,
  timeoutSeconds: number,
  settings: HostScript['settings'],
): string[] {
  const all = { TASK: kind, STEP: step, STEP_TIMEOUT: String(timeoutSeconds), ...settings };
  return [
    '#!/bin/sh',
    DRY_RUN_LINE,
    ...Object.entries(all).map(([name, value]) => assignment(name, value)),
    RUN_DIR_LINE,
    ...source('early.sh'),
  ];
}

function assignment(name: string, value: string): string {
  return `${name}=${shellQuote(value)}`;
}

/**
 * A script as store.sh reads it: compressed, because a document holds at most 64 KB, and in base64.
 *
 * Another release of Node.js may compress a script to other bytes. The name of the script does not change then.
 */
function pack(text: string): string {
  const compressed = gzipSync(text, { level: 9 });
  // The header has a code for the operating system. A fixed one makes the document the same from all of them.
  compressed[9] = 3;
  return compressed.toString('base64');
}

/** Quotes a text as one word for a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The name has a hash of the content, so constructs of different versions never read each other's scripts. */
function storedName(files: readonly string[]): string {
  const hash = createHash('sha256').update(scriptText(files)).digest('hex').slice(0, 8);
  return `${basename(files.at(-1)!, '.sh')}-${hash}.sh`;
}

/** The lines of a script that the document has uncompressed, without indentation. */
function source(name: string): string[] {
  return compact(readFileSync(join(__dirname, name), 'utf8')).map((line) => line.trim());
}

function scriptText(files: readonly string[]): string {
  return files.flatMap((file) => [...compact(readFileSync(file, 'utf8')), '']).join('\n');
}

/**
 * The lines of a script without comments and blank lines, because a document holds at most 64 KB.
 *
 * So a script must not have a text of several lines in which such lines matter. In a script that the document has
 * uncompressed, indentation must not matter either.
 */
export function compact(source: string): string[] {
  return source.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
}
