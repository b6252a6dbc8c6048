import { Duration, Token } from 'aws-cdk-lib';
import { DanglingImagePrune, UnusedImagePrune } from '../../../lib';
import { labels, sentence, unresolved, unresolvedDuration } from './refused';

describe('DanglingImagePrune', () => {
  test('requires all labels and by default keeps images of the last hour', () => {
    const task = new DanglingImagePrune({ labels: { application: 'todobackend', stage: 'it\'s "$(x)"' } });
    expect(task._script.settings).toMatchObject({
      LABELS: 'application=todobackend\nstage=it\'s "$(x)"',
      OLDER_THAN: '3600',
    });
    expect(task.name).toBe('dangling-image-prune-todobackend-it-s-x');
  });

  test('can select images of any age', () => {
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
    [{ labels: { a: '{{x}}' } }, 'DanglingImagePrune.labels["a"]', '"{{x}}"', "remove '{{'"],
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
    [{ labels, name: 'disk' }, 'DanglingImagePrune.name', '"disk"', 'give another name'],
  ])('refuses %j, naming property, value and remedy', (props, property, got, remedy) => {
    expect(() => new DanglingImagePrune(props)).toThrow(sentence(property, got, remedy));
  });
});

describe('UnusedImagePrune', () => {
  test('by default keeps the newest of each repository and images of the last week', () => {
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
    [{ exclude: ['a\nb'] }, 'exclude[0]', '"a\\nb"', 'plain text on one line'],
    [{ exclude: ['a', '{{x'] }, 'exclude[1]', '"{{x"', "remove '{{'"],
    [{ labels: {} }, 'labels', '{}', 'give at least one label'],
  ])('refuses %j', (props, property, got, remedy) => {
    expect(() => new UnusedImagePrune({ labels, ...props })).toThrow(
      sentence(`UnusedImagePrune.${property}`, got, remedy),
    );
  });
});
