import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as library from '../../../lib';
import { TASK_KINDS } from '../../../lib/tasks';
import { ONE_OF_EACH } from '../../support/tasks';

const PROJECT = resolve(__dirname, '..', '..', '..');
const KINDS = Object.keys(TASK_KINDS);

function read(...path: string[]): string {
  return readFileSync(join(PROJECT, ...path), 'utf8');
}

/** The text of the files of a folder with such names. */
function readAll(folder: string, name: RegExp): string {
  const names = readdirSync(join(PROJECT, folder)).filter((each) => name.test(each));
  return names.map((each) => read(folder, each)).join('\n');
}

test('the list of kinds has every task that the library exports', () => {
  const exported = Object.entries(library).filter(
    ([, value]) => typeof value === 'function' && value.prototype instanceof library.HousekeepingTask,
  );
  expect([...KINDS].sort()).toEqual(exported.map(([name]) => name).sort());
});

test('each kind reports itself by the name of its class', () => {
  expect(ONE_OF_EACH.map(({ _script }) => _script.kind)).toEqual(KINDS);
});

/** Where each kind must be, and how it is written there. */
const PLACES: Readonly<Record<string, readonly [text: string, written: (kind: string) => string]>> = {
  'CHANGELOG.md': [read('CHANGELOG.md'), (kind) => `\`${kind}\``],
  'API.md, which npm run docs writes,': [read('API.md'), (kind) => `id="cdk-docker-housekeeping.${kind}"`],
  'an example in examples/': [readAll('examples', /\.ts$/), (kind) => `new ${kind}(`],
  'rosetta/default.ts-fixture': [read('rosetta', 'default.ts-fixture'), (kind) => `\n  ${kind},\n`],
  'a test of its properties in test/lib/tasks/': [
    readAll('test/lib/tasks', /^(?!javascript|kinds).*\.test\.ts$/),
    (kind) => `'${kind}'`,
  ],
};

test.each(Object.entries(PLACES))('%s has every kind', (_place, [text, written]) => {
  expect(KINDS.filter((kind) => !text.includes(written(kind)))).toEqual([]);
});

/** The tables of README.md that have kinds of tasks in their first column. */
const TABLES = read('README.md')
  .split('\n\n')
  .filter((block) => block.startsWith('|'))
  .map((block) => ({
    titles: (/.*/.exec(block)?.[0] ?? '').split(/ *\| */).filter((title) => title !== ''),
    kinds: [...block.matchAll(/^\| `(\w+)`/gm)].map(([, kind = '']) => kind),
  }))
  .filter(({ kinds }) => kinds.some((kind) => KINDS.includes(kind)))
  // Only the tasks on images and build cache differ between the stores.
  .filter(({ titles }) => !titles.includes('classic store'))
  .map(({ titles: [first, second], kinds }) => ({ table: `${first} | ${second}`, kinds }));

test('README.md describes the tasks in one table, and compares them in two', () => {
  expect(TABLES).toHaveLength(3);
});

test.each(TABLES)('the table "$table" of README.md has a row for every kind', ({ kinds }) => {
  expect(KINDS.filter((kind) => !kinds.includes(kind))).toEqual([]);
});
