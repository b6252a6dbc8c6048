import type { Duration, Size } from 'aws-cdk-lib';
import { SizeRoundingBehavior, Token } from 'aws-cdk-lib';
import { KEEP_LABEL } from './contract';
import { refuse } from './refuse';

export { refuse } from './refuse';

/*
 * What is written into a shell script at synthesis. The types say what to give, but JavaScript does not read them,
 * nor do the languages that jsii serves always: so whatever is given is looked at.
 */

/** The properties of a task. */
export function literalProps(kind: string, props: object): void {
  if (typeof props !== 'object' || props === null || Array.isArray(props)) {
    refuse(kind, props, 'is no object of properties', 'give the properties of the task: { ... }');
  }
}

/** Text, which has to fit on one line. */
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
 * Labels: at least one, by key and value.
 *
 * @param what the things that all would match without a label, e.g. `dangling image`
 * @returns a line `key=value` for each
 */
export function literalLabels(property: string, labels: Record<string, string>, what: string): string {
  refuseUnresolved(property, labels);
  const remedy = "give at least one label, e.g. { application: 'todobackend' }";
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) {
    refuse(property, labels, 'is no object that has a value for each key', remedy);
  }
  const entries = Object.entries(labels);
  if (entries.length === 0) {
    refuse(property, labels, `names no label, so every ${what} would match`, remedy);
  }
  for (const [key, value] of entries) literalLabel(property, key, value);
  return entries.map(([key, value]) => `${key}=${value}`).join('\n');
}

function literalLabel(property: string, key: string, value: string): void {
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

/** A list, whose items are still to be looked at. */
export function literalList(property: string, list: string[], example: string): string[] {
  refuseUnresolved(property, list);
  if (!Array.isArray(list)) {
    refuse(property, list, 'is no list', `give a list, e.g. ['${example}']`);
  }
  return list;
}

/** Shell patterns. @returns a line for each */
export function literalPatterns(property: string, patterns: string[]): string {
  for (const pattern of literalList(property, patterns, 'release-*')) {
    literalText(property, pattern);
    if (pattern === '') {
      refuse(property, pattern, 'is no pattern', "give a shell pattern, e.g. 'release-*'");
    }
  }
  return patterns.join('\n');
}

/** Yes or no. */
export function literalFlag(property: string, value: boolean): string {
  refuseUnresolved(property, value);
  if (typeof value !== 'boolean') {
    refuse(property, value, 'is neither true nor false', 'give true or false');
  }
  return String(value);
}

/** A whole number of things. */
export function literalCount(property: string, value: number, least: number, most: number): number {
  refuseUnresolved(property, value);
  return wholeNumber(property, value, least, most);
}

/** Refuses what is not a whole number within these bounds. @param note what stands behind the remedy */
export function wholeNumber(property: string, value: number, least: number, most: number, note = ''): number {
  const remedy = `give a whole number from ${least} to ${most}${note}`;
  if (typeof value !== 'number' || Number.isNaN(value)) refuse(property, value, 'is not a number', remedy);
  if (value < least || value > most) refuse(property, value, 'is out of range', remedy);
  if (!Number.isInteger(value)) refuse(property, value, 'has a fraction', remedy);
  return value;
}

/** Longer than anything on a host is old, and still a number that shell and Engine can reckon with. */
const LONGEST_SECONDS = 100 * 365 * 24 * 3600;

/** A duration, in whole seconds. */
export function literalSeconds(property: string, duration: Duration): number {
  requireDuration(property, duration);
  if (duration.isUnresolved()) refuse(property, 'a token', KNOWN_LATE, GIVE_LITERAL);
  const seconds = duration.toSeconds({ integral: false });
  if (seconds > LONGEST_SECONDS) {
    refuse(property, duration, 'is longer than a hundred years', 'give a shorter time');
  }
  if (!Number.isInteger(seconds)) {
    refuse(property, duration, 'is no whole number of seconds', 'give whole seconds');
  }
  return seconds;
}

/** Refuses what is no `Duration`, be it of another copy of the library. */
export function requireDuration(property: string, duration: Duration): void {
  if (typeof duration?.toSeconds !== 'function' || typeof duration.isUnresolved !== 'function') {
    refuse(property, duration, 'is no Duration', 'give a Duration, e.g. Duration.hours(1)');
  }
}

/** A size, in whole bytes, rounded down. */
export function literalBytes(property: string, size: Size): number {
  if (typeof size?.toBytes !== 'function' || typeof size.isUnresolved !== 'function') {
    refuse(property, size, 'is no Size', 'give a Size, e.g. Size.gibibytes(20)');
  }
  if (size.isUnresolved()) refuse(property, 'a token', KNOWN_LATE, GIVE_LITERAL);
  const bytes = size.toBytes({ rounding: SizeRoundingBehavior.FLOOR });
  // Above, bytes cannot be counted one by one, and are written with an exponent at last.
  if (!Number.isSafeInteger(bytes)) {
    refuse(property, size, 'is more than any disk holds', 'give less than Size.pebibytes(8)');
  }
  return bytes;
}

/** Refuses what CloudFormation would only fill in at deployment. */
export function refuseUnresolved(property: string, value: unknown): void {
  // An element taken out of a tokenised list is only recognised as part of a list.
  if (Token.isUnresolved(value) || Token.isUnresolved([value])) {
    // What a token looks like as a number tells nobody anything.
    refuse(property, typeof value === 'number' ? 'a token' : value, KNOWN_LATE, GIVE_LITERAL);
  }
}

const KNOWN_LATE = 'is only known at deployment, but is written into a script at synthesis';
const GIVE_LITERAL = 'give a literal value';
