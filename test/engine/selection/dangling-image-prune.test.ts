import { Duration } from 'aws-cdk-lib';
import { KEEP_LABEL } from '../../../lib/contract';
import { DanglingImagePrune } from '../../../lib';
import { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { loadImage, must } from '../support/images';
import { runTask, SHELLS } from '../support/run-task';
import { difference, stateOf } from '../support/state';
import { removeAll } from '../world/snapshot';

const application = { application: 'todobackend' };
const task = new DanglingImagePrune({ labels: application });

describeDocker('DanglingImagePrune on a real Engine', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await PrivateHost.start();
  });
  beforeEach(async () => {
    await removeAll(host);
    await loadImage(host, { tags: ['todobackend:latest'], busybox: true, labels: application });
  });
  afterAll(() => host.stop());

  test.each(SHELLS)('under %s removes what it must and nothing else', async (shell) => {
    const wanted = [
      await loadImage(host, { labels: application }),
      await loadImage(host, { labels: { ...application, stage: 'test' } }),
    ];
    await loadImage(host, { labels: { application: 'todobackend2' } });
    await loadImage(host, { labels: { application: 'todo' } });
    await loadImage(host, { labels: { other: 'todobackend' } });
    await loadImage(host);
    await loadImage(host, { labels: application, tags: ['todobackend:release'] });
    await loadImage(host, { labels: { ...application, [KEEP_LABEL]: '' } });
    await loadImage(host, { labels: application, created: new Date(Date.now() - 3_500_000).toISOString() });
    const stopped = await loadImage(host, { labels: application });
    await host.docker('create', '--name', 'stopped', stopped, 'true');
    const running = await loadImage(host, { labels: application, busybox: true });
    await host.docker('run', '-d', '--name', 'running', running, 'exec /bin/busybox sleep 1000');

    const before = await stateOf(host);
    const dry = await runTask(host.withShell(shell), task, true);
    expect(await stateOf(host)).toEqual(before);
    const { result, exitCode } = await runTask(host.withShell(shell), task);

    expect(difference(before, await stateOf(host))).toEqual({
      gone: wanted.map((id) => `image ${id} []`).sort(),
      come: [],
    });
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({
      outcome: 'done',
      dryRun: false,
      removed: { images: 2 },
      passedOver: { inUse: 2, young: 1, kept: 1 },
    });
    expect(dry.result).toMatchObject({
      outcome: 'done',
      dryRun: true,
      removed: { images: 2 },
      passedOver: result.passedOver,
    });
    expect(dry.result.bytesReclaimed).toBeUndefined();
  });

  test('all of several labels must match', async () => {
    const both = await loadImage(host, { labels: { ...application, stage: 'test' } });
    await loadImage(host, { labels: application });
    const before = await stateOf(host);
    await runTask(host, new DanglingImagePrune({ labels: { ...application, stage: 'test' } }));
    expect(difference(before, await stateOf(host)).gone).toEqual([`image ${both} []`]);
  });

  test.each([
    `it's "quoted"`,
    '$(touch /run/broken)',
    '`touch /run/broken`',
    'späte Grüße',
    'a b  c',
    '; docker rm x #',
    '*',
  ])('a label value %j reaches the Engine unchanged', async (value) => {
    const wanted = await loadImage(host, { labels: { application: value } });
    const before = await stateOf(host);
    const { result } = await runTask(host, new DanglingImagePrune({ labels: { application: value } }));
    expect(result.removed).toEqual({ images: 1 });
    expect(difference(before, await stateOf(host)).gone).toEqual([`image ${wanted} []`]);
    await expect(must(host, 'ls /run/broken')).rejects.toThrow('No such file');
  });

  test.each([
    ['two hours ago, in a time zone east', -2 * 3600, '+05:30', 1],
    ['half an hour ago, in a time zone west', -1800, '-08:00', 0],
    ['half an hour ago, in UTC', -1800, 'Z', 0],
  ])('the age of an image created %s', async (_when, seconds, zone, images) => {
    const [, sign, hours, minutes] = /^([+-])(..):(..)$/.exec(zone) ?? [zone, '+', '0', '0'];
    const offset = (Number(hours) * 60 + Number(minutes)) * 60 * (sign === '-' ? -1 : 1);
    const created = new Date(Date.now() + (seconds + offset) * 1000).toISOString().slice(0, 19) + zone;
    await loadImage(host, { labels: application, created });
    expect((await runTask(host, task)).result.removed?.images ?? 0).toBe(images);
  });

  test('an image with a fabricated creation time is as old as its last tag', async () => {
    const id = await loadImage(host, {
      labels: application,
      created: '1970-01-01T00:00:00Z',
      tags: ['built:now'],
    });
    await host.docker('tag', id, 'built:again'); // `docker load` records no time
    await host.docker('rmi', 'built:now');
    await loadImage(host, { labels: application, tags: ['built:again'] });
    const before = await stateOf(host);
    expect(before).toContain(`image ${id} []`);
    const { result } = await runTask(host, task);
    expect(result).toMatchObject({ outcome: 'nothing', passedOver: { young: 1 } });
    expect(await stateOf(host)).toEqual(before);
  });

  test('counts the bytes that the file system regained', async () => {
    await loadImage(host, { labels: application, payload: 'x'.repeat(5_000_000) });
    const { result } = await runTask(host, task);
    expect(result.bytesReclaimed).toBeGreaterThan(4_900_000);
    expect(result.bytesReclaimed).toBeLessThan(6_000_000);
  });

  test('removes more images than one command takes', async () => {
    for (let n = 0; n < 33; n++) await loadImage(host, { labels: application });
    expect((await runTask(host, task)).result.removed).toEqual({ images: 33 });
    expect((await runTask(host, task)).result).toMatchObject({ outcome: 'nothing' });
  });

  test('without an age, it removes images that were just built', async () => {
    await loadImage(host, { labels: application, created: new Date().toISOString() });
    const now = new DanglingImagePrune({ labels: application, olderThan: Duration.seconds(0) });
    expect((await runTask(host, now)).result.removed).toEqual({ images: 1 });
  });
});

describeDocker('DanglingImagePrune on the containerd image store', () => {
  test('removes the same: dangling, labelled, old enough, unused, not kept', async () => {
    const host = await PrivateHost.start({ toolchain: 'sid', imageStore: 'containerd' });
    try {
      expect(await host.docker('info', '--format', '{{json .DriverStatus}}')).toContain(
        'containerd.snapshotter',
      );
      const others = [
        await loadImage(host, { labels: { application: 'other' } }),
        await loadImage(host, { labels: application, tags: ['todobackend:release'] }),
        await loadImage(host, { labels: { ...application, [KEEP_LABEL]: '' } }),
      ];
      const before = await stateOf(host);
      expect(before.filter((line) => line.startsWith('image'))).toHaveLength(others.length);
      const used = await makeDangling(host, 'used');
      await host.docker('create', '--name', 'user', used, 'x');
      const withUser = await stateOf(host);
      await makeDangling(host, 'one');
      await makeDangling(host, 'two');

      // The store counts the age of a dangling image from the moment it became one, which is now.
      expect((await runTask(host, task)).result).toMatchObject({
        outcome: 'nothing',
        passedOver: { young: 2, inUse: 1 },
      });
      const { result } = await runTask(
        host,
        new DanglingImagePrune({ labels: application, olderThan: Duration.seconds(0) }),
      );
      expect(result).toMatchObject({
        outcome: 'done',
        removed: { images: 2 },
        passedOver: { inUse: 1, kept: 1 },
      });
      expect(await stateOf(host)).toEqual(withUser);
    } finally {
      await host.stop();
    }
  });
});

/** @returns the identifier of the image, which on this store is not that of its configuration */
async function makeDangling(host: PrivateHost, payload: string): Promise<string> {
  const list = async (): Promise<string[]> =>
    (await host.docker('image', 'ls', '-q', '--no-trunc', '-f', 'dangling=true')).split('\n');
  const known = await list();
  await loadImage(host, { labels: application, payload });
  const made = (await list()).find((id) => !known.includes(id));
  if (made === undefined) throw new Error('the Engine lists no new dangling image');
  return made;
}
