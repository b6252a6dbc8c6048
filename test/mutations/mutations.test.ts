import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MUTATIONS } from './mutations';

const PROJECT = resolve(__dirname, '..', '..');

// That each turns a test red is shown by `npm run mutations`, which takes too long to be run with all tests.
test.each(MUTATIONS.map((mutation) => ({ ...mutation })))(
  'the rule "$rule" can still be broken where it is said to stand',
  ({ file, find }) => {
    const text = readFileSync(join(PROJECT, file), 'utf8');
    expect(text.split(find)).toHaveLength(2);
  },
);
