import { holding, LABELS, named, says } from './by-hand';
import type { TaskPlan } from './plan';
import { judge, judgeDisturbed, judgeDry } from './verdict';

/** The task removes one volume and keeps the other. */
const before = holding({ volumes: [named('a'), named('b', {})] });
const after = holding({ volumes: [named('b', {})] });
const done = says('done', { removed: { volumes: 1 } });
const nothing = says('nothing');
const task: TaskPlan = { kind: 'VolumePrune', labels: LABELS, olderThan: 0 };
const unmet: TaskPlan = { ...task, whenDiskUsedAbove: 99 };
const figures = {
  reason: 'disk-not-full',
  message: 'blocks used: 1 %, inodes used: 2 %, neither is above 99 %',
};
const run = { task, directories: [], before, after, result: done };

test('a correct run passes, and so does a correct dry run', () => {
  expect(judge(run)).toEqual([]);
  expect(judge({ ...run, before: after, result: nothing })).toEqual([]);
  expect(judge({ ...run, task: unmet, after: before, result: says('skipped', figures) })).toEqual([]);
  expect(judgeDry({ ...run, after: before })).toEqual([]);
  const script: TaskPlan = { kind: 'ShellTask', labels: LABELS, supportsDryRun: false };
  expect(
    judgeDry({
      ...run,
      task: script,
      after: before,
      result: says('skipped', { reason: 'dry-run-unsupported' }),
    }),
  ).toEqual([]);
});

test.each<[what: string, doctored: Partial<typeof run>, found: RegExp]>([
  [
    'reports more than was removed',
    { result: says('done', { removed: { volumes: 2 } }) },
    /said 2 volumes and not 1 volumes/,
  ],
  [
    'counts an object as undescribed that is described',
    { result: { ...done, passedOver: { undescribed: 1 } } },
    /did not leave 0 alone that the Engine does not describe/,
  ],
  ['reports less than was removed', { result: says('done') }, /said nothing and not 1 volumes/],
  [
    'reports another kind',
    { result: says('done', { removed: { images: 1 } }) },
    /said 1 images and not 1 volumes/,
  ],
  [
    'reports a project, but removed none',
    { result: says('done', { removed: { projects: 1, volumes: 1 } }) },
    /1 projects/,
  ],
  ['has another outcome', { result: says('nothing', { removed: { volumes: 1 } }) }, /ended not as done/],
  ['fails', { result: says('failed', { reason: 'x', removed: { volumes: 1 } }) }, /ended not as done/],
  ['has a reason without cause', { result: { ...done, reason: 'x' } }, /ended not as done/],
  ['keeps what it should have removed', { after: before, result: nothing }, /left of the volumes: .*"a"/],
  [
    'removes what it should have kept',
    { after: holding({}), result: says('done', { removed: { volumes: 2 } }) },
    /should have left of the volumes: .*"b"/,
  ],
  [
    'removes an object of another kind',
    { before: { ...before, networks: [named('n')] } },
    /should have left of the networks/,
  ],
  ['runs although its condition is not met', { task: unmet }, /ended not as skipped \(disk-not-full\)/],
  [
    'reports no figures',
    { task: unmet, after: before, result: says('skipped', { reason: figures.reason }) },
    /told no figures/,
  ],
])('the verdict finds a run that %s', (_, doctored, found) => {
  expect(judge({ ...run, ...doctored }).join('\n')).toMatch(found);
});

test.each<[what: string, doctored: Partial<typeof run>, found: RegExp]>([
  ['removed objects', {}, /volumes: removed against the rules/],
  [
    'predicted too much',
    { after: before, result: says('done', { removed: { volumes: 2 } }) },
    /said 2 volumes/,
  ],
  ['predicted nothing', { after: before, result: nothing }, /ended not as done/],
])('the verdict finds a dry run that %s', (_, doctored, found) => {
  expect(judgeDry({ ...run, ...doctored }).join('\n')).toMatch(found);
});

describe('a run that lost the Docker CLI', () => {
  const half = { ...run, result: says('failed', { reason: 'not-removed' }), after: before };

  test('may fail in any state, and may only succeed if it removed everything', () => {
    expect(judgeDisturbed(half)).toEqual([]);
    expect(judgeDisturbed({ ...half, after })).toEqual([]);
    expect(judgeDisturbed(run)).toEqual([]);
  });

  test.each<[what: string, doctored: Partial<typeof run>, found: RegExp]>([
    [
      'reports nothing, with something left',
      { after: before, result: nothing },
      /said nothing, but left of the volumes/,
    ],
    ['reports done, with something left', { after: before, result: says('done') }, /said done, but left/],
    [
      'reports more than it removed',
      { after: before, result: says('failed', { reason: 'not-removed', removed: { volumes: 1 } }) },
      /claimed more volumes than the 0/,
    ],
    [
      'reports a project',
      { result: says('done', { removed: { projects: 1, volumes: 1 } }) },
      /claimed too many projects/,
    ],
    [
      'gives a reason that explains nothing',
      { result: says('failed', { reason: 'internal' }) },
      /ended for no known reason/,
    ],
    ['was skipped', { result: says('skipped', { reason: 'locked' }) }, /ended for no known reason/],
    ['removed what it must not', { after: holding({}) }, /volumes: removed against the rules: .*"b"/],
  ])('is wrong if it %s', (_, doctored, found) => {
    expect(judgeDisturbed({ ...run, ...doctored }).join('\n')).toMatch(found);
  });
});
