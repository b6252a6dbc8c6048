import type { CommandPlugin } from '@aws-sdk/client-ssm';
import { judgeTogether } from '../../../lambda/report/interpret';
import type { DiskUse } from '../../../lib/contract';
import { HOST_PLUGIN, judged, plugin, result } from './support';

const NOTHING = plugin('Prune', result());
const LOCKED = plugin(
  'Prune',
  result({ outcome: 'skipped', reason: 'locked', message: 'another run is active' }),
);
const disk = (use: DiskUse): CommandPlugin => plugin('disk', result({ task: 'Disk', disk: use }));
const MEASURED = disk({ diskPercent: 64, inodePercent: 11 });

test('the last step measures the disk after all tasks', () => {
  const report = judged([HOST_PLUGIN, NOTHING, MEASURED]);
  expect(report).toMatchObject({ outcome: 'succeeded', diskPercentAfter: 64, inodePercentAfter: 11 });
  expect(report.host).toMatchObject({ diskPercent: 71, inodePercent: 12 });
});

test('a disk that cannot be seen has no use, and is not a failure', () => {
  const report = judged([HOST_PLUGIN, NOTHING, disk({})]);
  expect(report.outcome).toBe('succeeded');
  expect(report).not.toHaveProperty('diskPercentAfter');
  expect(report).not.toHaveProperty('inodePercentAfter');
});

test('only the step "disk" says what is used after the tasks', () => {
  const script = plugin('Script', result({ disk: { diskPercent: 1 } }));
  expect(judged([HOST_PLUGIN, script, MEASURED]).diskPercentAfter).toBe(64);
  expect(judged([HOST_PLUGIN, script])).not.toHaveProperty('diskPercentAfter');
});

test.each([[{ diskPercent: '64' }], [{ diskPercent: -1 }], [null], [64]])(
  'a result of the step with the disk %j is refused',
  (use) => {
    const broken = plugin('disk', JSON.stringify({ ...result({ task: 'Disk' }), disk: use }));
    expect(judged([HOST_PLUGIN, NOTHING, broken])).toMatchObject({ outcome: 'failed', reason: 'no-result' });
  },
);

describe('the step "disk" is not a task', () => {
  test('a host without tasks failed', () => {
    expect(judged([HOST_PLUGIN, MEASURED])).toMatchObject({ outcome: 'failed', reason: 'no-result' });
  });

  test('a host without the step "host" failed', () => {
    expect(judged([NOTHING, MEASURED])).toMatchObject({ outcome: 'failed', reason: 'no-result' });
  });

  test('a host whose tasks were all skipped was skipped', () => {
    expect(judged([HOST_PLUGIN, LOCKED, MEASURED])).toMatchObject({ outcome: 'skipped', reason: 'locked' });
  });
});

describe('a step "disk" that fails or is missing', () => {
  const hung = result({
    task: 'Disk',
    outcome: 'failed',
    reason: 'docker-hung',
    message: 'no answer for 30 s',
  });

  test.each<[string, CommandPlugin, string, string]>([
    ['failed', plugin('disk', hung, 1), 'failed', 'docker-hung'],
    ['without a result', plugin('disk', ''), 'failed', 'no-result'],
    ['that timed out', { ...plugin('disk', ''), Status: 'TimedOut' }, 'timed-out', 'timed-out'],
  ])('%s makes the host fail, as the step "host" does', (_name, step, outcome, reason) => {
    const report = judged([HOST_PLUGIN, NOTHING, step]);
    expect(report).toMatchObject({ outcome, reason });
    expect(report.message).toMatch(/^disk: /);
    expect(judged([{ ...step, Name: 'host' }, NOTHING])).toMatchObject({ outcome, reason });
  });

  test('does not hide what a task failed for', () => {
    const failed = plugin('Down', result({ outcome: 'failed', reason: 'leftovers' }), 1);
    expect(judged([HOST_PLUGIN, failed, plugin('disk', hung, 1)]).reason).toBe('leftovers');
  });

  test('on one host only is a failure of that host', () => {
    const [, lacking] = judgeTogether([
      judged([HOST_PLUGIN, NOTHING, MEASURED]),
      judged([HOST_PLUGIN, NOTHING]),
    ]);
    expect(lacking).toMatchObject({ outcome: 'failed', reason: 'no-result' });
    expect(lacking?.message).toContain('"disk"');
  });

  test('on all hosts is well: an older document does not have it', () => {
    const old = [judged([HOST_PLUGIN, NOTHING]), judged([HOST_PLUGIN, LOCKED])];
    expect(judgeTogether(old)).toEqual(old);
  });
});
