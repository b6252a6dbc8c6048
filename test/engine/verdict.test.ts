import { container, holding, image, KEPT, LABELS, named, NOW, OLD, project, says } from './world/by-hand';
import { foretell } from './world/model';
import { KINDS, type Snapshot } from './world/objects';
import { HOUR, type TaskPlan } from './world/plan';
import { judge, judgeDry } from './world/verdict';

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

/** What a task leaves although it carries the labels, beside what goes, which is always called `gone`. */
const SPARED: Readonly<
  Record<string, readonly [task: Partial<TaskPlan> & Pick<TaskPlan, 'kind'>, state: Partial<Snapshot>]>
> = {
  'a thing too young': [
    { kind: 'VolumePrune', olderThan: HOUR },
    { volumes: [named('gone'), named('a', LABELS, NOW)] },
  ],
  'a thing younger than by default': [
    { kind: 'VolumePrune', olderThan: undefined },
    { volumes: [named('gone'), named('a', LABELS, NOW - HOUR / 2)] },
  ],
  'an image that another is built upon': [
    { kind: 'DanglingImagePrune' },
    { images: [image('gone'), image('a'), image('b', { parent: 'a', labels: {} })] },
  ],
  'a tagged image that another is built upon': [
    { kind: 'UnusedImagePrune', keepNewest: 0 },
    {
      images: [
        image('gone', { tags: ['r:1'], parent: 'a' }),
        image('a', { tags: ['r:2'] }),
        image('b', { parent: 'a' }),
      ],
    },
  ],
  'the newest of a repository': [
    { kind: 'UnusedImagePrune', keepNewest: 1 },
    { images: [image('gone', { tags: ['r:1'] }), image('a', { tags: ['r:2'], since: OLD + 1 })] },
  ],
  'an image by a pattern of its repository': [
    { kind: 'UnusedImagePrune', keepNewest: 0, exclude: ['r*'] },
    { images: [image('gone', { tags: ['s:1'] }), image('a', { tags: ['r/s:2'] })] },
  ],
  'the younger one above the cap': [
    { kind: 'UnusedImagePrune', keepNewest: 0, maxRemovals: 1 },
    { images: [image('a', { tags: ['r:1'], since: OLD + 1 }), image('gone', { tags: ['r:2'] })] },
  ],
  'an unlabelled leftover that is none': [
    { kind: 'NetworkPrune', composeLeftovers: true, labels: undefined },
    {
      networks: [named('gone', project('over')), named('a', project('todo'))],
      containers: [container('c', { labels: project('todo') })],
    },
  ],
  'a project with one container without the labels': [
    { kind: 'ComposeDown' },
    {
      containers: [
        container('gone', { labels: project('one') }),
        container('a', { labels: project('two') }),
        container('b', { labels: project('two', {}) }),
      ],
    },
  ],
  'a project with one young container': [
    { kind: 'ComposeDown', olderThan: HOUR },
    {
      containers: [
        container('gone', { labels: project('one') }),
        container('a', { labels: project('two'), created: NOW }),
      ],
    },
  ],
  'a project by a pattern of its name': [
    { kind: 'ComposeDown', exclude: ['t?o'] },
    {
      containers: [container('gone', { labels: project('one') }), container('a', { labels: project('two') })],
    },
  ],
  'a kept volume of a project that goes': [
    { kind: 'ComposeDown', removeVolumes: true },
    {
      containers: [container('gone', { labels: project('one') })],
      volumes: [named('a', project('one', KEPT))],
    },
  ],
};

describe('the model spares', () => {
  test.each(Object.entries(SPARED))('%s', (_, [plan, state]) => {
    const { gone, outcome } = foretell(holding(state), { labels: LABELS, olderThan: 0, ...plan }, NOW, []);
    expect(KINDS.flatMap((kind) => gone[kind].map(({ id }) => id))).toEqual(['gone']);
    expect(outcome).toBe('done');
  });
});
