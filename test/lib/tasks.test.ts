import { Duration, Lazy, Size, Token } from 'aws-cdk-lib';
import {
  BuildCachePrune,
  ComposeDown,
  DanglingImagePrune,
  NetworkPrune,
  ShellTask,
  StoppedContainerPrune,
  UnusedImagePrune,
  VolumePrune,
} from '../../lib';

const unresolved = Token.asString({ Ref: 'Parameter' });
const unresolvedList = Token.asList({ Ref: 'Parameter' });
const unresolvedDuration = Duration.seconds(Lazy.number({ produce: () => 3600 }));
const labels = { application: 'todobackend' };

describe('ComposeDown', () => {
  test('takes down a project by name and leaves its volumes alone unless told', () => {
    const task = new ComposeDown({ project: 'todobackend' });
    expect(task._script.settings).toMatchObject({
      PROJECT: 'todobackend',
      DIRECTORY: '',
      FILES: '',
      REMOVE_VOLUMES: 'false',
      LABELS: '',
    });
    expect(new ComposeDown({ project: 'todobackend', removeVolumes: true })._script.settings).toMatchObject({
      REMOVE_VOLUMES: 'true',
    });
  });

  test('resolves files against the directory, which is brought into the form of the label', () => {
    const task = new ComposeDown({
      directory: '/srv//todo/../app/',
      files: ['compose.yml', '/etc/extra.yml'],
    });
    expect(task._script.settings).toMatchObject({
      PROJECT: '',
      DIRECTORY: '/srv/app',
      FILES: '/srv/app/compose.yml\n/etc/extra.yml',
    });
  });

  test.each([
    [{ project: 'todobackend' }, 'compose-down-todobackend'],
    [{ directory: '/srv/My App (β)' }, 'compose-down-My-App'],
    [{ directory: '/' }, 'compose-down'],
    [{ project: 'a'.repeat(80) }, `compose-down-${'a'.repeat(51)}`],
    [{ project: 'todobackend', name: 'Nightly_1' }, 'Nightly_1'],
  ])('is named after %j: %s', (props, name) => {
    expect(new ComposeDown(props).name).toBe(name);
  });

  test.each([
    [{}, 'ComposeDown', '{}', 'name the Compose project or its directory'],
    [{ project: 'a', labels }, 'ComposeDown', '{"project":"a"', 'make two tasks of it'],
    [{ project: 'a', olderThan: Duration.days(1) }, 'ComposeDown.olderThan', '', 'goes at any age'],
    [{ project: 'a', exclude: ['b*'] }, 'ComposeDown.exclude', '["b*"]', 'goes at any age'],
    [{ labels: {} }, 'ComposeDown.labels', '{}', 'give at least one label'],
    [{ labels, exclude: [''] }, 'ComposeDown.exclude', '""', 'give a shell pattern'],
    [{ labels, exclude: ['a\nb'] }, 'ComposeDown.exclude', '"a\\nb"', 'plain text on one line'],
    [{ labels, exclude: unresolvedList }, 'ComposeDown.exclude', '#{Token', 'give a literal value'],
    [{ project: 'a', whenDiskUsedAbove: 100 }, 'ComposeDown.whenDiskUsedAbove', '100', 'from 0 to 99'],
    [{ project: 'a', whenDiskUsedAbove: 0.5 }, 'ComposeDown.whenDiskUsedAbove', '0.5', 'a whole number'],
    [{ project: 'Todo Backend' }, 'ComposeDown.project', '"Todo Backend"', "'docker compose ls --all'"],
    [{ project: '' }, 'ComposeDown.project', '""', "'docker compose ls --all'"],
    [{ project: '-v' }, 'ComposeDown.project', '"-v"', "'docker compose ls --all'"],
    [{ project: 'a\nb' }, 'ComposeDown.project', '"a\\nb"', 'plain text on one line'],
    [{ project: unresolved }, 'ComposeDown.project', unresolved, 'give a literal value'],
    [{ directory: 'srv/app' }, 'ComposeDown.directory', '"srv/app"', "from '/' on"],
    [{ directory: '' }, 'ComposeDown.directory', '""', "from '/' on"],
    [{ directory: '/srv/app ' }, 'ComposeDown.directory', '"/srv/app "', "the project's name"],
    [{ directory: '/srv/\0' }, 'ComposeDown.directory', '"/srv/\\u0000"', 'plain text on one line'],
    [{ directory: '/srv/{{ app }}' }, 'ComposeDown.directory', '"/srv/{{ app }}"', "leave out '{{'"],
    [{ directory: unresolved }, 'ComposeDown.directory', unresolved, 'give a literal value'],
    [{ project: 'a', files: ['b.yml'] }, 'ComposeDown.files', '["b.yml"]', "give the project's directory"],
    [{ directory: '/srv', files: [''] }, 'ComposeDown.files', '""', 'give the path of a Compose file'],
    [{ directory: '/srv', files: ['a\nb'] }, 'ComposeDown.files', '"a\\nb"', 'plain text on one line'],
    [{ directory: '/srv', files: unresolvedList }, 'ComposeDown.files', '#{Token', 'give a literal value'],
    [
      { directory: '/srv', files: ['a', ...unresolvedList] },
      'ComposeDown.files',
      '#{Token',
      'give a literal value',
    ],
    [{ project: 'a', name: 'my task' }, 'ComposeDown.name', '"my task"', 'give 1 to 64 letters'],
    [{ project: 'a', name: '' }, 'ComposeDown.name', '""', 'give 1 to 64 letters'],
    [{ project: 'a', name: 'a'.repeat(65) }, 'ComposeDown.name', 'aaa', 'give 1 to 64 letters'],
    [{ project: 'a', name: 'host' }, 'ComposeDown.name', '"host"', 'give another name'],
    [{ project: 'a', name: unresolved }, 'ComposeDown.name', unresolved, 'give a literal value'],
    [
      { project: 'a', timeout: Duration.seconds(59) },
      'ComposeDown.timeout',
      'seconds(59)',
      '1 minute and 48 hours',
    ],
    [
      { project: 'a', timeout: Duration.seconds(172801) },
      'ComposeDown.timeout',
      'seconds(172801)',
      '48 hours',
    ],
    [
      { project: 'a', timeout: Duration.millis(90500) },
      'ComposeDown.timeout',
      'millis(90500)',
      'whole seconds',
    ],
    [{ project: 'a', timeout: unresolvedDuration }, 'ComposeDown.timeout', 'a token', 'give a literal value'],
  ])('refuses %j, naming property, value and remedy', (props, property, got, remedy) => {
    expect(() => new ComposeDown(props)).toThrow(sentence(property, got, remedy));
  });

  test.each([60, 172_800])('accepts a timeout of %d seconds', (seconds) => {
    expect(new ComposeDown({ project: 'a', timeout: Duration.seconds(seconds) }).timeout.toSeconds()).toBe(
      seconds,
    );
  });
});

describe('DanglingImagePrune', () => {
  test('asks for all labels and spares images of the last hour', () => {
    const task = new DanglingImagePrune({ labels: { application: 'todobackend', stage: 'it\'s "$(x)"' } });
    expect(task._script.settings).toMatchObject({
      LABELS: 'application=todobackend\nstage=it\'s "$(x)"',
      OLDER_THAN: '3600',
    });
    expect(task.name).toBe('dangling-image-prune-todobackend-it-s-x');
  });

  test('can be told to spare none for its age', () => {
    expect(new DanglingImagePrune({ labels, olderThan: Duration.seconds(0) })._script.settings).toMatchObject(
      {
        OLDER_THAN: '0',
      },
    );
  });

  test.each([
    [{ labels: {} }, 'DanglingImagePrune.labels', '{}', 'give at least one label'],
    [{ labels: { '': 'x' } }, 'DanglingImagePrune.labels', '""', 'LABEL key=value'],
    [{ labels: { 'a=b': 'x' } }, 'DanglingImagePrune.labels', '"a=b"', 'LABEL key=value'],
    [{ labels: { 'a b': 'x' } }, 'DanglingImagePrune.labels', '"a b"', 'LABEL key=value'],
    [{ labels: { 'a!': 'x' } }, 'DanglingImagePrune.labels', '"a!"', 'LABEL key=value'],
    [{ labels: { a: ' x' } }, 'DanglingImagePrune.labels["a"]', '" x"', 'by another label'],
    [{ labels: { [unresolved]: 'x' } }, 'DanglingImagePrune.labels', unresolved, 'give a literal value'],
    [{ labels: { a: unresolved } }, 'DanglingImagePrune.labels["a"]', unresolved, 'give a literal value'],
    [{ labels: { a: 'b\nc=d' } }, 'DanglingImagePrune.labels["a"]', '"b\\nc=d"', 'plain text on one line'],
    [{ labels: { a: '\ud800' } }, 'DanglingImagePrune.labels["a"]', '"\\ud800"', 'plain text on one line'],
    [{ labels: { a: '{{x}}' } }, 'DanglingImagePrune.labels["a"]', '"{{x}}"', "leave out '{{'"],
    [{ labels: { a: 1 as unknown as string } }, 'DanglingImagePrune.labels["a"]', '1', 'give a string'],
    [
      { labels: { 'docker-housekeeping.keep': 'true' } },
      'DanglingImagePrune.labels',
      '"docker-housekeeping.keep"',
      'select by another label',
    ],
    [{ labels, olderThan: Duration.millis(1) }, 'DanglingImagePrune.olderThan', 'millis(1)', 'whole seconds'],
    [
      { labels, olderThan: unresolvedDuration },
      'DanglingImagePrune.olderThan',
      'a token',
      'give a literal value',
    ],
    [{ labels, name: 'host' }, 'DanglingImagePrune.name', '"host"', 'give another name'],
  ])('refuses %j, naming property, value and remedy', (props, property, got, remedy) => {
    expect(() => new DanglingImagePrune(props)).toThrow(sentence(property, got, remedy));
  });
});

describe('ComposeDown by labels', () => {
  test('takes what is a week old and whatever its name, unless told otherwise', () => {
    expect(new ComposeDown({ labels })._script.settings).toMatchObject({
      PROJECT: '',
      LABELS: 'application=todobackend',
      OLDER_THAN: '604800',
      EXCLUDE: '',
      REMOVE_VOLUMES: 'false',
    });
    const task = new ComposeDown({ labels, olderThan: Duration.days(2), exclude: ['main', '*-lts'] });
    expect(task._script.settings).toMatchObject({ OLDER_THAN: '172800', EXCLUDE: 'main\n*-lts' });
    expect(task.name).toBe('compose-down-todobackend');
  });
});

describe('UnusedImagePrune', () => {
  test('keeps the newest of each repository and what is not a week old, unless told otherwise', () => {
    expect(new UnusedImagePrune({ labels })._script.settings).toMatchObject({
      LABELS: 'application=todobackend',
      OLDER_THAN: '604800',
      KEEP_NEWEST: '1',
      MAX_REMOVALS: '',
      EXCLUDE: '',
    });
    const told = {
      keepNewest: 0,
      maxRemovals: 5,
      exclude: ['*:latest', 'base'],
      olderThan: Duration.hours(1),
    };
    expect(new UnusedImagePrune({ labels, ...told })._script.settings).toMatchObject({
      OLDER_THAN: '3600',
      KEEP_NEWEST: '0',
      MAX_REMOVALS: '5',
      EXCLUDE: '*:latest\nbase',
    });
  });

  test.each([
    [{ keepNewest: -1 }, 'keepNewest', '-1', 'from 0 to 1000'],
    [{ keepNewest: 1.5 }, 'keepNewest', '1.5', 'a whole number'],
    [{ keepNewest: Token.asNumber({ Ref: 'Parameter' }) }, 'keepNewest', '', 'give a literal value'],
    [{ maxRemovals: 0 }, 'maxRemovals', '0', 'from 1 to 100000'],
    [{ exclude: ['a\nb'] }, 'exclude', '"a\\nb"', 'plain text on one line'],
    [{ exclude: ['{{x'] }, 'exclude', '"{{x"', "leave out '{{'"],
    [{ labels: {} }, 'labels', '{}', 'give at least one label'],
  ])('refuses %j', (props, property, got, remedy) => {
    expect(() => new UnusedImagePrune({ labels, ...props })).toThrow(
      sentence(`UnusedImagePrune.${property}`, got, remedy),
    );
  });
});

describe.each([
  ['StoppedContainerPrune', StoppedContainerPrune, 'stopped-container-prune-todobackend'],
  ['VolumePrune', VolumePrune, 'volume-prune-todobackend'],
] as const)('%s', (kind, Task, name) => {
  test('asks for all labels and spares what is not an hour old', () => {
    const task = new Task({ labels });
    expect(task._script).toMatchObject({
      kind,
      settings: { LABELS: 'application=todobackend', OLDER_THAN: '3600', WHEN_DISK_USED_ABOVE: '' },
    });
    expect(task.name).toBe(name);
    expect(new Task({ labels, whenDiskUsedAbove: 80 })._script.settings).toMatchObject({
      WHEN_DISK_USED_ABOVE: '80',
    });
  });

  test.each([
    [{ labels: {} }, 'labels', '{}', 'give at least one label'],
    [{ labels: { 'docker-housekeeping.keep': '' } }, 'labels', 'docker-housekeeping.keep', 'another label'],
    [{ labels, olderThan: unresolvedDuration }, 'olderThan', 'a token', 'give a literal value'],
    [{ labels, whenDiskUsedAbove: -1 }, 'whenDiskUsedAbove', '-1', 'from 0 to 99'],
  ])('refuses %j', (props, property, got, remedy) => {
    expect(() => new Task(props)).toThrow(sentence(`${kind}.${property}`, got, remedy));
  });
});

describe('NetworkPrune', () => {
  test('goes by labels, by what Compose left, or both', () => {
    expect(new NetworkPrune({ labels })._script.settings).toMatchObject({
      LABELS: 'application=todobackend',
      COMPOSE_LEFTOVERS: 'false',
      OLDER_THAN: '3600',
    });
    const leftovers = new NetworkPrune({ composeLeftovers: true });
    expect(leftovers._script.settings).toMatchObject({ LABELS: '', COMPOSE_LEFTOVERS: 'true' });
    expect(leftovers.name).toBe('network-prune-compose-leftovers');
  });

  test('refuses to go by nothing', () => {
    expect(() => new NetworkPrune({})).toThrow(sentence('NetworkPrune', '{}', 'say which networks'));
    expect(() => new NetworkPrune({ composeLeftovers: false })).toThrow(/say which networks/);
    expect(() => new NetworkPrune({ labels: {} })).toThrow(/give at least one label/);
  });
});

describe('BuildCachePrune', () => {
  test('spares what was used in the last day, and takes all else unless told how much stays', () => {
    expect(new BuildCachePrune()._script.settings).toMatchObject({ OLDER_THAN: '86400', KEEP_STORAGE: '' });
    const task = new BuildCachePrune({ olderThan: Duration.hours(2), keepStorage: Size.gibibytes(2) });
    expect(task._script.settings).toMatchObject({ OLDER_THAN: '7200', KEEP_STORAGE: '2147483648' });
  });

  test('refuses a size that is only known at deployment', () => {
    const keepStorage = Size.gibibytes(Token.asNumber({ Ref: 'Parameter' }));
    expect(() => new BuildCachePrune({ keepStorage })).toThrow(
      sentence('BuildCachePrune.keepStorage', 'a token', 'give a literal value'),
    );
  });
});

describe('ShellTask', () => {
  test('carries the script as it is', () => {
    const script = '#!/bin/sh\n\n  # why\necho "it\'s $HOME"\n';
    const task = new ShellTask({ script });
    expect(task._script.settings).toMatchObject({ SCRIPT: script, SUPPORTS_DRY_RUN: 'false' });
    expect(new ShellTask({ script, supportsDryRun: true })._script.settings).toMatchObject({
      SUPPORTS_DRY_RUN: 'true',
    });
  });

  test.each([
    ['', '""', 'give a script'],
    [' \n', '" \\n"', 'give a script'],
    ['docker ps --format "{{.ID}}"', '{{.ID}}', "write '{''{'"],
    ['echo\r\n', '\\r', 'plain text'],
    ['echo \0', '\\u0000', 'plain text'],
    ['\ud800', '\\ud800', 'plain text'],
    [unresolved, unresolved, 'give a literal value'],
  ])('refuses %j', (script, got, remedy) => {
    expect(() => new ShellTask({ script })).toThrow(sentence('ShellTask.script', got, remedy));
  });
});

/** An error that names these three, in this order. */
function sentence(property: string, got: string, remedy: string): RegExp {
  const literal = (part: string): string => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`^${literal(property)}: got .*${literal(got)}.*; .*${literal(remedy)}`, 's');
}
