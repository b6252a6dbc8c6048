import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { REPORTER_REASONS } from '../../../lib/contract';

const PROJECT = resolve(__dirname, '..', '..', '..');
const REPORTER = join(PROJECT, 'lambda', 'report');

/**
 * The code that gives reasons: the reporter, and the part of the contract that says why a run had no
 * host.
 */
const SOURCES = [
  ...readdirSync(REPORTER).map((file) => join(REPORTER, file)),
  join(PROJECT, 'lib', 'contract', 'no-host.ts'),
].map((path) => readFileSync(path, 'utf8'));

// The compiler refuses a code that is not in the table, so only the reverse needs a test.
test.each(Object.keys(REPORTER_REASONS))('the reporter gives %s', (code) => {
  expect(SOURCES.filter((source) => source.includes(`'${code}'`))).not.toEqual([]);
});
