import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { withGeneratedParts } from '../../bin/readme';
import { DockerHousekeeping } from '../../lib';
import { METRICS, REASONS, WARNINGS } from '../../lib/contract';
import { INSIGHTS_QUERIES } from '../../lib/monitoring/queries';
import { housekeepingProps } from '../lib/stack';

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

test('README.md says when each alarm is on, and what each saved query answers', () => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  const { alarms } = new DockerHousekeeping(stack, 'Housekeeping', housekeepingProps());
  const names = [
    ...Object.keys(alarms).map((name) => `\`${name}\``),
    ...Object.values(INSIGHTS_QUERIES).map(({ name }) => name),
  ];
  expect(names.filter((name) => !README.includes(`\n| ${name} `))).toEqual([]);
});

test('a README.md without the markers of a part is refused', () => {
  expect(() => withGeneratedParts(README.replace('<!-- /warnings -->', ''))).toThrow('<!-- /warnings -->');
});
