import { Duration } from 'aws-cdk-lib';
import { ComposeDown } from '../../../lib';
import { labels, sentence, unresolved, unresolvedDuration, unresolvedList } from './refused';

describe('ComposeDown', () => {
  test('takes down a project by name and keeps its volumes by default', () => {
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

  test('resolves files against the directory, and gives it the form of the label', () => {
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
    [{}, 'ComposeDown', '{}', 'give the name of the Compose project, its directory'],
    [{ project: 'a', labels }, 'ComposeDown', '{"project":"a"', 'split it into two tasks'],
    [{ project: 'a', olderThan: Duration.days(1) }, 'ComposeDown.olderThan', '', 'taken down at any age'],
    [{ project: 'a', exclude: ['b*'] }, 'ComposeDown.exclude', '["b*"]', 'taken down at any age'],
    [{ labels: {} }, 'ComposeDown.labels', '{}', 'give at least one label'],
    [{ labels, exclude: ['a', ''] }, 'ComposeDown.exclude[1]', '""', 'give a shell pattern'],
    [{ labels, exclude: ['a\nb'] }, 'ComposeDown.exclude[0]', '"a\\nb"', 'plain text on one line'],
    [{ labels, exclude: unresolvedList }, 'ComposeDown.exclude', '#{Token', 'give a literal value'],
    [{ project: 'a', whenDiskUsedAbove: 100 }, 'ComposeDown.whenDiskUsedAbove', '100', 'from 0 to 99'],
    [{ project: 'a', whenDiskUsedAbove: 0.5 }, 'ComposeDown.whenDiskUsedAbove', '0.5', 'a whole number'],
    [{ project: 'Todo Backend' }, 'ComposeDown.project', '"Todo Backend"', "'docker compose ls --all'"],
    [{ project: '' }, 'ComposeDown.project', '""', "'docker compose ls --all'"],
    [{ project: '-v' }, 'ComposeDown.project', '"-v"', "'docker compose ls --all'"],
    [{ project: 'a\nb' }, 'ComposeDown.project', '"a\\nb"', 'plain text on one line'],
    [{ project: unresolved }, 'ComposeDown.project', unresolved, 'give a literal value'],
    [{ directory: 'srv/app' }, 'ComposeDown.directory', '"srv/app"', "beginning with '/'"],
    [{ directory: '' }, 'ComposeDown.directory', '""', "beginning with '/'"],
    [
      { directory: '/srv/app ' },
      'ComposeDown.directory',
      '"/srv/app "',
      "by its name, with 'project', instead",
    ],
    [{ directory: '/srv/\0' }, 'ComposeDown.directory', '"/srv/\\u0000"', 'plain text on one line'],
    [{ directory: '/srv/{{ app }}' }, 'ComposeDown.directory', '"/srv/{{ app }}"', "remove '{{'"],
    [{ directory: unresolved }, 'ComposeDown.directory', unresolved, 'give a literal value'],
    [{ project: 'a', files: ['b.yml'] }, 'ComposeDown.files', '["b.yml"]', "give the project's directory"],
    [
      { directory: '/srv', files: ['a', ''] },
      'ComposeDown.files[1]',
      '""',
      'give the path of a Compose file',
    ],
    [{ directory: '/srv', files: ['a\nb'] }, 'ComposeDown.files[0]', '"a\\nb"', 'plain text on one line'],
    [{ directory: '/srv', files: unresolvedList }, 'ComposeDown.files', '#{Token', 'give a literal value'],
    [
      { directory: '/srv', files: ['a', ...unresolvedList] },
      'ComposeDown.files[1]',
      '#{Token',
      'give a literal value',
    ],
    [{ project: 'a', name: 'my task' }, 'ComposeDown.name', '"my task"', 'give 1 to 64 letters'],
    [{ project: 'a', name: '' }, 'ComposeDown.name', '""', 'give 1 to 64 letters'],
    [{ project: 'a', name: 'a'.repeat(65) }, 'ComposeDown.name', 'aaa', 'give 1 to 64 letters'],
    [{ project: 'a', name: 'host' }, 'ComposeDown.name', '"host"', 'give another name'],
    [{ project: 'a', name: 'disk' }, 'ComposeDown.name', '"disk"', 'give another name'],
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

describe('ComposeDown by labels', () => {
  test('by default selects projects of any name that are a week old', () => {
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
