import { Duration } from 'aws-cdk-lib';
import { UnusedImagePrune, type UnusedImagePruneProps } from '../../../lib';
import { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { loadImage, must } from '../support/images';
import { runTask } from '../support/run-task';
import { archive } from '../world/archive';
import { removeAll, takeSnapshot } from '../world/snapshot';

const labels = { application: 'todobackend' };

describeDocker('UnusedImagePrune', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await PrivateHost.start();
  });
  beforeEach(async () => {
    await removeAll(host);
    // The names say how many days old they are.
    for (const [days, ...tags] of IMAGES) {
      const created = new Date(Date.now() - days * 86_400_000).toISOString();
      await loadImage(host, { labels, created, payload: `${days}`, tags });
    }
  });
  afterAll(() => host.stop());

  const IMAGES: readonly [number, ...string[]][] = [
    [30, 'app:30', 'registry.example:5000/app:30'],
    [20, 'app:20'],
    [10, 'app:10', 'app:stable'],
    [5, 'registry.example:5000/app:5'],
    [1, 'app:1'],
  ];

  test.each<[string, Partial<UnusedImagePruneProps>, string[]]>([
    [
      'by default what is a week old, but the newest',
      {},
      ['app:10', 'app:20', 'app:30', 'app:stable', 'registry.example:5000/app:30'],
    ],
    ['the newest two of each repository stay', { keepNewest: 2 }, ['app:20']],
    [
      'none stays for being new',
      { keepNewest: 0, olderThan: Duration.days(3) },
      [
        'app:10',
        'app:20',
        'app:30',
        'app:stable',
        'registry.example:5000/app:30',
        'registry.example:5000/app:5',
      ],
    ],
    [
      'at most two, the oldest first',
      { maxRemovals: 2 },
      ['app:20', 'app:30', 'registry.example:5000/app:30'],
    ],
    ['a pattern of one name spares the image', { exclude: ['*:stable', 'app:3?'] }, ['app:20']],
    [
      'a pattern of a repository spares all of it',
      { exclude: ['registry.example:5000/*'] },
      ['app:10', 'app:20', 'app:stable'],
    ],
    [
      'a pattern is of the whole name',
      { exclude: ['app:', '20', 'pp'] },
      ['app:10', 'app:20', 'app:30', 'app:stable', 'registry.example:5000/app:30'],
    ],
  ])('%s', async (_what, props, gone) => {
    const before = await names();
    const task = new UnusedImagePrune({ labels, ...props });
    const dry = await runTask(host, task, true);
    expect(await names()).toEqual(before);
    const { result } = await runTask(host, task);
    const after = await names();
    expect(before.filter((name) => !after.includes(name))).toEqual(gone);
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
    expect(dry.result).toMatchObject({ removed: result.removed, passedOver: result.passedOver });
  });

  test('an image stays whole while another is there that was built upon it, as a dry run says', async () => {
    await removeAll(host);
    const created = '2026-01-01T00:00:00Z';
    const images = archive([
      { labels, created, tags: ['base:1', 'base:stable'], layers: ['base'] },
      { labels: {}, created, tags: ['child:1'], layers: ['base'], parent: 0 },
    ]);
    await must(host, 'base64 -d | docker load', images);
    const task = new UnusedImagePrune({ labels, keepNewest: 0, olderThan: Duration.seconds(0) });
    for (const dryRun of [true, false]) {
      const { result } = await runTask(host, task, dryRun);
      expect(result).toMatchObject({ outcome: 'nothing', removed: { images: 0 }, passedOver: { inUse: 1 } });
      expect(await names()).toEqual(['base:1', 'base:stable', 'child:1']);
    }
    await host.docker('image', 'rm', '--no-prune', 'child:1');
    expect((await runTask(host, task)).result).toMatchObject({ outcome: 'done', removed: { images: 1 } });
    expect(await names()).toEqual([]);
  });

  async function names(): Promise<string[]> {
    return (await takeSnapshot(host)).images.flatMap(({ tags }) => tags).sort();
  }
});
