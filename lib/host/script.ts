import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DRY_RUN_PARAMETER } from '../contract';

/** A file that scripts of several kinds use. */
export type SharedFile =
  'clock.sh' | 'inspect.sh' | 'references.sh' | 'members.sh' | 'select.sh' | 'prune.sh' | 'images.sh';

/** What every task uses that removes objects of one kind by their labels. */
export const PRUNE: readonly SharedFile[] = [
  'clock.sh',
  'inspect.sh',
  'references.sh',
  'members.sh',
  'select.sh',
  'prune.sh',
];

/** What a step runs on a host. */
export interface HostScript {
  /** Reported as the step result's `task`: the task's class name. */
  readonly kind: string;
  /** The files in this folder that it uses, besides those that every script uses. */
  readonly uses: readonly SharedFile[];
  /** Paths of the shell script, or of the parts of a long one; they are left on the host as one, named as the last. */
  readonly files: readonly string[];
  /** The shell variables that the script reads. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The one line of a document in which Systems Manager replaces anything. */
export const DRY_RUN_LINE = `DRY_RUN='{{ ${DRY_RUN_PARAMETER} }}'`;

/** Only tests and runs on a machine of one's own give another folder. */
const RUN_DIR_LINE = 'RUN_DIR=${HOUSEKEEPING_RUN_DIR:-/run/docker-housekeeping}';

/** What every script uses. The last one runs commands, and needs the functions of the others. */
const PRELUDE = ['lists.sh', 'result.sh', 'engine.sh', 'task.sh', 'prelude.sh'].map((name) =>
  join(__dirname, name),
);

/**
 * The lines of the step `host`: it leaves the scripts of all tasks on the host, each once however many tasks run it,
 * and says what the host is. The document holds them compressed; on the host they can be read.
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
    // What the host is can be said even where nothing can be stored.
    'eval "$(unpack_script "$PRELUDE")"',
    ...source('host.sh'),
  ];
}

/** The lines of a task's step: its settings, and the call of its script. */
export function renderTaskStep(step: string, timeoutSeconds: number, script: HostScript): string[] {
  const settings = { ...script.settings, SCRIPTS: storedBy(script).map(storedName).join(' ') };
  return [...opening(script.kind, step, timeoutSeconds, settings), ...source('load.sh')];
}

/** What is left on the host for a task, each of one file or more. */
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
 * A script as store.sh takes it: compressed, as a document holds 64 KB, in base64.
 *
 * Another release of Node may compress the same script to other bytes; the script's name stays the same.
 */
function pack(text: string): string {
  const compressed = gzipSync(text, { level: 9 });
  // The header names the operating system that compressed it; the document is to be the same from each.
  compressed[9] = 3;
  return compressed.toString('base64');
}

/** One word of POSIX shell that stands for exactly this text. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Named by what it holds: two constructs of different versions never read each other's. */
function storedName(files: readonly string[]): string {
  const hash = createHash('sha256').update(scriptText(files)).digest('hex').slice(0, 8);
  return `${basename(files.at(-1)!, '.sh')}-${hash}.sh`;
}

/** The lines of a script that stands in the document as it is. */
function source(name: string): string[] {
  return compact(readFileSync(join(__dirname, name), 'utf8')).map((line) => line.trim());
}

function scriptText(files: readonly string[]): string {
  return files.flatMap((file) => [...compact(readFileSync(file, 'utf8')), '']).join('\n');
}

/**
 * The lines of a script without comments and blank lines, as a document holds 64 KB. Scripts must therefore hold no
 * text of several lines in which these matter, nor indentation where it stands in the document as it is.
 */
export function compact(source: string): string[] {
  return source.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
}
