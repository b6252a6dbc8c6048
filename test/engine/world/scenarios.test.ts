import fc from 'fast-check';
import { TASK_KINDS } from '../../../lib/tasks';
import { ONE_OFF_LABEL } from '../../../local/host/inventory';
import { CONFIG_FILES_LABEL, HOOK_LABEL, KEYS, WORKING_DIR_LABEL } from './alphabet';
import { imagine } from './imagine';
import { predict } from './model';
import { kept, KINDS, labelledProject } from './objects';
import type { ContainerPlan, ImagePlan, Scenario, TaskPlan, World } from './plan';
import { scenarios } from './world';

const SAMPLES = fc.sample(scenarios({ imageMounts: true }), { numRuns: 600, seed: 1 });

/** Returns the share of the sampled scenarios that match. */
function share(is: (scenario: Scenario) => boolean): number {
  return SAMPLES.filter(is).length / SAMPLES.length;
}

const everything = ({ images, containers, volumes, networks }: World) => [
  ...images,
  ...containers,
  ...volumes,
  ...networks,
];
const valuesIn = (world: World): string[] =>
  everything(world).flatMap(({ labels }) => KEYS.flatMap((key) => labels[key] ?? []));
const someContainer = (is: (container: ContainerPlan, world: World) => unknown) => (world: World) =>
  world.containers.some((container) => is(container, world));
const someTask = (is: (task: TaskPlan) => unknown) => (scenario: Scenario) => scenario.tasks.some(is);
/** Whether one of the texts is a prefix of another. */
const beginsAnother = (texts: readonly string[]): boolean =>
  texts.some((text) => text !== '' && texts.some((other) => other !== text && other.startsWith(text)));
/** Returns, for each folder, how many projects were started from it. */
const startedFrom = ({ containers, directories }: World): number[] =>
  directories.map(({ path, link }) => {
    const started = containers.filter(({ labels }) => [path, link].includes(labels[WORKING_DIR_LABEL] ?? ''));
    return new Set(started.map(labelledProject)).size;
  });
/** Whether a container inherits a project's labels from an image that matches. */
const inherits = (fits: (image: ImagePlan) => boolean) =>
  someContainer(({ labels, image }, { images }) => {
    const from = images[image];
    return labelledProject({ labels }) === undefined && from && labelledProject(from) && fits(from);
  });
/** Lists, for each project, the folders and files from which its containers were started. */
const origins = ({ containers }: World): string[][] => {
  const members = containers.filter((one) => labelledProject(one));
  return [...new Set(members.map(labelledProject))].map((name) => [
    ...new Set(
      members
        .filter((one) => labelledProject(one) === name)
        .map(({ labels }) => `${labels[WORKING_DIR_LABEL]} ${labels[CONFIG_FILES_LABEL]}`),
    ),
  ]);
};

/** The features that worlds must have often enough, so that tests find a task that handles one wrongly. */
const FEATURES: Readonly<Record<string, (world: World) => unknown>> = {
  'an image with a tag': ({ images }) => images.some(({ tags }) => tags.length > 0),
  'an image without a tag': ({ images }) => images.some(({ tags }) => tags.length === 0),
  'an image with several tags': ({ images }) => images.some(({ tags }) => tags.length > 1),
  'an image that was tagged again later': ({ retags }) => retags.length > 0,
  'images that share one of several layers': ({ images }) =>
    images.filter(({ shared, own }) => shared > 1 || own).length > 1,
  'an image with a layer of its own': ({ images }) => images.some(({ own }) => own),
  'an image that another was built on': ({ images }) => images.some(({ parent }) => parent !== undefined),
  'an image that Compose built': ({ images }) => images.some((image) => labelledProject(image) !== undefined),
  'an image from 1970': ({ images }) => images.some(({ age }) => age === 'epoch'),
  'an image from tomorrow': ({ images }) => images.some(({ age }) => typeof age === 'number' && age < 0),
  'an image some minutes old': ({ images }) => images.some(({ age }) => age === 300),
  'a key that is a prefix of another': (world) =>
    beginsAnother([
      ...new Set(everything(world).flatMap(({ labels }) => KEYS.filter((key) => key in labels))),
    ]),
  'a value that is a prefix of another': (world) => beginsAnother(valuesIn(world)),
  'a value with a space': (world) => valuesIn(world).some((value) => value.includes(' ')),
  'a value with quotes': (world) => valuesIn(world).some((value) => /['"]/.test(value)),
  'a value with characters outside ASCII': (world) =>
    valuesIn(world).some((value) => /[^\x20-\x7e]/.test(value)),
  'a value that a shell would run': (world) => valuesIn(world).some((value) => /[$`;|]/.test(value)),
  'a value that a shell would read as a pattern': (world) =>
    valuesIn(world).some((value) => /[*[]/.test(value)),
  'an empty value': (world) => valuesIn(world).includes(''),
  'a running container': someContainer(({ state }) => state === 'running'),
  'an exited container': someContainer(({ state }) => state === 'exited'),
  'a container that never ran': someContainer(({ state }) => state === 'created'),
  'a one-off container': someContainer(({ labels }) => labels[ONE_OFF_LABEL] === 'True'),
  "a project's container with a volume of the project": someContainer((container, { volumes }) =>
    volumes.some(
      (volume) =>
        container.volumes.includes(volume.name) &&
        labelledProject(volume) !== undefined &&
        labelledProject(volume) === labelledProject(container),
    ),
  ),
  "a project's container with an external volume": someContainer((container, { volumes }) =>
    volumes.some(
      (volume) =>
        container.volumes.includes(volume.name) &&
        labelledProject(container) !== undefined &&
        labelledProject(volume) !== labelledProject(container),
    ),
  ),
  'a container with volumes of another': someContainer(({ volumesFrom }) => volumesFrom),
  'an anonymous volume': someContainer(({ anonymous }) => anonymous === 'plain'),
  'an anonymous volume with the keep label': someContainer(({ anonymous }) => anonymous === 'kept'),
  'a volume that looks anonymous': ({ volumes }) => volumes.some(({ name }) => /^[0-9a-f]{64}$/.test(name)),
  'a container on a network': someContainer(({ network }) => network),
  'a network without a container': ({ networks, containers }) =>
    networks.some(({ name }) => containers.every(({ network }) => network !== name)),
  'several projects': (world) =>
    new Set(everything(world).flatMap((one) => labelledProject(one) ?? [])).size > 1,
  'a project without containers': ({ containers, volumes, networks }) =>
    [...volumes, ...networks].some(
      (one) =>
        labelledProject(one) !== undefined &&
        !containers.some((other) => labelledProject(other) === labelledProject(one)),
    ),
  'a project to be kept': someContainer((one) => kept(one) && labelledProject(one) !== undefined),
  'an image to be kept': ({ images }) => images.some(kept),
  'a container to be kept': ({ containers }) => containers.some(kept),
  'a volume to be kept': ({ volumes }) => volumes.some(kept),
  'a network to be kept': ({ networks }) => networks.some(kept),
  'a project started from a folder': (world) => Math.max(0, ...startedFrom(world)) > 0,
  'two projects started from one folder': (world) => Math.max(0, ...startedFrom(world)) > 1,
  'a project started through a link': someContainer(({ labels }) =>
    labels[WORKING_DIR_LABEL]?.endsWith('-link'),
  ),
  'build cache': ({ builds }) => builds > 0,
  'a container without Compose from an image that Compose built': inherits(
    ({ labels }) => !(ONE_OFF_LABEL in labels),
  ),
  'a container that runs a hook': someContainer(({ labels }) => HOOK_LABEL in labels),
  'a project that was started in two ways': (world) => origins(world).some(({ length }) => length > 1),
  'a container that mounts an image': someContainer(({ mount }) => mount),
};

/** Features that are rare, because they take long or leave a task nothing to remove. */
const RARITIES: typeof FEATURES = {
  'a copy of a container of a project': inherits(
    ({ labels }) => ONE_OFF_LABEL in labels || HOOK_LABEL in labels,
  ),
  'a container with an empty project name': someContainer((one) => labelledProject(one) === ''),
  'a mounted image whose tag moves to another': ({ retags }) => retags.some(({ late }) => late),
  'a volume of a plug-in': ({ volumes }) => volumes.some(({ driver }) => driver === 'plug-in'),
  'a volume that the Engine does not describe': ({ volumes }) =>
    volumes.some(({ driver }) => driver === 'plug-in, undescribed'),
  'a service of a swarm that holds a volume': ({ services }) =>
    services.some(({ volumes }) => volumes.length > 0),
  'a service of a swarm that holds a network': ({ services }) => services.some(({ network }) => network),
};

/** The tasks that the scenarios must have often enough. */
const TASKS: Readonly<Record<string, (task: TaskPlan) => unknown>> = {
  'ComposeDown by name': ({ project }) => project,
  'ComposeDown by labels': ({ kind, labels }) => kind === 'ComposeDown' && labels,
  'ComposeDown by directory': ({ directory, files }) => directory !== undefined && files === undefined,
  'ComposeDown by directory and files': ({ files }) => files,
  'ComposeDown with volumes': ({ removeVolumes }) => removeVolumes,
  ...Object.fromEntries(Object.keys(TASK_KINDS).map((name) => [name, ({ kind }: TaskPlan) => kind === name])),
  'a condition that is always met': ({ whenDiskUsedAbove }) => whenDiskUsedAbove === 0,
  'a condition that is never met': ({ whenDiskUsedAbove }) => whenDiskUsedAbove === 99,
  'an age that keeps new objects': ({ olderThan = 1 }) => olderThan > 0,
};

describe('random worlds', () => {
  test.each(Object.entries(FEATURES))('have %s in at least 5 % of all', (_, has) => {
    expect(share(({ world }) => Boolean(has(world)))).toBeGreaterThanOrEqual(0.05);
  });

  test.each(Object.entries(RARITIES))('have %s in at least 1 %% of all', (_, has) => {
    expect(share(({ world }) => Boolean(has(world)))).toBeGreaterThanOrEqual(0.01);
  });

  test('are the same on every host, apart from what it does not support', () => {
    const elsewhere = fc.sample(scenarios({ imageMounts: false }), { numRuns: 600, seed: 1 });
    const volumes = ({ world }: Scenario) => world.volumes;
    expect(elsewhere.map(volumes)).toEqual(SAMPLES.map(volumes));
    expect(elsewhere.some(({ world }) => FEATURES['a container that mounts an image']?.(world))).toBe(false);
  });
});

describe('random tasks', () => {
  test('have a failing call of the Docker CLI in at least 5 % of all scenarios, in each way', () => {
    expect(share(({ fault }) => fault !== undefined)).toBeGreaterThanOrEqual(0.05);
    const ways = SAMPLES.flatMap(({ fault }) =>
      fault ? `${fault.how}, ${fault.late ? 'late' : 'at once'}` : [],
    );
    expect(new Set(ways).size).toBe(4);
  });

  test.each(Object.entries(TASKS))('are %s in at least 5 %% of all scenarios', (_, is) => {
    expect(share(someTask(is))).toBeGreaterThanOrEqual(0.05);
  });

  test('of every kind often have something to remove, and otherwise fail, are skipped or find nothing', () => {
    const now = Date.now() / 1000;
    const all = SAMPLES.flatMap(({ world, tasks }) => {
      const state = imagine(world, now);
      return tasks.map((task) => ({ task, prediction: predict(state, task, now, world.directories) }));
    });
    const fruitful = all.filter(({ prediction: { gone } }) => KINDS.some((kind) => gone[kind].length > 0));
    expect(fruitful.length / all.length).toBeGreaterThan(0.5);
    for (const kind of new Set(all.map(({ task }) => task.kind))) {
      const of = (some: typeof all): number => some.filter(({ task }) => task.kind === kind).length;
      expect(of(fruitful) / of(all)).toBeGreaterThan(0.3);
    }
    expect(new Set(all.map(({ prediction: { outcome, reason } }) => reason ?? outcome))).toEqual(
      new Set([
        ...['done', 'nothing', 'leftovers', 'kept', 'disk-not-full'],
        ...['directory-missing', 'compose-file-missing', 'ambiguous-project', 'engine-error'],
      ]),
    );
  });
});
