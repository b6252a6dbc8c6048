import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DRY_RUN_PARAMETER } from '../contract';

/** What several scripts share, or one is divided into, besides `prelude.sh`. */
type SharedScript = 'prune.sh' | 'images.sh' | 'project.sh' | 'volumes.sh' | 'killed.sh' | 'aftermath.sh';

/** What a step runs on a host. */
export interface HostScript {
  /** Reported as the step result's `task`: the task's class name. */
  readonly kind: string;
  /** What it shares with other scripts, in the order in which it is read; all share `prelude.sh`. */
  readonly uses: readonly SharedScript[];
  /** Path of the shell script. */
  readonly file: string;
  /** The shell variables that the script reads. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The one line of a document in which Systems Manager replaces anything. */
export const DRY_RUN_LINE = `DRY_RUN='{{ ${DRY_RUN_PARAMETER} }}'`;

/** Only tests and runs on a machine of one's own give another folder. */
const RUN_DIR_LINE = 'RUN_DIR=${HOUSEKEEPING_RUN_DIR:-/run/docker-housekeeping}';

const PRELUDE = join(__dirname, 'prelude.sh');

/**
 * The lines of the step `host`: it leaves the scripts of all tasks on the host, each once however many tasks run it,
 * and says what the host is.
 */
export function renderHostStep(step: string, timeoutSeconds: number, tasks: readonly HostScript[]): string[] {
  const others = [...new Set(tasks.flatMap(filesOf))].filter((file) => file !== PRELUDE);
  return [
    ...opening('Host', step, timeoutSeconds, {}),
    ...source('store.sh'),
    // Kept in a variable too: what the host is can be said even where nothing can be stored.
    assignment('PRELUDE', scriptText(PRELUDE)),
    `store ${storedName(PRELUDE)} "$PRELUDE"`,
    ...others.map((file) => `store ${storedName(file)} ${shellQuote(scriptText(file))}`),
    'eval "$PRELUDE"',
    ...source('host.sh'),
  ];
}

/** The lines of a task's step: its settings, and the call of its script. */
export function renderTaskStep(step: string, timeoutSeconds: number, script: HostScript): string[] {
  const settings = { ...script.settings, SCRIPTS: filesOf(script).map(storedName).join(' ') };
  return [...opening(script.kind, step, timeoutSeconds, settings), ...source('load.sh')];
}

function filesOf({ uses, file }: HostScript): string[] {
  return [PRELUDE, ...uses.map((name) => join(__dirname, name)), file];
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
  ];
}

function assignment(name: string, value: string): string {
  return `${name}=${shellQuote(value)}`;
}

/** One word of POSIX shell that stands for exactly this text. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Named by what it holds: two constructs of different versions never read each other's. */
function storedName(file: string): string {
  const hash = createHash('sha256').update(scriptText(file)).digest('hex').slice(0, 12);
  return `${basename(file, '.sh')}-${hash}.sh`;
}

function source(name: string): string[] {
  return compact(readFileSync(join(__dirname, name), 'utf8'));
}

function scriptText(file: string): string {
  return compact(readFileSync(file, 'utf8')).join('\n');
}

/**
 * The lines of a script without comments, blank lines and indentation, as a document holds 64 KB. Scripts
 * must therefore hold no text of several lines in which any of these matters.
 */
export function compact(source: string): string[] {
  return source
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
