import type { CommandInvocation } from '@aws-sdk/client-ssm';
import type { StepResult } from '../../lib/contract';
import { renderReport } from '../../render/terminal';
import { report } from '../insights/samples';
import { COMMAND_ID, HOST_PLUGIN, REQUESTED_AT, invocation, plugin, result } from '../lambda/report/support';

const PLAIN = { colour: false, width: 100 };

function rendered(invocations: readonly CommandInvocation[], options = PLAIN, dryRun = false): string {
  const { run, hosts } = report(COMMAND_ID, REQUESTED_AT.toISOString(), invocations, { dryRun });
  return renderReport(run, hosts, options);
}

function task(overrides: Partial<StepResult>): CommandInvocation {
  return invocation([
    HOST_PLUGIN,
    plugin('Prune', result(overrides), overrides.outcome === 'failed' ? 1 : 0),
  ]);
}

/** The text without its line breaks, which depend on the width. */
const flat = (text: string): string => text.replace(/\s+/g, ' ');

test('says what was removed, and bytes in units that people read', () => {
  const text = flat(
    rendered([
      task({ outcome: 'done', removed: { images: 6, networks: 1 }, bytesReclaimed: 1.5 * 1024 ** 3 }),
    ]),
  );
  for (const words of [
    '6 images',
    '1 network',
    '1.5 GiB',
    'i-0123456789abcdef0',
    'Prune',
    'succeeded',
    'Engine 29.4.0',
  ]) {
    expect(text).toContain(words);
  }
  expect(text).not.toContain('1 networks');
});

test('says that a dry run removed nothing', () => {
  const plugins = [{ outcome: 'done', dryRun: true, removed: { images: 6 } } as const].map((r) =>
    plugin('Prune', result(r)),
  );
  const host = plugin('host', result({ task: 'Host', dryRun: true }));
  const text = flat(rendered([invocation([host, ...plugins])], PLAIN, true));
  expect(text).toContain('Dry run');
  expect(text).toContain('would remove 6 images');
  expect(text).not.toMatch(/(?<!would )removed?\b/);
});

test('names killed containers with the remedy, and what was left and why', () => {
  const killed = [{ project: 'todobackend', service: 'app', container: 'todobackend-app-1', grace: 10 }];
  const text = flat(
    rendered([
      task({
        outcome: 'failed',
        reason: 'leftovers',
        message: 'a volume is left',
        left: ['volume todobackend_public'],
        killed,
      }),
      task({ passedOver: { inUse: 2, young: 1 } }),
      invocation([], { InstanceId: 'i-lost', StatusDetails: 'Undeliverable' }),
    ]),
  );
  for (const words of [
    'todobackend-app-1',
    '--die-on-term',
    'leftovers',
    'a volume is left',
    'volume todobackend_public',
  ]) {
    expect(text).toContain(words);
  }
  for (const words of ['2 in use', '1 too young', 'i-lost', 'unreachable', 'undeliverable']) {
    expect(text).toContain(words);
  }
});

test('uses colour only on request, and never lets a host control the terminal', () => {
  const evil = task({ outcome: 'failed', reason: 'x', message: 'clear \u001b[2J the \u0007 screen' });
  for (const control of ['\u001b', '\u0007']) expect(rendered([evil])).not.toContain(control);
  const coloured = rendered([evil], { colour: true, width: 100 });
  expect(coloured).toContain('\u001b[31m');
  expect(coloured).not.toContain('\u001b[2J');
});

test('fits the width of the terminal', () => {
  const long = task({ outcome: 'failed', reason: 'leftovers', message: 'word '.repeat(60) });
  for (const line of rendered([long], { colour: false, width: 60 }).split('\n')) {
    expect(line.length).toBeLessThanOrEqual(60);
  }
});
