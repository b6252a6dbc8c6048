import { Duration } from 'aws-cdk-lib';
import { DanglingImagePrune, type HousekeepingTask, UnusedImagePrune } from '../../../lib';
import type { StepResult } from '../../../lib/contract';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ask } from '../support/engine-api';
import { ENGINES, startEngine } from '../support/engines';
import { DAY_AGO, loadImage, must } from '../support/images';
import { runTask } from '../support/run-task';
import { stateOf } from '../support/state';
import { removeAll } from '../world/snapshot';

const labels = { stage: 'preview' };
const selection = { labels, olderThan: Duration.seconds(0) };
const unused = new UnusedImagePrune({ ...selection, keepNewest: 0 });
const dangling = new DanglingImagePrune(selection);

/** A container can mount an image since Engine 28. */
const kinds = Object.entries(ENGINES).filter(([, { engine }]) => engine.test('28.5.2'));

describe.each(kinds)('%s', (_name, kind) => {
  describeDocker('an image that a container mounts', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await startEngine(kind);
    });
    beforeEach(async () => {
      await removeAll(host);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
    });
    afterAll(() => host.stop());

    /** Loads an image that the task must prune. @returns its identifier, which differs between stores */
    async function data(tag: string, created = DAY_AGO()): Promise<string> {
      await loadImage(host, { labels, tags: [tag], created });
      return host.docker('image', 'inspect', '--format', '{{.Id}}', tag);
    }
    /** The ways in which a tag moves to another image. */
    const MOVES: Readonly<Record<string, (tag: string) => Promise<unknown>>> = {
      'docker tag': (tag) => host.docker('tag', 'service', tag),
      'docker load': (tag) => loadImage(host, { tags: [tag], payload: 'of another image' }),
    };
    const mount = (name: string, source: string): Promise<string> =>
      must(
        host,
        `docker create --name ${name} --network none --mount type=image,src=${source},dst=/m service 'sleep 10000'`,
      );
    /** Those of the images that still exist. */
    async function left(...ids: string[]): Promise<string[]> {
      const images = await ask<{ Id: string }[]>(host, '/images/json?all=1');
      return ids.filter((id) => images.some(({ Id }) => Id === id));
    }
    /** Does a dry run and a run, which must report the same. */
    async function prune(task: HousekeepingTask): Promise<StepResult> {
      const before = await stateOf(host);
      const dry = (await runTask(host, task, true)).result;
      expect(await stateOf(host)).toEqual(before);
      const { result } = await runTask(host, task);
      const { outcome, removed, passedOver } = result;
      expect(dry).toMatchObject({ outcome, removed });
      expect(dry.passedOver).toEqual(passedOver);
      return result;
    }

    test.each(['running', 'stopped'])('by its tag is in use, the container %s', async (state) => {
      const [used, free] = [await data('data:1'), await data('data:2')];
      // Without this the classic store does not record when the tag was added, see below.
      await host.docker('tag', used, 'data:1');
      await mount('reader', 'data:1');
      if (state === 'running') await host.docker('start', 'reader');
      expect(await prune(unused)).toMatchObject({ removed: { images: 1 }, passedOver: { inUse: 1 } });
      expect(await left(used, free)).toEqual([used]);
    });

    test('by a tag of unknown time is in use, and so is each image that is older than the container', async () => {
      const [used, free] = [await data('data:1'), await data('data:2')];
      await mount('reader', 'data:1');
      const young = await data('data:3', new Date().toISOString());
      // The classic store does not record when an image was loaded or pulled.
      const kept = kind.store === 'classic' ? [used, free] : [used];
      await prune(unused);
      expect(await left(used, free, young)).toEqual(kept);
    });

    test.each(['running', 'stopped'])('by its identifier is in use, the container %s', async (state) => {
      const [used, free] = [await data('data:1'), await data('data:2')];
      await mount('reader', used);
      if (state === 'running') await host.docker('start', 'reader');
      for (const tag of ['data:1', 'data:2']) await host.docker('tag', 'service', tag);
      expect(await prune(dangling)).toMatchObject({ removed: { images: 1 }, passedOver: { inUse: 1 } });
      expect(await left(used, free)).toEqual([used]);
    });

    test.each(Object.entries(MOVES))(
      'by a tag that %s has moved since is in use, and so is each image that is older than the container',
      async (_how, move) => {
        const [used, other] = [await data('data:1'), await data('data:2')];
        await mount('reader', 'data:1');
        const young = await data('data:3', new Date().toISOString());
        for (const tag of ['data:1', 'data:2', 'data:3']) await move(tag);
        expect(await prune(dangling)).toMatchObject({ removed: { images: 1 }, passedOver: { inUse: 2 } });
        expect(await left(used, other, young)).toEqual([used, other]);
      },
    );

    test('by a tag that it has lost is in use under its other tag', async () => {
      const used = await data('data:1');
      await mount('reader', 'data:1');
      const young = await data('data:2', new Date().toISOString());
      await host.docker('tag', used, 'data:old');
      await host.docker('image', 'rm', 'data:1');
      expect(await prune(unused)).toMatchObject({ removed: { images: 1 }, passedOver: { inUse: 1 } });
      expect(await left(used, young)).toEqual([used]);
    });
  });
});
