import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TASK_KINDS } from '../../lib/tasks';
import { RULES_OF_KINDS } from './kinds';
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

test.each(Object.entries(RULES_OF_KINDS))(
  '%s has its rules among those that can be broken',
  (_kind, rules) => {
    const known = MUTATIONS.map(({ rule }) => rule);
    for (const rule of Object.values(rules) as (string | undefined)[]) {
      if (rule !== undefined) expect(known).toContain(rule);
    }
  },
);

test('each kind has a rule of its own: in its folder, or with a test of that kind', () => {
  const folder = (kind: string): string => kind.replace(/\B[A-Z]/g, '-$&').toLowerCase();
  const without = Object.keys(TASK_KINDS).filter(
    (kind) =>
      !MUTATIONS.some(
        ({ file, test: [, name] }) => file.startsWith(`lib/tasks/${folder(kind)}/`) || name.includes(kind),
      ),
  );
  expect(without).toEqual([]);
});
