import fc from 'fast-check';

export type Labels = Readonly<Record<string, string>>;

/** Keys of labels. One is a prefix of another, so that a task that compares only prefixes fails. */
export const KEYS = ['app', 'application', `app"l'$ic*`] as const;

/** Values of labels: some are prefixes of each other, and others break code that does not quote them. */
export const VALUES = [
  'todo',
  'todobackend',
  'todobackend2',
  '',
  `it's "quoted"`,
  '$(touch /run/broken)',
  '`touch /run/broken`',
  'späte Grüße ☃',
  'a b  c',
  'key=value',
  '*',
  '; docker volume rm x #',
  'back\\slash\\n',
  'a|b',
  '[a-z]',
  '-f',
] as const;

const PROJECTS = ['todo', 'todobackend', 'todobackend2', 'todo-backend'] as const;
export const projects = fc.constantFrom(...PROJECTS, 'todo', 'todobackend', 'todobackend');

/** The labels in which Compose records a container's origin. */
export const WORKING_DIR_LABEL = 'com.docker.compose.project.working_dir';
export const CONFIG_FILES_LABEL = 'com.docker.compose.project.config_files';
/** The labels by which Compose v2 recognizes its own containers and distinguishes those of one service. */
export const CONFIG_HASH_LABEL = 'com.docker.compose.config-hash';
export const NUMBER_LABEL = 'com.docker.compose.container-number';
/** The label that Compose puts on containers that run hooks, instead of the one-off label. */
export const HOOK_LABEL = 'com.docker.compose.hook';
export const VERSION_LABEL = 'com.docker.compose.version';

/** The folder that contains the world's project folders and nothing else. */
export const PROJECTS_HOME = '/run/projects';
/** Project folders. The second is inside the first. A careless shell would split or execute the name of the third. */
export const DIRECTORIES = ['todo', 'todo/back end', `it's "$(touch /run/broken)" ☃`].map(
  (name) => `${PROJECTS_HOME}/${name}`,
);
/** One name contains a comma, because the label of containers joins the names with commas. */
export const COMPOSE_FILES = ['docker-compose.yml', `it's extra, $HOME.yml`] as const;

/** Tags of images. Some repositories are prefixes of others. One has a port, whose colon does not begin a tag. */
export const TAGS = ['todo', 'todobackend', 'localhost:5000/todo'].flatMap((repository) =>
  ['1', '2', '3', '4', '5', 'latest'].map((tag) => `${repository}:${tag}`),
);

export const IMAGE_PATTERNS = [
  'todo:*',
  '*:latest',
  'todo*:1',
  'todobackend:?',
  '*/*',
  'localhost:5000/*:[0-9]',
];
/** Patterns for the names of containers, volumes and networks. */
export const NAME_PATTERNS = ['c*', 'v?', '*_n*', 'todo*', '*[0-2]', '[!t]*', '7*0'];
export const PROJECT_PATTERNS = ['todo', 'todo*', '*2', 'todo?backend', '[!t]*', 'todo[a-c]*'];

/** Labels whose values are indexes into the world's values, so that tasks and objects often have the same ones. */
export type RawLabels = Readonly<Record<string, number>>;

const value = fc.constantFrom(0, 0, 0, 0, 0, 1, 2);
const [first, second, third] = KEYS;

export const labels: fc.Arbitrary<RawLabels> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ [first]: value }) },
  { weight: 2, arbitrary: fc.record({ [second]: value }) },
  { weight: 4, arbitrary: fc.record({ [first]: value, [second]: value }) },
  { weight: 1, arbitrary: fc.record({ [third]: value }) },
  { weight: 1, arbitrary: fc.constant({}) },
);

/** The labels by which a task selects. There is at least one. */
export const wanted: fc.Arbitrary<RawLabels> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ [first]: value }) },
  { weight: 3, arbitrary: fc.record({ [second]: value }) },
  { weight: 2, arbitrary: fc.record({ [first]: value, [second]: value }) },
  { weight: 1, arbitrary: fc.record({ [third]: value }) },
);

/** Replaces the indexes in labels with the world's values. */
export function resolve(raw: RawLabels, values: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(raw).map(([key, n]) => [key, values[n % values.length] ?? '']));
}

/** Generates true once in this many times. */
export function rarely(times: number): fc.Arbitrary<boolean> {
  return fc.nat(times - 1).map((n) => n === times - 1);
}

/** Generates something once in this many times, otherwise undefined. */
export function seldom<T>(times: number, something: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: times - 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: something },
  );
}
