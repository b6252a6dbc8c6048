import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as library from '../../../lib';
import { TASK_KINDS } from '../../../lib/tasks';
import { ONE_OF_EACH } from '../../support/tasks';

const PROJECT = join(__dirname, '..', '..', '..');

test('the list of kinds has every task that the library exports', () => {
  const exported = Object.entries(library).filter(
    ([, value]) => typeof value === 'function' && value.prototype instanceof library.HousekeepingTask,
  );
  expect(Object.keys(TASK_KINDS).sort()).toEqual(exported.map(([name]) => name).sort());
});

test('each kind reports itself by the name of its class', () => {
  expect(ONE_OF_EACH.map(({ _script }) => _script.kind)).toEqual(Object.keys(TASK_KINDS));
});

test.each(Object.keys(TASK_KINDS))('the README and an example have %s', (kind) => {
  expect(readFileSync(join(PROJECT, 'README.md'), 'utf8')).toContain(`\`${kind}\``);
  const examples = readdirSync(join(PROJECT, 'examples'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(PROJECT, 'examples', name), 'utf8'));
  expect(examples.join('\n')).toContain(`new ${kind}(`);
});
