import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { KEPT, METRICS, REMOVABLE, REMOVAL_METRICS, removedText } from '../../../lib/contract';
import { callsOf, isLiteral, scriptText } from './host-calls';

const PROJECT = resolve(__dirname, '..', '..', '..');

function read(...path: string[]): string {
  return readFileSync(join(PROJECT, ...path), 'utf8');
}

test('the script of a ShellTask may report every kind and no other', () => {
  const kinds = /kind !~ \/\^\(([^)]*)\)\$\//.exec(scriptText('shell-task.sh'));
  expect(kinds?.[1]?.split('|')).toEqual(REMOVABLE);
});

test('host scripts count every kind and no other', () => {
  const kinds = [...callsOf('report_removed'), ...callsOf('conclude_prune')]
    .map(({ args: [kind] }) => kind)
    .filter(isLiteral);
  expect([...new Set(kinds)].sort()).toEqual([...REMOVABLE].sort());
});

test('host scripts give no other cause for what they passed over than the contract has', () => {
  const calls = [...callsOf('report_passed_over'), ...callsOf('report_kept')];
  const causes = calls.flatMap(({ args: [cause = ''] }) => (isLiteral(cause) ? cause : []));
  expect(causes.length).toBeGreaterThan(5);
  expect(causes.filter((cause) => !(KEPT as readonly string[]).includes(cause))).toEqual([]);
});

test('each kind has a metric of its own', () => {
  expect(new Set(REMOVAL_METRICS).size).toBe(REMOVABLE.length);
  for (const metric of REMOVAL_METRICS) expect(Object.keys(METRICS)).toContain(metric);
});

test('ShellTask and README list every kind', () => {
  const list = REMOVABLE.map((kind) => `\`${kind}\``);
  const sentence = `an object that counts ${list.slice(0, -1).join(', ')} or ${list.at(-1)};`;
  for (const text of [read('lib', 'tasks', 'shell-task', 'shell-task.ts'), read('API.md')])
    expect(text).toContain(sentence);
  const report = /"removed": (\{[^}]*\})/.exec(read('README.md'));
  expect(Object.keys(JSON.parse(report?.[1] ?? '') as object)).toEqual(REMOVABLE);
});

test('the text has singular and plural of each kind, and leaves out zeros', () => {
  const each = (count: number): string =>
    removedText(Object.fromEntries(REMOVABLE.map((kind) => [kind, count])));
  expect(each(0)).toBe('');
  expect(each(1)).toBe('1 project, 1 container, 1 image, 1 volume, 1 network, 1 cache record');
  expect(each(2)).toBe('2 projects, 2 containers, 2 images, 2 volumes, 2 networks, 2 cache records');
  expect(removedText({ images: 3 })).toBe('3 images');
});
