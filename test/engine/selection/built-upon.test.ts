import { Duration } from 'aws-cdk-lib';
import { UnusedImagePrune } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { must } from '../support/images';
import { runTask } from '../support/run-task';
import { archive } from '../world/archive';
import { removeAll, takeSnapshot } from '../world/snapshot';

describeDocker('UnusedImagePrune where one image was built upon another', () => {
  const labels = { application: 'todobackend' };
  let host: PrivateHost;
  beforeAll(async () => {
    host = await startEngine(ENGINES['Engine 20.10, classic store, no Compose']);
  });
  afterAll(() => host.stop());
  beforeEach(async () => {
    await removeAll(host);
    const image = (day: number, name: string, parent?: number) => ({
      labels,
      created: `2026-01-0${day}T00:00:00Z`,
      tags: [`${name}:1`, `${name}:stable`],
      layers: ['base'],
      ...(parent !== undefined && { parent }),
    });
    const images = [image(1, 'base'), image(2, 'middle', 0), image(3, 'top', 1), image(4, 'other')];
    await must(host, 'base64 -d | docker load', archive(images));
  });

  const names = async (): Promise<string[]> =>
    (await takeSnapshot(host)).images.flatMap(({ tags }) => tags.map((tag) => tag.replace(/:.*/, ''))).sort();
  const task = (more: object): UnusedImagePrune =>
    new UnusedImagePrune({ labels, keepNewest: 0, olderThan: Duration.seconds(0), ...more });

  test('takes all in one run, as its dry run says', async () => {
    for (const dryRun of [true, false]) {
      expect((await runTask(host, task({}), dryRun)).result).toMatchObject({
        outcome: 'done',
        removed: { images: 4 },
      });
    }
    expect(await names()).toEqual([]);
  });

  test('leaves what another that stays was built upon', async () => {
    const { result } = await runTask(host, task({ exclude: ['middle'] }));
    expect(result).toMatchObject({ removed: { images: 2 }, passedOver: { excluded: 1, inUse: 1 } });
    expect(await names()).toEqual(['base', 'base', 'middle', 'middle']);
  });

  test('of a bounded number takes first what nothing was built upon', async () => {
    const left = [['base', 'middle', 'other'], ['base', 'other'], ['other'], []];
    for (const [n, rest] of left.entries()) {
      const { result } = await runTask(host, task({ maxRemovals: 1 }));
      expect(result).toMatchObject({ removed: { images: 1 } });
      expect([...new Set(await names())]).toEqual(rest);
      expect(result.passedOver?.capped ?? 0).toBe(3 - n);
    }
  });
});
