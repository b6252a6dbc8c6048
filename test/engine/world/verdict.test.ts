import { holding, LABELS, named, says } from './by-hand';
import type { TaskPlan } from './plan';
import { judge, judgeDisturbed, judgeDry } from './verdict';

/** One volume goes, one stays. */
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

test('a run that is right is found right, and so is a dry one', () => {
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
    'more said than is gone',
    { result: says('done', { removed: { volumes: 2 } }) },
    /said 2 volumes and not 1 volumes/,
  ],
  [
    'a thing left alone that is described',
    { result: { ...done, passedOver: { undescribed: 1 } } },
    /did not leave 0 alone that the Engine does not describe/,
  ],
  ['less said than is gone', { result: says('done') }, /said nothing and not 1 volumes/],
  [
    'another kind said',
    { result: says('done', { removed: { images: 1 } }) },
    /said 1 images and not 1 volumes/,
  ],
  [
    'a project said that was none',
    { result: says('done', { removed: { projects: 1, volumes: 1 } }) },
    /1 projects/,
  ],
  ['another outcome', { result: says('nothing', { removed: { volumes: 1 } }) }, /ended not as done/],
  ['a failure', { result: says('failed', { reason: 'x', removed: { volumes: 1 } }) }, /ended not as done/],
  ['a reason where none is', { result: { ...done, reason: 'x' } }, /ended not as done/],
  ['what should have gone', { after: before, result: nothing }, /left of the volumes: .*"a"/],
  [
    'what should have stayed',
    { after: holding({}), result: says('done', { removed: { volumes: 2 } }) },
    /should have left of the volumes: .*"b"/,
  ],
  [
    'what went of another kind',
    { before: { ...before, networks: [named('n')] } },
    /should have left of the networks/,
  ],
  ['a run though its condition is not met', { task: unmet }, /ended not as skipped \(disk-not-full\)/],
  [
    'no figures',
    { task: unmet, after: before, result: says('skipped', { reason: figures.reason }) },
    /told no figures/,
  ],
])('of a run is noticed: %s', (_, doctored, found) => {
  expect(judge({ ...run, ...doctored }).join('\n')).toMatch(found);
});

test.each<[what: string, doctored: Partial<typeof run>, found: RegExp]>([
  ['that it removed', {}, /volumes went against the rules/],
  [
    'that it foretold too much',
    { after: before, result: says('done', { removed: { volumes: 2 } }) },
    /said 2 volumes/,
  ],
  ['that it foretold nothing', { after: before, result: nothing }, /ended not as done/],
])('of a dry run is noticed: %s', (_, doctored, found) => {
  expect(judgeDry({ ...run, ...doctored }).join('\n')).toMatch(found);
});

describe('of a run that lost the Docker CLI', () => {
  const half = { ...run, result: says('failed', { reason: 'not-removed' }), after: before };

  test('it is right that it fails, whether all is gone or not, or that it ends well and all is gone', () => {
    expect(judgeDisturbed(half)).toEqual([]);
    expect(judgeDisturbed({ ...half, after })).toEqual([]);
    expect(judgeDisturbed(run)).toEqual([]);
  });

  test.each<[what: string, doctored: Partial<typeof run>, found: RegExp]>([
    [
      'that it says nothing, with something left',
      { after: before, result: nothing },
      /said nothing, but left of the volumes/,
    ],
    [
      'that it says done, with something left',
      { after: before, result: says('done') },
      /said done, but left/,
    ],
    [
      'that it claims more than is gone',
      { after: before, result: says('failed', { reason: 'not-removed', removed: { volumes: 1 } }) },
      /claimed more volumes than the 0/,
    ],
    [
      'that it claims a project',
      { result: says('done', { removed: { projects: 1, volumes: 1 } }) },
      /claimed too many projects/,
    ],
    [
      'a reason that explains nothing',
      { result: says('failed', { reason: 'internal' }) },
      /ended for no known reason/,
    ],
    ['that it was skipped', { result: says('skipped', { reason: 'locked' }) }, /ended for no known reason/],
    ['that it removed what it must not', { after: holding({}) }, /volumes went against the rules: .*"b"/],
  ])('is noticed: %s', (_, doctored, found) => {
    expect(judgeDisturbed({ ...run, ...doctored }).join('\n')).toMatch(found);
  });
});
