import { Duration, Size, Token } from 'aws-cdk-lib';
import { BuildCachePrune, NetworkPrune, StoppedContainerPrune, VolumePrune } from '../../../lib';
import { labels, sentence, unresolvedDuration } from './refused';

describe.each([
  ['StoppedContainerPrune', StoppedContainerPrune, 'stopped-container-prune-todobackend'],
  ['VolumePrune', VolumePrune, 'volume-prune-todobackend'],
] as const)('%s', (kind, Task, name) => {
  test('requires all labels and by default keeps objects of the last hour', () => {
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
  test('selects by labels, by what Compose left, or both', () => {
    expect(new NetworkPrune({ labels })._script.settings).toMatchObject({
      LABELS: 'application=todobackend',
      COMPOSE_LEFTOVERS: 'false',
      OLDER_THAN: '3600',
    });
    const leftovers = new NetworkPrune({ composeLeftovers: true });
    expect(leftovers._script.settings).toMatchObject({ LABELS: '', COMPOSE_LEFTOVERS: 'true' });
    expect(leftovers.name).toBe('network-prune-compose-leftovers');
  });

  test('refuses to select by nothing', () => {
    expect(() => new NetworkPrune({})).toThrow(sentence('NetworkPrune', '{}', 'say which networks'));
    expect(() => new NetworkPrune({ composeLeftovers: false })).toThrow(/say which networks/);
    expect(() => new NetworkPrune({ labels: {} })).toThrow(/give at least one label/);
  });
});

describe('BuildCachePrune', () => {
  test('by default keeps what was used in the last day, and removes the rest', () => {
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
