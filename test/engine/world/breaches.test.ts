import { CONFIG_FILES_LABEL, WORKING_DIR_LABEL } from './alphabet';
import { container, holding, image, KEPT, LABELS, member, named, OLD, project, service } from './by-hand';
import { KINDS, NOTHING, type Snapshot } from './objects';
import type { TaskPlan } from './plan';
import { breaches } from './safety';

const task = (kind: TaskPlan['kind'], more: Partial<TaskPlan> = {}): TaskPlan => ({
  kind,
  olderThan: 0,
  ...(kind === 'BuildCachePrune' || more.project !== undefined || more.directory !== undefined
    ? {}
    : { labels: LABELS }),
  ...more,
});
const started = (name: string, from: string, files = 'a.yml', service = 'app') =>
  container(`${name}_${service}`, {
    labels: member(name, { [WORKING_DIR_LABEL]: from, [CONFIG_FILES_LABEL]: files }),
  });
const todo = { project: 'todo', removeVolumes: true };

/** The task, the objects that it removed, the objects that it kept, and the expected complaint, if any. */
const CASES: Readonly<
  Record<
    string,
    readonly [task: TaskPlan | undefined, gone: Partial<Snapshot>, stays?: Partial<Snapshot>, said?: string]
  >
> = {
  'an image that may be removed': [task('DanglingImagePrune'), { images: [image('a')] }],
  'a tagged image that may be removed': [
    task('UnusedImagePrune'),
    { images: [image('a', { tags: ['a:1'] })] },
  ],
  'a container that may be removed': [task('StoppedContainerPrune'), { containers: [container('a')] }],
  'a container of a script': [task('ShellTask'), { containers: [container('a')] }],
  'a volume that may be removed': [task('VolumePrune'), { volumes: [named('a')] }],
  'a network that may be removed': [task('NetworkPrune'), { networks: [named('a')] }],
  'build cache': [task('BuildCachePrune'), { cacheRecords: [named('a', {})] }],
  'a whole project': [
    task('ComposeDown', todo),
    {
      containers: [
        container('c', { labels: member('todo'), volumes: ['x', 'v'], anonymous: ['x'], networks: ['n'] }),
      ],
      volumes: [named('v', project('todo')), named('x', {})],
      networks: [named('n', project('todo'))],
    },
  ],
  'a project by its folder': [
    task('ComposeDown', { directory: '/srv/todo-link' }),
    { containers: [started('todo', '/srv/todo')] },
  ],

  'anything in a dry run': [undefined, { volumes: [named('a')] }, {}, 'volumes: removed against the rules'],
  'anything if the condition is not met': [
    task('VolumePrune', { whenDiskUsedAbove: 99 }),
    { volumes: [named('a')] },
    {},
    'volumes: removed against the rules',
  ],
  'a labelled object with the keep label': [
    task('VolumePrune'),
    { volumes: [named('a', KEPT)] },
    {},
    'volumes: removed despite the keep label',
  ],
  'an object of a kept project': [
    task('VolumePrune'),
    { volumes: [named('a', project('todo'))] },
    { containers: [container('c', { labels: member('todo', KEPT) })] },
    'volumes: removed from a project to be kept',
  ],
  'an image whose label value only begins with that of the task': [
    task('DanglingImagePrune'),
    { images: [image('a', { labels: { app: 'todobackend' } })] },
    {},
    'images: removed against the rules',
  ],
  'a tagged image as a dangling one': [
    task('DanglingImagePrune'),
    { images: [image('a', { tags: ['a:1'] })] },
    {},
    'images: removed against the rules',
  ],
  'a dangling image as a tagged one': [
    task('UnusedImagePrune'),
    { images: [image('a')] },
    {},
    'images: removed against',
  ],
  'an image that a container uses': [
    task('DanglingImagePrune'),
    { images: [image('a')] },
    { containers: [container('c', { image: 'a' })] },
    'images: removed against the rules',
  ],
  'a running container': [
    task('StoppedContainerPrune'),
    { containers: [container('a', { state: 'running' })] },
    {},
    'containers: removed against the rules',
  ],
  "a project's container by a script that should not": [
    task('ShellTask'),
    { containers: [container('a', { labels: member('todo') })] },
    {},
    'containers: removed against the rules',
  ],
  'a volume that a container uses': [
    task('VolumePrune'),
    { volumes: [named('a')] },
    { containers: [container('c', { volumes: ['a'] })] },
    'volumes: removed against the rules',
  ],
  'a network that a container refers to by its name': [
    task('NetworkPrune'),
    { networks: [named('a')] },
    { containers: [container('c', { networks: ['a'] })] },
    'networks: removed against the rules',
  ],
  'a network of no project as a leftover': [
    task('NetworkPrune', { labels: undefined, composeLeftovers: true }),
    { networks: [named('a')] },
    {},
    'networks: removed against the rules',
  ],
  'another project': [
    task('ComposeDown', todo),
    { containers: [container('c', { labels: member('todobackend') })] },
    {},
    'containers: removed against the rules',
  ],
  'a project that was started from another folder': [
    task('ComposeDown', { directory: '/srv/todo' }),
    { containers: [started('todo', '/srv/todo/back')] },
    {},
    'containers: removed against the rules',
  ],
  'a volume of a project by default': [
    task('ComposeDown', { project: 'todo' }),
    { volumes: [named('v', project('todo'))] },
    {},
    'volumes: removed against the rules',
  ],
  'an external volume of a project': [
    task('ComposeDown', todo),
    { volumes: [named('v')] },
    { containers: [container('c', { labels: member('todo'), volumes: ['v'] })] },
    'volumes: removed against the rules',
  ],
  'a volume of a project that others use': [
    task('ComposeDown', todo),
    { volumes: [named('v', project('todo'))] },
    { containers: [container('c', { volumes: ['v'] })] },
    'volumes: removed against the rules',
  ],
  'a container without Compose from an image that Compose built': [
    task('ComposeDown', todo),
    { containers: [container('c', { labels: project('todo') })] },
    {},
    'containers: removed against the rules',
  ],
  'a copy of a container of a project': [
    task('ComposeDown', todo),
    { containers: [container('c', { labels: member('todo'), image: 'i' }, member('todo'))] },
    { images: [image('i', { labels: member('todo') })] },
    'containers: removed against the rules',
  ],
  'the anonymous volume of a container without Compose': [
    task('ComposeDown', todo),
    { volumes: [named('v', {})] },
    { containers: [container('c', { labels: project('todo'), volumes: ['v'], anonymous: ['v'] })] },
    'volumes: removed against the rules',
  ],
  'a project that was also started from another folder': [
    task('ComposeDown', { directory: '/srv/todo' }),
    { containers: [started('todo', '/srv/todo')] },
    { containers: [started('todo', '/srv/back', 'a.yml', 'db')] },
    'containers: removed against the rules',
  ],
  'a project that was started from other files too': [
    task('ComposeDown', { project: 'todo', directory: '/srv/todo', files: ['a.yml'] }),
    { containers: [started('todo', '/srv/todo', '/srv/todo/a.yml,/srv/todo/b.yml')] },
    {},
    'containers: removed against the rules',
  ],
  'an image that a container mounts': [
    task('UnusedImagePrune'),
    { images: [image('a', { tags: ['a:1'] })] },
    { containers: [container('c', { mountedImages: ['a:1'] })] },
    'images: removed against the rules',
  ],
  'an image that a container mounts by its identifier': [
    task('DanglingImagePrune'),
    { images: [image('sha256:abcdef')] },
    { containers: [container('c', { mountedImages: ['abc'] })] },
    'images: removed against the rules',
  ],
  'an image that a container may mount, because its tag has moved': [
    task('DanglingImagePrune'),
    { images: [image('a')] },
    {
      images: [image('b', { tags: ['a:1'], tagged: OLD + 2 })],
      containers: [container('c', { mountedImages: ['a:1'], created: OLD + 1 })],
    },
    'images: removed against the rules',
  ],
  'an image that a container may mount, because the time of the other image’s tag is unknown': [
    task('DanglingImagePrune'),
    { images: [image('a')] },
    {
      images: [image('b', { tags: ['a:1'], tagged: -1 })],
      containers: [container('c', { mountedImages: ['a:1'], created: OLD + 1 })],
    },
    'images: removed against the rules',
  ],
  'a volume that a service uses': [
    task('VolumePrune'),
    { volumes: [named('a')] },
    { services: [service('s', { volumes: ['a'] })] },
    'volumes: removed against the rules',
  ],
  'a network of a project that a service uses': [
    task('ComposeDown', todo),
    { networks: [named('a', project('todo'))] },
    { services: [service('s', { networks: ['a'] })] },
    'networks: removed against the rules',
  ],
  'a network that spans a swarm': [
    task('NetworkPrune'),
    { networks: [{ ...named('a'), scope: 'swarm' }] },
    {},
    'networks: removed against the rules',
  ],
  'a service': [
    task('ComposeDown', todo),
    { services: [service('s')] },
    {},
    'services: removed against the rules',
  ],
  'a volume that the Engine does not describe': [
    task('VolumePrune'),
    { volumes: [{ ...named('a'), undescribed: true }] },
    {},
    'volumes: removed against the rules',
  ],
  'a project that the Engine does not fully describe': [
    task('ComposeDown', { removeVolumes: true }),
    { containers: [container('c', { labels: member('todo') })] },
    { volumes: [{ ...named('a', project('todo')), undescribed: true }] },
    'containers: removed against the rules',
  ],
  'build cache by another task': [
    task('UnusedImagePrune'),
    { cacheRecords: [named('a', {})] },
    {},
    'cacheRecords: removed against the rules',
  ],
};

describe('the safety rules check the removal of', () => {
  const both = (one: Partial<Snapshot>, other: Partial<Snapshot>): Snapshot => {
    const all = Object.fromEntries(
      [...KINDS, 'services' as const].map((kind) => [kind, [...(one[kind] ?? []), ...(other[kind] ?? [])]]),
    );
    return { ...NOTHING, ...all };
  };

  test.each(Object.entries(CASES))('%s', (_, [task, gone, stays = {}, said]) => {
    const found = breaches(both(gone, stays), holding(stays), task);
    expect(found).toEqual(said === undefined ? [] : [expect.stringContaining(said)]);
  });

  test('objects, and find objects that appeared or changed', () => {
    const before = holding({ volumes: [named('a'), named('b')] });
    const after = holding({ volumes: [named('a'), { ...named('b'), line: 'b anew' }, named('c')] });
    expect(breaches(before, before, undefined)).toEqual([]);
    expect(breaches(before, after, task('VolumePrune'))).toEqual([
      expect.stringMatching(/volumes: changed: .*"b".* is now b anew/),
      expect.stringMatching(/volumes: appeared: .*"c"/),
    ]);
  });

  test('a container, which may also be only stopped if the task may have ended too early', () => {
    const running = container('c', { labels: member('todo'), state: 'running' });
    const before = holding({ containers: [running] });
    const after = holding({ containers: [{ ...running, state: 'exited', line: 'stopped' }] });
    const down = task('ComposeDown', todo);
    expect(breaches(before, after, down, true)).toEqual([]);
    expect(breaches(before, after, down)).toEqual([expect.stringContaining('containers: changed')]);
    expect(breaches(before, after, task('VolumePrune'), true)).toEqual([
      expect.stringContaining('containers: changed'),
    ]);
  });

  test('a tag, which a task that may have ended too early must put back', () => {
    const tagged = image('a', { tags: ['a:1', 'a:2'] });
    const after = (tags: string[]): Snapshot => holding({ images: [{ ...tagged, tags, line: 'tagged' }] });
    const before = holding({ images: [tagged] });
    const prune = task('UnusedImagePrune');
    expect(breaches(before, after(['a:1', 'a:2']), prune, true)).toEqual([]);
    expect(breaches(before, after(['a:1']), prune, true)).toEqual([
      expect.stringContaining('images: changed'),
    ]);
  });
});
