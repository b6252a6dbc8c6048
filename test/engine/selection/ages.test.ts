import { setTimeout } from 'node:timers/promises';
import { Duration, Size } from 'aws-cdk-lib';
import {
  BuildCachePrune,
  ComposeDown,
  type HousekeepingTask,
  StoppedContainerPrune,
  VolumePrune,
} from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { build, buildCache, usedAt } from '../support/build-cache';
import { stopClock } from '../support/clock';
import { ask } from '../support/engine-api';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { runTask } from '../support/run-task';
import { difference, stateOf } from '../support/state';

const by = (age: string): Record<string, string> => ({ age });
const project = (name: string): string =>
  `--label age=project --label com.docker.compose.oneoff=False --label com.docker.compose.project=${name}`;
/** The tasks remove what is this old. Objects that were made early are older by then, later ones are not. */
const AGE = Duration.seconds(3);

const kinds = Object.entries(ENGINES).filter(([name]) => /v1$|28.5, containerd/.test(name));
describe.each(kinds)('%s', (_, kind) => {
  describeDocker('old enough objects are removed, younger ones are kept', () => {
    let host: PrivateHost;

    beforeAll(async () => {
      host = await startEngine(kind);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      await must(
        host,
        `set -e; exec >/dev/null
        mkfifo /run/late
        docker run -d --label age=ended --name ended-late -v /run/late:/late service 'read -r _ </late'
        docker run --label age=ended --name ended-early service true
        docker create ${project('grown')} --name grown-1 service x
        docker create ${project('old')} --name old-1 service x
        docker network create ${project('bare')} bare_default
        docker network create ${project('bare-grown')} bare-grown_default`,
      );
      await build(host, 'early', { early: 1000 });
      await setTimeout(4000);
      await must(
        host,
        `set -e; exec >/dev/null
        echo >/run/late
        docker network create ${project('bare-grown')} bare-grown_other
        docker wait ended-late
        docker create ${project('grown')} --name grown-2 service x`,
      );
      // This is the oldest of the late objects. The others are younger, even on a slow machine.
      const { Created } = await ask<{ Created: string }>(host, '/networks/bare-grown_other');
      await stopClock(host, secondOf(Created) + 1);
    });
    afterAll(() => host.stop());

    /** What a task removes, after a dry run that must report the same. */
    async function goneBy(task: HousekeepingTask): Promise<string[]> {
      const before = await stateOf(host);
      const dry = await runTask(host, task, true);
      expect(await stateOf(host)).toEqual(before);
      const { result } = await runTask(host, task);
      const { removed, passedOver } = result;
      expect(dry.result).toMatchObject({ removed, passedOver });
      return difference(before, await stateOf(host)).gone;
    }

    test('StoppedContainerPrune: the age of a container counts from its end, not from its creation', async () => {
      expect(await goneBy(new StoppedContainerPrune({ labels: by('ended'), olderThan: AGE }))).toEqual([
        'container ended-early exited',
      ]);
    });

    test('ComposeDown: the youngest object of a project decides, even if only networks are left', async () => {
      expect(await goneBy(new ComposeDown({ labels: by('project'), olderThan: AGE }))).toEqual([
        'container old-1 created',
        'network bare_default',
      ]);
    });

    test('to the second: nothing is removed before that age, and everything a second later', async () => {
      await must(
        host,
        'docker volume create --label age=exact exact && docker create --label age=exact --name exact service x',
      );
      const volume = await ask<{ CreatedAt: string }>(host, '/volumes/exact');
      const container = await ask<{ Created: string }>(host, '/containers/exact/json');
      const tasks: [string, HousekeepingTask][] = [
        [volume.CreatedAt, new VolumePrune({ labels: by('exact'), olderThan: AGE })],
        [container.Created, new StoppedContainerPrune({ labels: by('exact'), olderThan: AGE })],
      ];
      for (const [time, task] of tasks) {
        // At the start of this second the object is younger by a fraction of a second.
        // The Engine does not record that fraction for a volume.
        await stopClock(host, secondOf(time) + AGE.toSeconds());
        expect((await runTask(host, task)).result).toMatchObject({
          outcome: 'nothing',
          passedOver: { young: 1 },
        });
        await stopClock(host, secondOf(time) + AGE.toSeconds() + 1);
        expect((await runTask(host, task)).result).toMatchObject({ outcome: 'done' });
      }
    });

    test('BuildCachePrune: the age counts from the last use, with and without storage to keep', async () => {
      const early = await buildCache(host);
      await build(host, 'late', { late: 1000 });
      const cached = await buildCache(host);
      const late = cached.filter(
        (record) => !early.some(({ ID, LastUsedAt }) => ID === record.ID && LastUsedAt === record.LastUsedAt),
      );
      // BuildKit checks ages again by its own clock, so this clock must be right too.
      const now = Date.now() / 1000;
      await stopClock(host, Math.floor(now));
      const olderThan = Duration.seconds(Math.ceil(now - usedAt(late[0]!)) + 3);
      const going = cached.filter((record) => !late.includes(record));
      expect(usedAt(going.at(-1)!)).toBeLessThan(now - olderThan.toSeconds());
      for (const keepStorage of [Size.bytes(1), undefined]) {
        const dry = await runTask(host, new BuildCachePrune({ olderThan, keepStorage }), true);
        expect(dry.result.removed).toEqual({ cacheRecords: going.length });
      }
      const { result } = await runTask(host, new BuildCachePrune({ olderThan, keepStorage: Size.bytes(1) }));
      expect(result.removed).toEqual({ cacheRecords: going.length });
      expect(await buildCache(host)).toEqual(late);
    });
  });
});

/** The whole second of a time that the Engine gives. */
function secondOf(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}
