import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DRY_RUN_PARAMETER } from '../contract';

/** What a step runs on a host. */
export interface HostScript {
  /** Reported as the step result's `task`: the task's class name, or `Host`. */
  readonly kind: string;
  /** Path of the shell script, which may use what `prelude.sh` defines. */
  readonly file: string;
  /** The shell variables that the script reads. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The one line of a document in which Systems Manager replaces anything. */
export const DRY_RUN_LINE = `DRY_RUN='{{ ${DRY_RUN_PARAMETER} }}'`;

/** The lines that run as one script on a host: settings, what all scripts share, the script itself. */
export function renderScript(step: string, timeoutSeconds: number, script: HostScript): string[] {
  const settings = {
    TASK: script.kind,
    STEP: step,
    STEP_TIMEOUT: String(timeoutSeconds),
    ...script.settings,
  };
  return [
    '#!/bin/sh',
    DRY_RUN_LINE,
    ...Object.entries(settings).map(([name, value]) => `${name}=${shellQuote(value)}`),
    ...compact(readFileSync(join(__dirname, 'prelude.sh'), 'utf8')),
    ...compact(readFileSync(script.file, 'utf8')),
  ];
}

/** One word of POSIX shell that stands for exactly this text. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * The lines of a script without comments, blank lines and indentation: every
 * step carries its own copy of the prelude, and a document holds 64 KB. Scripts
 * must therefore hold no text of several lines in which any of these matters.
 */
export function compact(source: string): string[] {
  return source
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
