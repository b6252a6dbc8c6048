import type { Duration, Size } from 'aws-cdk-lib';
import { SizeRoundingBehavior, Token } from 'aws-cdk-lib';
import { KEEP_LABEL } from './contract';
import { refuse } from './refuse';

export { refuse } from './refuse';

/*
 * Checks of the values that are written into a shell script. The checks run at synthesis, because JavaScript and
 * some languages that jsii supports do not enforce the types.
 */

/** Refuses task properties that are not an object. */
export function literalProps(kind: string, props: object): void {
  if (typeof props !== 'object' || props === null || Array.isArray(props)) {
    refuse(kind, props, 'is not an object', 'give the properties of the task: { ... }');
  }
}

/** Returns the text if it fits on one line and can be written into a script. */
export function literalText(property: string, value: string): string {
  refuseUnresolved(property, value);
  if (typeof value !== 'string') {
    refuse(property, value, 'is not a string', 'give a string');
  }
  // An unpaired surrogate has no UTF-8 form: the host would compare with a different value.
  if (/[\p{Cc}\p{Cs}]/u.test(value)) {
    refuse(
      property,
      value,
      'contains a control character or an unpaired surrogate',
      'give plain text on one line',
    );
  }
  if (value.includes('{{')) {
    refuse(property, value, "contains '{{', the beginning of a Systems Manager parameter", "remove '{{'");
  }
  return value;
}

/**
 * Checks labels: at least one, each with a key and a value.
 *
 * @param what the objects that would all match without a label, e.g. `dangling image`
 * @returns one line `key=value` for each label
 */
export function literalLabels(property: string, labels: Record<string, string>, what: string): string {
  refuseUnresolved(property, labels);
  const remedy = "give at least one label, e.g. { application: 'todobackend' }";
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) {
    refuse(property, labels, 'is not an object with a value for each key', remedy);
  }
  const entries = Object.entries(labels);
  if (entries.length === 0) {
    refuse(property, labels, `has no label, so every ${what} would match`, remedy);
  }
  for (const [key, value] of entries) literalLabel(property, key, value);
  return entries.map(([key, value]) => `${key}=${value}`).join('\n');
}

function literalLabel(property: string, key: string, value: string): void {
  literalText(property, key);
  literalText(`${property}[${JSON.stringify(key)}]`, value);
  // The Engine may read `key!=value` as the opposite.
  if (key === '' || /[=\s]|!$/.test(key)) {
    refuse(
      property,
      key,
      "is not a valid label key (not empty, no '=', no white space, no '!' at the end)",
      "give the key from 'LABEL key=value' of the Dockerfile",
    );
  }
  if (value !== value.trim()) {
    refuse(
      `${property}[${JSON.stringify(key)}]`,
      value,
      'begins or ends with white space that the Docker CLI trims',
      'select by another label',
    );
  }
  if (key === KEEP_LABEL) {
    refuse(property, key, 'marks objects that no task removes', 'select by another label');
  }
}

/**
 * Checks a list and its items.
 *
 * @param check gets the path of an item, e.g. `ComposeDown.files[1]`, and the item
 */
export function literalList(
  property: string,
  list: string[],
  example: string,
  check: (property: string, item: string) => string,
): string[] {
  refuseUnresolved(property, list);
  if (!Array.isArray(list)) {
    refuse(property, list, 'is not a list', `give a list, e.g. ['${example}']`);
  }
  // Unlike map(), Array.from() does not skip the holes of a sparse array.
  return Array.from(list, (item, index) => check(`${property}[${index}]`, item));
}

/** Checks shell patterns. @returns one line for each pattern */
export function literalPatterns(property: string, patterns: string[]): string {
  return literalList(property, patterns, 'release-*', literalPattern).join('\n');
}

function literalPattern(property: string, pattern: string): string {
  literalText(property, pattern);
  if (pattern === '') {
    refuse(property, pattern, 'is empty', "give a shell pattern, e.g. 'release-*'");
  }
  return pattern;
}

/** Checks a boolean. @returns it as text */
export function literalFlag(property: string, value: boolean): string {
  refuseUnresolved(property, value);
  if (typeof value !== 'boolean') {
    refuse(property, value, 'is neither true nor false', 'give true or false');
  }
  return String(value);
}

/** Checks a whole number from `least` to `most` that is known at synthesis. */
export function literalCount(property: string, value: number, least: number, most: number): number {
  refuseUnresolved(property, value);
  return wholeNumber(property, value, least, most);
}

/** Refuses a value that is not a whole number from `least` to `most`. @param note is added to the remedy */
export function wholeNumber(property: string, value: number, least: number, most: number, note = ''): number {
  const remedy = `give a whole number from ${least} to ${most}${note}`;
  if (typeof value !== 'number' || Number.isNaN(value)) refuse(property, value, 'is not a number', remedy);
  if (value < least || value > most) refuse(property, value, 'is out of range', remedy);
  if (!Number.isInteger(value)) refuse(property, value, 'has a fraction', remedy);
  return value;
}

/** Greater than any age on a host, and small enough for the arithmetic of the shell and the Engine. */
const LONGEST_SECONDS = 100 * 365 * 24 * 3600;

/** Refuses a duration that is a token, has a fraction of a second, or exceeds 100 years. @returns its seconds */
export function literalSeconds(property: string, duration: Duration): number {
  requireDuration(property, duration);
  if (duration.isUnresolved()) refuse(property, 'a token', KNOWN_LATE, GIVE_LITERAL);
  const seconds = duration.toSeconds({ integral: false });
  if (seconds > LONGEST_SECONDS) {
    refuse(property, duration, 'is longer than a hundred years', 'give a shorter time');
  }
  if (!Number.isInteger(seconds)) {
    refuse(property, duration, 'is not a whole number of seconds', 'give whole seconds');
  }
  return seconds;
}

/** Refuses a value that is not a `Duration`. It checks no class, so it accepts a `Duration` of another copy of the CDK. */
export function requireDuration(property: string, duration: Duration): void {
  if (typeof duration?.toSeconds !== 'function' || typeof duration.isUnresolved !== 'function') {
    refuse(property, duration, 'is not a Duration', 'give a Duration, e.g. Duration.hours(1)');
  }
}

/** Refuses a size that is a token, or larger than any disk. @returns its bytes, rounded down */
export function literalBytes(property: string, size: Size): number {
  if (typeof size?.toBytes !== 'function' || typeof size.isUnresolved !== 'function') {
    refuse(property, size, 'is not a Size', 'give a Size, e.g. Size.gibibytes(20)');
  }
  if (size.isUnresolved()) refuse(property, 'a token', KNOWN_LATE, GIVE_LITERAL);
  const bytes = size.toBytes({ rounding: SizeRoundingBehavior.FLOOR });
  // JavaScript rounds larger whole numbers, and writes very large ones with an exponent.
  if (!Number.isSafeInteger(bytes)) {
    refuse(property, size, 'is larger than any disk', 'give less than Size.pebibytes(8)');
  }
  return bytes;
}

/** Refuses a token, which CloudFormation resolves only at deployment. */
export function refuseUnresolved(property: string, value: unknown): void {
  // The CDK recognises an element of a tokenised list only inside a list.
  if (Token.isUnresolved(value) || Token.isUnresolved([value])) {
    // The number that stands for a token means nothing to the user.
    refuse(property, typeof value === 'number' ? 'a token' : value, KNOWN_LATE, GIVE_LITERAL);
  }
}

const KNOWN_LATE = 'is only known at deployment, but is written into a script at synthesis';
const GIVE_LITERAL = 'give a literal value';
