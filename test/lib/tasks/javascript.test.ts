import { Duration } from 'aws-cdk-lib';
import type { HousekeepingTask } from '../../../lib';
import { CONSTRUCTORS, FEWEST } from '../../support/tasks';
import { labels, sentence } from './refused';

function make(kind: string, props?: unknown): () => HousekeepingTask {
  return () => new CONSTRUCTORS[kind]!(props);
}

describe.each(Object.entries(FEWEST))('%s', (kind, needed) => {
  test.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['abc', '"abc"'],
    [['a'], '["a"]'],
  ])('refuses %j for its properties', (props, got) => {
    if (props === undefined && Object.keys(needed).length === 0) expect(make(kind, props)).not.toThrow();
    else expect(make(kind, props)).toThrow(sentence(kind, got, 'give the properties of the task'));
  });

  test.each([
    ['name', 5, '5', 'give a string'],
    ['timeout', 5, '5', 'give a Duration, e.g. Duration.hours(1)'],
    ['timeout', '10 minutes', '"10 minutes"', 'give a Duration'],
    ['whenDiskUsedAbove', NaN, 'NaN', 'give a whole number from 0 to 99'],
    ['whenDiskUsedAbove', Infinity, 'Infinity', 'from 0 to 99'],
    ['whenDiskUsedAbove', '80', '"80"', 'give a whole number from 0 to 99'],
    ['whenDiskUsedAbove', null, 'null', 'give a whole number from 0 to 99'],
  ])('refuses %s: %p', (property, value, got, remedy) => {
    expect(make(kind, { ...needed, [property]: value })).toThrow(
      sentence(`${kind}.${property}`, got, remedy),
    );
  });
});

/** A list without a first item. */
const SPARSE: string[] = Object.assign([], { 1: 'a' });

const BY_LABELS = Object.entries(FEWEST).flatMap(([kind, props]) => ('labels' in props ? kind : []));

describe.each(BY_LABELS)('%s', (kind) => {
  test.each([
    [null, 'null'],
    ['a=b', '"a=b"'],
    [['a=b'], '["a=b"]'],
  ])('refuses labels: %j', (given, got) => {
    expect(make(kind, { labels: given })).toThrow(sentence(`${kind}.labels`, got, 'give at least one label'));
  });
});

const HAVE_EXCLUDE = BY_LABELS.filter((kind) => kind !== 'DanglingImagePrune');

describe.each([...BY_LABELS, 'BuildCachePrune'])('%s', (kind) => {
  test.each([
    [5, '5', 'give a Duration, e.g. Duration.hours(1)'],
    [{ days: 1 }, '{"days":1}', 'give a Duration'],
  ])('refuses olderThan: %j', (olderThan, got, remedy) => {
    expect(make(kind, { ...FEWEST[kind as keyof typeof FEWEST], olderThan })).toThrow(
      sentence(`${kind}.olderThan`, got, remedy),
    );
  });
});

test.each(BY_LABELS.filter((kind) => !/^(ComposeDown|NetworkPrune)$/.test(kind)))(
  '%s refuses missing labels',
  (kind) => {
    expect(make(kind, {})).toThrow(sentence(`${kind}.labels`, 'undefined', 'give at least one label'));
  },
);

describe.each(HAVE_EXCLUDE)('%s', (kind) => {
  test.each([
    ['abc', 'exclude', '"abc"', "give a list, e.g. ['release-*']"],
    [['a', 'b', 5], 'exclude[2]', '5', 'give a string'],
    [['a', ''], 'exclude[1]', '""', "give a shell pattern, e.g. 'release-*'"],
    [SPARSE, 'exclude[0]', 'undefined', 'give a string'],
  ])('refuses exclude: %j', (exclude, property, got, remedy) => {
    expect(make(kind, { labels, exclude })).toThrow(sentence(`${kind}.${property}`, got, remedy));
  });
});

test.each<[string, object, string, string, string]>([
  ['ComposeDown', { directory: '/srv', files: 'abc' }, 'files', '"abc"', "give a list, e.g. ['compose.yml']"],
  ['ComposeDown', { directory: '/srv', files: ['a', 5] }, 'files[1]', '5', 'give a string'],
  ['ComposeDown', { directory: '/srv', files: SPARSE }, 'files[0]', 'undefined', 'give a string'],
  ['ComposeDown', { project: 'a', files: 'abc' }, 'files', '"abc"', "give the project's directory"],
  ['ComposeDown', { labels: { a: null } }, 'labels["a"]', 'null', 'give a string'],
  ['ComposeDown', { project: 5 }, 'project', '5', 'give a string'],
  ['ComposeDown', { directory: 5 }, 'directory', '5', 'give a string'],
  // The script would remove volumes on any value but 'false'.
  ['ComposeDown', { project: 'a', removeVolumes: 'no' }, 'removeVolumes', '"no"', 'give true or false'],
  ['NetworkPrune', { composeLeftovers: 'no' }, 'composeLeftovers', '"no"', 'give true or false'],
  ['ShellTask', { script: 'echo', supportsDryRun: 1 }, 'supportsDryRun', '1', 'give true or false'],
  ['ShellTask', {}, 'script', 'undefined', 'give the script'],
  ['ShellTask', { script: ['echo'] }, 'script', '["echo"]', 'give the script'],
  ['UnusedImagePrune', { labels, keepNewest: '2' }, 'keepNewest', '"2"', 'from 0 to 1000'],
  ['UnusedImagePrune', { labels, maxRemovals: NaN }, 'maxRemovals', 'NaN', 'from 1 to 100000'],
])('%s refuses %j', (kind, props, property, got, remedy) => {
  expect(make(kind, props)).toThrow(sentence(`${kind}.${property}`, got, remedy));
});

test('shows a Duration in a message as you wrote it, at any place', () => {
  const olderThan = Duration.days(1);
  expect(make('ComposeDown', { project: 'a', olderThan })).toThrow(
    'ComposeDown.olderThan: got "Duration.days(1)", which needs \'labels\'; remove it, because one project by name or directory is taken down at any age',
  );
  expect(make('ComposeDown', { project: 'a', labels, olderThan })).toThrow('"olderThan":"Duration.days(1)"}');
});
