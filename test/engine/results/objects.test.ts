import { Duration } from 'aws-cdk-lib';
import {
  ComposeDown,
  DanglingImagePrune,
  NetworkPrune,
  ShellTask,
  StoppedContainerPrune,
  UnusedImagePrune,
  VolumePrune,
} from '../../../lib';
import { KEEP_LABEL, type ListedObject } from '../../../lib/contract';
import { ONE_OFF_LABEL, PROJECT_LABEL } from '../../../local/host/inventory';
import { shellQuote } from '../../../lib/host/script';
import type { Host, PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { empty, ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { runDiskStep, runTask, SHELLS } from '../support/run-task';

const labels = { stage: 'preview' };
const LABELLED = '--label stage=preview';
const AT_ONCE = Duration.seconds(0);
const RIGHT_TO_LEFT = '\u202e';

/** What decides about an object, without what differs between runs. */
function told(objects: readonly ListedObject[]): string[] {
  return objects.map(({ fate, kind, id, name }) => `${fate} ${kind} ${name ?? id}`).sort();
}

describe.each(Object.entries(ENGINES))('%s', (engine, kind) => {
  describeDocker('the list of objects', () => {
    let host: PrivateHost;
    let shell: Host;
    beforeAll(async () => {
      host = await startEngine(kind);
      shell = host.withShell(SHELLS[Object.keys(ENGINES).indexOf(engine) % SHELLS.length]!);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
    });
    afterEach(() => empty(host));
    afterAll(() => host.stop());

    test('names why each candidate was kept, with its project', async () => {
      await must(
        host,
        `set -e; exec >/dev/null
        docker volume create ${LABELLED} --label ${PROJECT_LABEL}=shop shop_data
        docker volume create ${LABELLED} --label ${KEEP_LABEL}= kept_data
        docker volume create ${LABELLED} main_data
        docker volume create ${LABELLED} used_data
        docker create -v used_data:/data service true`,
      );
      const young = await runTask(shell, new VolumePrune({ labels, exclude: ['main_*'] }));
      expect(young.result).toMatchObject({ outcome: 'nothing', objects: 4 });
      expect(told(young.objects)).toEqual([
        'excluded volumes main_data',
        'inUse volumes used_data',
        'kept volumes kept_data',
        'young volumes shop_data',
      ]);
      expect(young.objects.find(({ fate }) => fate === 'young')).toEqual({
        fate: 'young',
        kind: 'volumes',
        id: 'shop_data',
        project: 'shop',
        age: '0m',
      });
      const { objects } = await runTask(
        shell,
        new VolumePrune({ labels, exclude: ['main_*'], olderThan: AT_ONCE }),
      );
      // What was removed comes first.
      expect(objects[0]).toMatchObject({ fate: 'removed', id: 'shop_data', project: 'shop' });
    });

    test('has the sizes of images as the Engine gives them, and their tags', async () => {
      await loadImage(host, { labels, tags: ['app:1', 'app:one'], payload: 'one' });
      await loadImage(host, { labels, payload: 'dangling', created: '2020-01-01T00:00:00Z' });
      const size = async (image: string): Promise<number> =>
        Number(await must(host, `docker image inspect --format '{{.Size}}' ${image}`));
      const [tagged, dangling] = [await size('app:1'), await size('$(docker image ls -qf dangling=true)')];
      const task = new UnusedImagePrune({ labels, keepNewest: 0, olderThan: AT_ONCE });
      const { result, objects } = await runTask(shell, task);
      expect(objects).toEqual([
        expect.objectContaining({ fate: 'removed', kind: 'images', size: tagged, name: 'app:1,app:one' }),
      ]);
      expect(result.sizeOfRemoved).toBe(tagged);
      const pruned = await runTask(shell, new DanglingImagePrune({ labels, olderThan: AT_ONCE }));
      expect(pruned.objects).toEqual([
        expect.objectContaining({ fate: 'removed', kind: 'images', size: dangling }),
      ]);
      expect(pruned.objects[0]).not.toHaveProperty('name');
    });

    test('escapes hostile names, and cuts long ones', async () => {
      const project = `shop ${RIGHT_TO_LEFT}"$(touch /run/broken)" \\ \x1b[2J`;
      const long = 'x'.repeat(4096);
      await must(
        host,
        `set -e; exec >/dev/null
        docker network create ${LABELLED} --label ${shellQuote(`${PROJECT_LABEL}=${project}`)} "net ${RIGHT_TO_LEFT}évil"
        docker create ${LABELLED} --label ${PROJECT_LABEL}=${long} --name web service true`,
      );
      const network = await runTask(shell, new NetworkPrune({ labels, olderThan: AT_ONCE }));
      expect(network.objects).toEqual([
        {
          fate: 'removed',
          kind: 'networks',
          id: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
          project: 'shop\\x20\\u202e\\"$(touch\\x20/run/broken)\\"\\x20\\\\\\x20\\x1b[2J',
          name: 'net\\x20\\u202e\\u00e9vil',
          age: '0m',
        },
      ]);
      const container = await runTask(shell, new StoppedContainerPrune({ labels, olderThan: AT_ONCE }));
      expect(container.objects).toEqual([
        expect.objectContaining({ kind: 'containers', name: 'web', project: `${'x'.repeat(252)}...` }),
      ]);
    });

    test('of ComposeDown names projects, what is kept in them, and what is left', async () => {
      const own = (name: string): string => `--label ${ONE_OFF_LABEL}=False --label ${PROJECT_LABEL}=${name}`;
      await must(
        host,
        `set -e; exec >/dev/null
        docker network create ${own('shop')} shop_default
        docker volume create ${own('shop')} --label ${KEEP_LABEL}= shop_kept
        docker volume create ${own('shop')} shop_data
        docker create ${own('shop')} --network shop_default -v /scratch --name shop_app service true
        docker create --network shop_default --name stranger service true`,
      );
      const task = new ComposeDown({ project: 'shop', removeVolumes: true });
      const dry = await runTask(shell, task, true);
      const { result, objects } = await runTask(shell, task);
      expect(result).toMatchObject({ outcome: 'failed', reason: 'leftovers' });
      const volumes = objects.filter(({ kind: one }) => one === 'volumes');
      expect(volumes.filter(({ fate }) => fate === 'removed')).toHaveLength(2);
      expect(told(objects.filter(({ id }) => !/^[0-9a-f]{64}$/.test(id)))).toEqual([
        'kept volumes shop_kept',
        'left networks shop_default',
        'removed containers shop_app',
        'removed projects shop',
        'removed volumes shop_data',
      ]);
      expect(
        told(dry.objects)
          .map((line) => line.replace('would-remove', 'removed'))
          .sort(),
      ).toEqual(told(objects));
    });

    test('of a project that is kept as a whole names it', async () => {
      const own = `--label ${ONE_OFF_LABEL}=False --label ${PROJECT_LABEL}=shop --label ${KEEP_LABEL}=`;
      await must(host, `docker create ${own} service true`);
      const { result, objects } = await runTask(shell, new ComposeDown({ project: 'shop' }));
      expect(result).toMatchObject({ outcome: 'skipped', reason: 'kept' });
      expect(objects).toEqual([{ fate: 'kept', kind: 'projects', id: 'shop' }]);
    });
  });
});

describeDocker('on a host', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await startEngine(Object.values(ENGINES)[0]!);
  });
  afterAll(() => host.stop());

  const script = (lines: string): ShellTask =>
    new ShellTask({ supportsDryRun: true, script: `printf '${lines.replaceAll('\n', '\\n')}\\n'` });

  test('a ShellTask lists what its script lists', async () => {
    const { objects } = await runTask(
      host,
      script(
        '{"outcome":"done","removed":{"images":1}}\nremoved image 0123456789ab 12B 3d - app:1\nkept volume data - - shop -',
      ),
    );
    expect(objects).toEqual([
      { fate: 'removed', kind: 'images', id: '0123456789ab', size: 12, age: '3d', name: 'app:1' },
      { fate: 'kept', kind: 'volumes', id: 'data', project: 'shop' },
    ]);
  });

  test.each<[what: string, lines: string, dryRun: boolean, message: RegExp]>([
    ['another line', '{"outcome":"done"}\nhello', false, /line 2 is not an object/],
    [
      'fewer objects than it counts',
      '{"outcome":"done","removed":{"images":2}}\nremoved image 01 - - - -',
      false,
      /it lists 1 objects of the kind image, and counts 2/,
    ],
    [
      'a removal in a dry run',
      '{"outcome":"done","removed":{"images":1}}\nremoved image 01 - - - -',
      true,
      /line 2 says removed in a dry run/,
    ],
    ['a hostile field', '{"outcome":"done"}\nkept image 01 - - - a\\033b', false, /line 2 is not an object/],
  ])('a ShellTask whose script lists %s has a broken result', async (_what, lines, dryRun, message) => {
    const { result, objects } = await runTask(host, script(lines), dryRun);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'broken-result' });
    expect(result.message).toMatch(message);
    expect(objects).toEqual([]);
  });

  test('a run that is skipped lists nothing of the run in progress', async () => {
    await must(host, `docker volume create ${LABELLED} data >/dev/null`);
    const task = new VolumePrune({ labels, olderThan: AT_ONCE });
    expect((await runTask(host, task)).objects).toHaveLength(1);
    const lock = '/run/docker-housekeeping/lock';
    await must(
      host,
      `(exec 9>>${lock}; flock 9; touch /run/locked; exec sleep 600) >/dev/null 2>&1 & echo $! >/run/locker`,
    );
    await must(host, 'until [ -e /run/locked ]; do sleep 0.1; done');
    const { result, objects } = await runTask(host, task);
    await must(host, 'kill "$(cat /run/locker)"; rm /run/locked');
    expect(result).toMatchObject({ outcome: 'skipped', reason: 'locked' });
    expect(objects).toEqual([]);
  });

  test('the step disk measures the disk as the step host does', async () => {
    const { result } = await runDiskStep(host, [script('{"outcome":"done"}')]);
    expect(result).toMatchObject({ v: 1, task: 'Disk', outcome: 'done', dryRun: false });
    expect(result.disk?.diskPercent).toBeGreaterThanOrEqual(0);
    expect(result.disk?.diskPercent).toBeLessThanOrEqual(100);
  });
});
