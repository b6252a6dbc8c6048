import { resolve } from 'node:path';
import { renderNextSteps } from '../../../local/run/next-steps';
import type { LocalOptions } from '../../../local/run/local-run';
import { host, runOf } from '../../render/sample-run';

const PLAIN = { colour: false, width: 80 };

function lines(options: Partial<LocalOptions>, needsAttention = false): string[] {
  const hosts = [host('1')];
  const run = runOf(hosts, { needsAttention });
  const published = { logStream: '2026/11/23/e8d3', run, hosts, runEvent: '{}' };
  return renderNextSteps({ dryRun: false, keep: false, yes: false, ...options }, published, PLAIN)
    .split('\n')
    .map((line) => line.trim());
}

test('the path of each written file is whole and on one line', () => {
  const html = `${'long-folder/'.repeat(10)}run.html`;
  expect(lines({ html, json: 'run.json' })).toEqual(
    expect.arrayContaining([resolve(html), resolve('run.json')]),
  );
});

test('without a page, the command that writes one', () => {
  expect(lines({})).toContain('npm run local -- --html run.html');
  expect(lines({ dryRun: true })).toContain('npm run local -- --dry-run --html run.html');
  expect(lines({ html: 'a.html' }).join()).not.toContain('run.html');
});

test('after a dry run, the command that removes what was listed', () => {
  expect(lines({ dryRun: true })).toContain('npm run local');
  expect(lines({ dryRun: true, engine: 'unix:///x' })).toContain('npm run local -- --engine unix:///x');
  expect(lines({})).not.toContain('npm run local');
});

test('after a run, the command that deploys', () => {
  expect(lines({})).toContain('npx cdk deploy');
  expect(lines({ dryRun: true })).not.toContain('npx cdk deploy');
});

test('in trouble, what comes first', () => {
  expect(lines({}, true)[2]).toBe('Do what is under Trouble, and run the command again');
  expect(lines({}).join()).not.toContain('Trouble');
});

test('the log stream', () => {
  expect(lines({})).toContain('In AWS, this report would be the log stream 2026/11/23/e8d3');
});
