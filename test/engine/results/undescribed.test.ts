import { Duration } from 'aws-cdk-lib';
import {
  ComposeDown,
  DanglingImagePrune,
  type HousekeepingTask,
  NetworkPrune,
  StoppedContainerPrune,
  UnusedImagePrune,
  VolumePrune,
} from '../../../lib';
import { ONE_OFF_LABEL, PROJECT_LABEL } from '../../../local/host/inventory';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { interpose, leaveAlone } from '../support/interpose';
import { runTask, type TaskRun } from '../support/run-task';
import { difference, stateOf } from '../support/state';
import { removeAll } from '../world/snapshot';
import { DRIVER, setMood, startPlugIn, UNDESCRIBED } from '../world/plug-in';

const labels = { stage: 'preview' };
const LABELLED = '--label stage=preview';
const of = (project: string): string => `--label ${PROJECT_LABEL}=${project} --label ${ONE_OFF_LABEL}=False`;
const selection = { labels, olderThan: Duration.seconds(0) };
const REFUSAL = 'Error response from daemon: layer does not exist';

/** Each store, and each CLI that words its errors in another way. */
const kinds = Object.entries(ENGINES).filter(([name]) => /no Compose|containerd/.test(name));

describe.each(kinds)('%s', (_name, kind) => {
  describeDocker('an object that the Engine cannot describe', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await startEngine(kind);
    });
    beforeEach(async () => {
      await removeAll(host);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
    });
    afterEach(() => leaveAlone(host));
    afterAll(() => host.stop());

    /** Makes the Engine answer a question about this object with an error, and describe the others. */
    const conceal = (id: string): Promise<void> =>
      interpose(
        host,
        `case $call in *\\ inspect\\ *${id}*)
          for each; do
            shift
            [ "$each" = ${id} ] || set -- "$@" "$each"
          done
          echo '${REFUSAL}' >&2
          "$real" "$@" 2>/dev/null
          exit 1 ;;
        esac`,
      );
    /** The objects that a task removes, which must fail with the Engine's message. */
    async function gone(task: HousekeepingTask): Promise<{ gone: string[]; run: TaskRun }> {
      const before = await stateOf(host);
      const run = await runTask(host, task);
      expect(run.exitCode).toBe(1);
      expect(run.result).toMatchObject({ outcome: 'failed', reason: 'engine-error', message: REFUSAL });
      return { gone: difference(before, await stateOf(host)).gone, run };
    }
    const one = { undescribed: 1 };

    test.each([
      [
        'StoppedContainerPrune',
        new StoppedContainerPrune(selection),
        'container',
        `create --network none ${LABELLED} --name NAME service true`,
      ],
      ['NetworkPrune', new NetworkPrune(selection), 'network', `network create ${LABELLED} NAME`],
      ['VolumePrune', new VolumePrune(selection), 'volume', `volume create ${LABELLED} NAME`],
    ])('%s passes it over, and removes the others', async (_task, task, type, create) => {
      const make = (name: string): Promise<string> => must(host, `docker ${create.replace('NAME', name)}`);
      await make('seen');
      await conceal(await make('hidden'));
      const { gone: lost, run } = await gone(task);
      expect(run.result).toMatchObject({ removed: { [`${type}s`]: 1 }, passedOver: one });
      expect(lost).toEqual([expect.stringContaining(`${type} seen`)]);
    });

    test.each([
      ['DanglingImagePrune', new DanglingImagePrune(selection), [undefined, undefined]],
      ['UnusedImagePrune', new UnusedImagePrune({ ...selection, keepNewest: 0 }), [['app:1'], ['app:2']]],
    ])('%s passes it over, and removes the others', async (_task, task, [seenTags, hiddenTags]) => {
      const images = async (): Promise<string[]> =>
        (await host.docker('image', 'ls', '-q', '--no-trunc', '--filter', 'label=stage')).split('\n');
      await loadImage(host, { labels, ...(seenTags && { tags: seenTags }) });
      const [seen = ''] = await images();
      await loadImage(host, { labels, ...(hiddenTags && { tags: hiddenTags }) });
      await conceal((await images()).find((id) => id !== seen)!);
      const { gone: lost, run } = await gone(task);
      if (kind.store === 'classic' && seenTags) {
        // The hidden image may be built on the other one, which would then only lose its tags.
        expect(lost).toEqual([]);
        return;
      }
      expect(run.result).toMatchObject({ removed: { images: 1 }, passedOver: one });
      expect(lost).toEqual([expect.stringContaining(`image ${seen}`)]);
    });

    test.each([
      ['', ':'],
      [', even if containers may come from a copy by docker commit', 'docker commit seen_1 copy:1'],
    ])('ComposeDown by labels passes its project over, and takes the others down%s', async (_where, more) => {
      const create = (name: string, project: string): Promise<string> =>
        must(host, `docker create --name ${name} ${of(project)} ${LABELLED} --network none service true`);
      await create('seen_1', 'seen');
      await must(host, more);
      await create('hidden_1', 'hidden');
      await conceal(await create('hidden_2', 'hidden'));
      const { gone: lost, run } = await gone(new ComposeDown(selection));
      expect(run.result).toMatchObject({ removed: { projects: 1, containers: 1 }, passedOver: one });
      expect(lost).toEqual(['container seen_1 created']);
    });

    test.each([
      ['VolumePrune', new VolumePrune(selection)],
      ['NetworkPrune', new NetworkPrune({ ...selection, composeLeftovers: true })],
      ['UnusedImagePrune', new UnusedImagePrune({ ...selection, keepNewest: 0 })],
      ['DanglingImagePrune', new DanglingImagePrune(selection)],
    ])('%s removes nothing if it is a container, which may use any selected object', async (_task, task) => {
      await must(
        host,
        `docker volume create ${LABELLED} data; docker network create ${LABELLED} net; docker network create ${of('over')} over_default`,
      );
      await loadImage(host, { labels, tags: ['app:1'] });
      await loadImage(host, { labels });
      await conceal(await must(host, 'docker create --network none service true'));
      expect((await gone(task)).gone).toEqual([]);
    });

    test('ComposeDown of one project leaves networks and volumes if it is an outside container', async () => {
      await must(
        host,
        `docker network create ${of('shop')} shop_default; docker volume create ${of('shop')} shop_data
        docker create ${of('shop')} --network none service true`,
      );
      await conceal(
        await must(host, 'docker create --network none --name guest -v shop_data:/d service true'),
      );
      const { gone: lost } = await gone(new ComposeDown({ project: 'shop', removeVolumes: true }));
      expect(lost).toHaveLength(1);
      expect(lost[0]).toMatch(/^container .* created$/);
    });

    test('a volume of a plug-in that breaks off is passed over, and the others are removed', async () => {
      await startPlugIn(host);
      await must(
        host,
        `docker volume create --driver ${DRIVER} -o ${UNDESCRIBED} ${LABELLED} ${of('hidden')} hidden_data
        docker volume create ${LABELLED} ${of('seen')} seen_data; docker volume create ${LABELLED} seen`,
      );
      setMood(host, 'bad');
      const before = await stateOf(host);
      const down = await runTask(host, new ComposeDown({ ...selection, removeVolumes: true }));
      const prune = await runTask(host, new VolumePrune(selection));
      setMood(host, 'good');
      for (const { result } of [down, prune]) {
        expect(result).toMatchObject({
          outcome: 'failed',
          reason: 'engine-error',
          removed: { volumes: 1 },
          passedOver: one,
        });
        expect(result.message).toContain('hidden_data');
      }
      expect(difference(before, await stateOf(host)).gone).toEqual(['volume seen', 'volume seen_data']);
    });
  });
});
