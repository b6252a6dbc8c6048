import { CONFIG_FILES_LABEL, WORKING_DIR_LABEL } from './alphabet';
import {
  container,
  holding,
  image,
  KEPT,
  LABELS,
  member,
  named,
  NOW,
  OLD,
  project,
  service,
} from './by-hand';
import { predict } from './model';
import { KINDS, type Snapshot } from './objects';
import { HOUR, type TaskPlan } from './plan';

const task: TaskPlan = { kind: 'VolumePrune', labels: LABELS, olderThan: 0 };

/** Objects with the labels that a task keeps. The object that it removes is always called `gone`. */
const SPARED: Readonly<
  Record<string, readonly [task: Partial<TaskPlan> & Pick<TaskPlan, 'kind'>, state: Partial<Snapshot>]>
> = {
  'an object that is too young': [
    { kind: 'VolumePrune', olderThan: HOUR },
    { volumes: [named('gone'), named('a', LABELS, NOW)] },
  ],
  'an object younger than the default age': [
    { kind: 'VolumePrune', olderThan: undefined },
    { volumes: [named('gone'), named('a', LABELS, NOW - HOUR / 2)] },
  ],
  'an image that another was built on': [
    { kind: 'DanglingImagePrune' },
    { images: [image('gone'), image('a'), image('b', { parent: 'a', labels: {} })] },
  ],
  'a tagged image that another was built on': [
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
  'an image whose repository matches a pattern': [
    { kind: 'UnusedImagePrune', keepNewest: 0, exclude: ['r*'] },
    { images: [image('gone', { tags: ['s:1'] }), image('a', { tags: ['r/s:2'] })] },
  ],
  'the younger image above maxRemovals': [
    { kind: 'UnusedImagePrune', keepNewest: 0, maxRemovals: 1 },
    { images: [image('a', { tags: ['r:1'], since: OLD + 1 }), image('gone', { tags: ['r:2'] })] },
  ],
  'a network without labels that is not a leftover': [
    { kind: 'NetworkPrune', composeLeftovers: true, labels: undefined },
    {
      networks: [named('gone', project('over')), named('a', project('todo'))],
      containers: [container('c', { labels: member('todo') })],
    },
  ],
  'a project with one container without the labels': [
    { kind: 'ComposeDown' },
    {
      containers: [
        container('gone', { labels: member('one') }),
        container('a', { labels: member('two') }),
        container('b', { labels: member('two', {}) }),
      ],
    },
  ],
  'a project with one young container': [
    { kind: 'ComposeDown', olderThan: HOUR },
    {
      containers: [
        container('gone', { labels: member('one') }),
        container('a', { labels: member('two'), created: NOW }),
      ],
    },
  ],
  'a project whose name matches a pattern': [
    { kind: 'ComposeDown', exclude: ['t?o'] },
    {
      containers: [container('gone', { labels: member('one') }), container('a', { labels: member('two') })],
    },
  ],
  'a kept volume of a project that is removed': [
    { kind: 'ComposeDown', removeVolumes: true },
    {
      containers: [container('gone', { labels: member('one') })],
      volumes: [named('a', project('one', KEPT))],
    },
  ],
  'a container without Compose, regardless of the labels of its image': [
    { kind: 'ComposeDown' },
    {
      containers: [container('gone', { labels: member('one') }), container('a', { labels: project('one') })],
    },
  ],
  'a copy of a container': [
    { kind: 'ComposeDown' },
    {
      containers: [
        container('gone', { labels: member('one') }),
        container('a', { labels: member('one', {}) }, member('one')),
      ],
    },
  ],
  'an image that a container mounts': [
    { kind: 'DanglingImagePrune' },
    {
      images: [image('gone'), image('a')],
      containers: [container('c', { mountedImages: ['a'] })],
    },
  ],
  'an image that is older than a container whose mounted tag has moved': [
    { kind: 'DanglingImagePrune' },
    {
      images: [
        image('gone', { created: OLD + 2 }),
        image('a'),
        image('b', { tags: ['r:1'], tagged: OLD + 2, labels: {} }),
      ],
      containers: [container('c', { mountedImages: ['r:1'], created: OLD + 1 })],
    },
  ],
  'an image that is older than a container whose mounted tag has no time': [
    { kind: 'DanglingImagePrune' },
    {
      images: [
        image('gone', { created: OLD + 2 }),
        image('a'),
        image('b', { tags: ['r:1'], tagged: -1, labels: {} }),
      ],
      containers: [container('c', { mountedImages: ['r:1'], created: OLD + 1 })],
    },
  ],
  'a volume that a service uses': [
    { kind: 'VolumePrune' },
    { volumes: [named('gone'), named('a')], services: [service('s', { volumes: ['a'] })] },
  ],
  'a network that spans a swarm': [
    { kind: 'NetworkPrune' },
    { networks: [named('gone'), { ...named('a'), scope: 'swarm' }] },
  ],
};

describe('the model keeps', () => {
  test.each(Object.entries(SPARED))('%s', (_, [plan, state]) => {
    const { gone, outcome } = predict(holding(state), { labels: LABELS, olderThan: 0, ...plan }, NOW, []);
    expect(KINDS.flatMap((kind) => gone[kind].map(({ id }) => id))).toEqual(['gone']);
    expect(outcome).toBe('done');
  });
});

/** Objects that a task cannot remove, beside the object that it removes, and the reason why it then fails. */
test.each<[what: string, plan: TaskPlan, state: Partial<Snapshot>, reason: string, undescribed: number]>([
  [
    'a volume that the Engine does not describe',
    task,
    { volumes: [named('gone'), { ...named('a'), undescribed: true }] },
    'engine-error',
    1,
  ],
  [
    'a project that the Engine does not fully describe',
    { kind: 'ComposeDown', labels: LABELS, olderThan: 0, removeVolumes: true },
    {
      volumes: [named('gone', project('one')), { ...named('a', project('two')), undescribed: true }],
      networks: [named('b', project('two'))],
    },
    'engine-error',
    1,
  ],
  [
    'a project by its name that the Engine does not fully describe',
    { kind: 'ComposeDown', project: 'one', removeVolumes: true },
    { volumes: [named('gone', project('one')), { ...named('a', project('one')), undescribed: true }] },
    'leftovers',
    0,
  ],
  [
    'a volume of a project that a service uses',
    { kind: 'ComposeDown', project: 'one', removeVolumes: true },
    {
      volumes: [named('gone', project('one')), named('a', project('one'))],
      services: [service('s', { volumes: ['a'] })],
    },
    'leftovers',
    0,
  ],
])('the model predicts a failure for %s', (_, plan, state, reason, undescribed) => {
  const prediction = predict(holding(state), plan, NOW, []);
  expect(KINDS.flatMap((kind) => prediction.gone[kind].map(({ id }) => id))).toEqual(['gone']);
  expect(prediction).toMatchObject({ outcome: 'failed', reason });
  expect(prediction.undescribed ?? 0).toBe(undescribed);
});

describe('for a project that was started from a folder', () => {
  const directories = [{ path: '/srv/todo', link: '/srv/todo-link', files: ['a.yml', 'b,c.yml'] }];
  const started = (id: string, from: string, files: string) =>
    container(id, { labels: member('todo', { [WORKING_DIR_LABEL]: from, [CONFIG_FILES_LABEL]: files }) });
  const one = started('one', '/srv/todo', '/srv/todo/a.yml,b,c.yml');
  const down: TaskPlan = { kind: 'ComposeDown', directory: '/srv/todo' };
  const both = { ...down, files: ['b,c.yml', 'a.yml'] };

  test.each<[what: string, plan: TaskPlan, containers: Snapshot['containers'], outcome: string]>([
    ['by the folder', down, [one], 'done'],
    ['by a link to it', { ...down, directory: '/srv/todo-link' }, [one], 'done'],
    ['by exactly its files', both, [one], 'done'],
    ['by one of its files', { ...down, files: ['a.yml'] }, [one], 'nothing'],
    [
      'by one of its files and its name',
      { ...both, files: ['a.yml'], project: 'todo' },
      [one],
      'ambiguous-project',
    ],
    ['and from another', down, [one, started('two', '/srv', 'a.yml')], 'ambiguous-project'],
    ['and from other files', both, [one, started('two', '/srv/todo', 'a.yml')], 'ambiguous-project'],
    [
      'and from an unknown directory',
      down,
      [one, container('two', { labels: member('todo') })],
      'ambiguous-project',
    ],
    [
      'beside a container without Compose',
      down,
      [one, container('two', { labels: project('todo') })],
      'done',
    ],
    [
      'and from another, by the name alone',
      { kind: 'ComposeDown', project: 'todo' },
      [one, started('two', '/srv', '')],
      'done',
    ],
    ['by a folder that does not exist', { ...down, directory: '/srv/gone' }, [one], 'directory-missing'],
    [
      'by a folder that does not exist and its name',
      { ...down, directory: '/srv/gone', project: 'todo' },
      [],
      'nothing',
    ],
  ])('the model predicts the result: %s', (_, plan, containers, outcome) => {
    const prediction = predict(holding({ containers }), plan, NOW, directories);
    expect(prediction.reason ?? prediction.outcome).toBe(outcome);
  });
});
