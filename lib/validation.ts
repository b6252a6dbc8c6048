import type { Duration } from 'aws-cdk-lib';
import { Token } from 'aws-cdk-lib';
import { KEEP_LABEL } from './contract';

/**
 * Refuses a value. The message names the property, the value got, what is wrong with it and the remedy.
 *
 * @param problem reads on from `got ..., which`
 */
export function refuse(property: string, got: unknown, problem: string, remedy: string): never {
  throw new Error(`${property}: got ${JSON.stringify(got) ?? String(got)}, which ${problem}; ${remedy}`);
}

/** Text that is written into a shell script at synthesis, so it has to be known then and fit on one line. */
export function literalText(property: string, value: string): string {
  refuseUnresolved(property, value);
  if (typeof value !== 'string') {
    refuse(property, value, 'is not a string', 'give a string');
  }
  // Lone surrogates have no UTF-8 form: the host would compare with another value than the one given.
  if (/[\p{Cc}\p{Cs}]/u.test(value)) {
    refuse(property, value, 'has a control character or half a character', 'give plain text on one line');
  }
  if (value.includes('{{')) {
    refuse(
      property,
      value,
      "has '{{', which Systems Manager would take for a document parameter",
      "leave out '{{'",
    );
  }
  return value;
}

/**
 * Labels that are written into a shell script: at least one, by key and value.
 *
 * @param what the things that all would match without a label, e.g. `dangling image`
 * @returns a line `key=value` for each
 */
export function literalLabels(property: string, labels: Record<string, string>, what: string): string {
  refuseUnresolved(property, labels);
  const entries = Object.entries(labels);
  if (entries.length === 0) {
    refuse(
      property,
      labels,
      `names no label, so every ${what} would match`,
      "give at least one label, e.g. { application: 'todobackend' }",
    );
  }
  for (const [key, value] of entries) {
    literalText(property, key);
    literalText(`${property}[${JSON.stringify(key)}]`, value);
    // The Engine may take `key!=value` for the opposite.
    if (key === '' || /[=\s]|!$/.test(key)) {
      refuse(
        property,
        key,
        "is no key of a label (not empty, without '=' and white space, no '!' at its end)",
        'give the key as in LABEL key=value of the Dockerfile',
      );
    }
    if (value !== value.trim()) {
      refuse(
        `${property}[${JSON.stringify(key)}]`,
        value,
        'begins or ends with white space, which the Docker CLI takes away',
        'select by another label',
      );
    }
    if (key === KEEP_LABEL) {
      refuse(property, key, 'marks what is never removed', 'select by another label');
    }
  }
  return entries.map(([key, value]) => `${key}=${value}`).join('\n');
}

/** Shell patterns that are written into a shell script. @returns a line for each */
export function literalPatterns(property: string, patterns: string[]): string {
  refuseUnresolved(property, patterns);
  for (const pattern of patterns) {
    literalText(property, pattern);
    if (pattern === '') {
      refuse(property, pattern, 'is no pattern', "give a shell pattern, e.g. 'release-*'");
    }
  }
  return patterns.join('\n');
}

/** A whole number of things. */
export function literalCount(property: string, value: number, least: number, most: number): number {
  refuseUnresolved(property, value);
  if (!Number.isInteger(value) || value < least || value > most) {
    refuse(property, value, 'is out of range', `give a whole number from ${least} to ${most}`);
  }
  return value;
}

/** A duration that is written into a shell script at synthesis, in whole seconds. */
export function literalSeconds(property: string, duration: Duration): number {
  if (duration.isUnresolved()) {
    refuse(property, 'a token', KNOWN_LATE, GIVE_LITERAL);
  }
  const seconds = duration.toSeconds({ integral: false });
  if (!Number.isInteger(seconds)) {
    refuse(property, duration.toString(), 'is no whole number of seconds', 'give whole seconds');
  }
  return seconds;
}

/** Refuses what CloudFormation would only fill in at deployment. */
export function refuseUnresolved(property: string, value: unknown): void {
  // An element taken out of a tokenised list is only recognised as part of a list.
  if (Token.isUnresolved(value) || Token.isUnresolved([value])) {
    refuse(property, value, KNOWN_LATE, GIVE_LITERAL);
  }
}

const KNOWN_LATE = 'is only known at deployment, but is written into a script at synthesis';
const GIVE_LITERAL = 'give a literal value';
