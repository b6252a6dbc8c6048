import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withGeneratedParts } from '../../bin/readme';
import { METRICS, REASONS, WARNINGS } from '../../lib/contract';

const README = readFileSync(join(resolve(__dirname, '..', '..'), 'README.md'), 'utf8');

test('README.md has the reasons, warnings and metrics of lib: npm run readme brings it up to date', () => {
  expect(README).toBe(withGeneratedParts(README));
});

const ROWS: [string, { readonly meaning: string; readonly action: string }][] = [
  ...Object.entries(REASONS.host),
  ...Object.entries(REASONS.reporter),
  ...Object.entries(WARNINGS),
];

test.each(ROWS)('README.md says what %s means, and what you do', (code, { meaning, action }) => {
  const plain = README.replaceAll('\\', '').split('\n');
  const row = plain.find((line) => line.startsWith(`| \`${code}\``) && line.includes(`| ${meaning} |`));
  expect(row).toContain(`| ${action} |`);
});

test('README.md describes each metric', () => {
  const described = [...README.matchAll(/^\| `(\w+)` \| \w+ \| \w+ \| \w/gm)].map(([, name]) => name);
  expect(described).toEqual(Object.keys(METRICS));
});

test('a README.md without the markers of a part is refused', () => {
  expect(() => withGeneratedParts(README.replace('<!-- /warnings -->', ''))).toThrow('<!-- /warnings -->');
});
