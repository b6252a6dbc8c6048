import { container, holding, image, KEPT, LABELS, named, project } from './world/by-hand';
import { WORKING_DIR_LABEL } from './world/alphabet';
import { KINDS, NOTHING, type Snapshot } from './world/objects';
import type { TaskPlan } from './world/plan';
import { breaches } from './world/safety';

const task = (kind: TaskPlan['kind'], more: Partial<TaskPlan> = {}): TaskPlan => ({
  kind,
  olderThan: 0,
  ...(kind === 'BuildCachePrune' || more.project !== undefined || more.directory !== undefined
    ? {}
    : { labels: LABELS }),
  ...more,
});
const started = (name: string, from: string) =>
  container(`${name}_app`, { labels: project(name, { [WORKING_DIR_LABEL]: from }) });
const todo = { project: 'todo', removeVolumes: true };

/** What a task removed, what else there is, and what is to be said of it; nothing where it was right. */
const CASES: Readonly<
  Record<
    string,
    readonly [task: TaskPlan | undefined, gone: Partial<Snapshot>, stays?: Partial<Snapshot>, said?: string]
  >
> = {
  'an image that may go': [task('DanglingImagePrune'), { images: [image('a')] }],
  'a tagged image that may go': [task('UnusedImagePrune'), { images: [image('a', { tags: ['a:1'] })] }],
  'a container that may go': [task('StoppedContainerPrune'), { containers: [container('a')] }],
  'a container of a script': [task('ShellTask'), { containers: [container('a')] }],
  'a volume that may go': [task('VolumePrune'), { volumes: [named('a')] }],
  'a network that may go': [task('NetworkPrune'), { networks: [named('a')] }],
  'build cache': [task('BuildCachePrune'), { cacheRecords: [named('a', {})] }],
  'a project whole': [
    task('ComposeDown', todo),
    {
      containers: [
        container('c', { labels: project('todo'), volumes: ['x', 'v'], anonymous: ['x'], networks: ['n'] }),
      ],
      volumes: [named('v', project('todo')), named('x', {})],
      networks: [named('n', project('todo'))],
    },
  ],
  'a project by its folder': [
    task('ComposeDown', { directory: '/srv/todo-link' }),
    { containers: [started('todo', '/srv/todo')] },
  ],

  'anything in a dry run': [undefined, { volumes: [named('a')] }, {}, 'volumes went against the rules'],
  'anything though the condition is not met': [
    task('VolumePrune', { whenDiskUsedAbove: 99 }),
    { volumes: [named('a')] },
    {},
    'volumes went against the rules',
  ],
  'a labelled thing with the keep label': [
    task('VolumePrune'),
    { volumes: [named('a', KEPT)] },
    {},
    'volumes went with the keep label',
  ],
  'a thing of a project to be kept': [
    task('VolumePrune'),
    { volumes: [named('a', project('todo'))] },
    { containers: [container('c', { labels: project('todo', KEPT) })] },
    'volumes went of a project to be kept',
  ],
  'an image whose label begins the same': [
    task('DanglingImagePrune'),
    { images: [image('a', { labels: { app: 'todobackend' } })] },
    {},
    'images went against the rules',
  ],
  'a tagged image as a dangling one': [
    task('DanglingImagePrune'),
    { images: [image('a', { tags: ['a:1'] })] },
    {},
    'images went against the rules',
  ],
  'a dangling image as a tagged one': [
    task('UnusedImagePrune'),
    { images: [image('a')] },
    {},
    'images went against',
  ],
  'an image that a container uses': [
    task('DanglingImagePrune'),
    { images: [image('a')] },
    { containers: [container('c', { image: 'a' })] },
    'images went against the rules',
  ],
  'a running container': [
    task('StoppedContainerPrune'),
    { containers: [container('a', { state: 'running' })] },
    {},
    'containers went against the rules',
  ],
  "a project's container by a script that should not": [
    task('ShellTask'),
    { containers: [container('a', { labels: project('todo') })] },
    {},
    'containers went against the rules',
  ],
  'a volume that a container uses': [
    task('VolumePrune'),
    { volumes: [named('a')] },
    { containers: [container('c', { volumes: ['a'] })] },
    'volumes went against the rules',
  ],
  'a network that a container refers to by its name': [
    task('NetworkPrune'),
    { networks: [named('a')] },
    { containers: [container('c', { networks: ['a'] })] },
    'networks went against the rules',
  ],
  'a network of no project as a leftover': [
    task('NetworkPrune', { labels: undefined, composeLeftovers: true }),
    { networks: [named('a')] },
    {},
    'networks went against the rules',
  ],
  'another project': [
    task('ComposeDown', todo),
    { containers: [container('c', { labels: project('todobackend') })] },
    {},
    'containers went against the rules',
  ],
  'a project that was started from another folder': [
    task('ComposeDown', { directory: '/srv/todo' }),
    { containers: [started('todo', '/srv/todo/back')] },
    {},
    'containers went against the rules',
  ],
  'a volume of a project, untold': [
    task('ComposeDown', { project: 'todo' }),
    { volumes: [named('v', project('todo'))] },
    {},
    'volumes went against the rules',
  ],
  'an external volume of a project': [
    task('ComposeDown', todo),
    { volumes: [named('v')] },
    { containers: [container('c', { labels: project('todo'), volumes: ['v'] })] },
    'volumes went against the rules',
  ],
  'a volume of a project that others use': [
    task('ComposeDown', todo),
    { volumes: [named('v', project('todo'))] },
    { containers: [container('c', { volumes: ['v'] })] },
    'volumes went against the rules',
  ],
  'build cache by another task': [
    task('UnusedImagePrune'),
    { cacheRecords: [named('a', {})] },
    {},
    'cacheRecords went against the rules',
  ],
};

describe('of what went, the safety rules notice', () => {
  const both = (one: Partial<Snapshot>, other: Partial<Snapshot>): Snapshot => {
    const all = Object.fromEntries(
      KINDS.map((kind) => [kind, [...(one[kind] ?? []), ...(other[kind] ?? [])]]),
    );
    return { ...NOTHING, ...all };
  };

  test.each(Object.entries(CASES))('%s', (_, [task, gone, stays = {}, said]) => {
    const found = breaches(both(gone, stays), holding(stays), task);
    expect(found).toEqual(said === undefined ? [] : [expect.stringContaining(said)]);
  });

  test('what came and what changed, whatever the task', () => {
    const before = holding({ volumes: [named('a'), named('b')] });
    const after = holding({ volumes: [named('a'), { ...named('b'), line: 'b anew' }, named('c')] });
    expect(breaches(before, before, undefined)).toEqual([]);
    expect(breaches(before, after, task('VolumePrune'))).toEqual([
      expect.stringMatching(/volumes changed: .*"b".* is now b anew/),
      expect.stringMatching(/volumes came: .*"c"/),
    ]);
  });
});
