import { Duration } from 'aws-cdk-lib';
import { DanglingImagePrune, UnusedImagePrune, type UnusedImagePruneProps } from '../../../lib';
import { KEEP_LABEL } from '../../../lib/contract';
import { ONE_OFF_LABEL, PROJECT_LABEL } from '../../../local/host/inventory';
import type { Host, PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { type Registry, REGISTRY, startRegistry } from '../races/registry';
import { runTask } from '../support/run-task';
import { stateOf } from '../support/state';
import { removeAll } from '../world/snapshot';

const labels = { application: 'todobackend' };
const SHELF = { 'app:1': { layers: 1, labels }, 'app:one': { layers: 1, labels } };
const AT_ONCE = { olderThan: Duration.seconds(0) };

const dangling = (props: object = {}): DanglingImagePrune => new DanglingImagePrune({ labels, ...props });
const unused = (props: Partial<UnusedImagePruneProps> = {}): UnusedImagePrune =>
  new UnusedImagePrune({ labels, keepNewest: 0, ...props });

describe.each(Object.entries(ENGINES).filter(([name]) => /Compose v1$|Engine 28.5/.test(name)))(
  '%s',
  (_name, kind) => {
    describeDocker('images of registries', () => {
      let host: PrivateHost;
      let registry: Registry;
      /** `@sha256:...` of the only image in the registry. */
      let digest: string;
      beforeAll(async () => {
        host = await startEngine(kind);
        registry = await startRegistry(host, SHELF);
        await pull('app:1');
        const [name = ''] = JSON.parse(
          await host.docker('image', 'inspect', '--format', '{{json .RepoDigests}}', `${REGISTRY}/app:1`),
        ) as string[];
        digest = name.slice(name.indexOf('@'));
      });
      beforeEach(() => removeAll(host));
      afterAll(async () => {
        await registry.stop();
        await host.stop();
      });

      const pull = (reference: string): Promise<string> =>
        host.docker('pull', '-q', `${REGISTRY}/${reference}`);
      // In the classic store an image without a tag is dangling. In the other one an image without any name
      // is.
      const ofDigests = kind.store === 'classic' ? dangling : unused;

      test.each([
        ['with a tag', () => pull('app:1'), unused],
        ['by its digest, as a Compose file may ask for it', () => pull(`app${digest}`), ofDigests],
      ])(
        'what was pulled a moment ago, %s, is young, regardless of its creation time',
        async (_how, make, prune) => {
          await make();
          const before = await stateOf(host);
          expect(before.filter((line) => line.startsWith('image'))).toHaveLength(1);
          for (const task of [dangling(), unused()]) {
            expect((await runTask(host, task)).result.outcome).toBe('nothing');
          }
          expect((await runTask(host, prune())).result).toMatchObject({ passedOver: { young: 1 } });
          expect(await stateOf(host)).toEqual(before);
          expect((await runTask(host, prune(AT_ONCE))).result).toMatchObject({ removed: { images: 1 } });
        },
      );

      test.each([
        ['tags and a digest', ['app:1', 'app:one', 'mirror'], unused],
        ['tags of each', ['app:1', 'mirror:1', 'mirror:one'], unused],
        ['digests alone', ['app', 'mirror', 'another'], ofDigests],
      ])(
        'an image in several repositories is removed, as the dry run reports: %s',
        async (_how, references, prune) => {
          await pull(`app${digest}`);
          for (const reference of references) {
            const [repository = '', tag] = reference.split(':');
            await pull(`${repository}${digest}`);
            if (tag) await host.docker('tag', `${REGISTRY}/app${digest}`, `${REGISTRY}/${reference}`);
          }
          for (const dryRun of [true, false]) {
            const { result } = await runTask(host, prune(AT_ONCE), dryRun);
            expect(result).toMatchObject({ outcome: 'done', removed: { images: 1 } });
            expect(result).not.toHaveProperty('passedOver');
          }
          expect((await stateOf(host)).filter((line) => line.startsWith('image'))).toEqual([]);
        },
      );

      test('a pattern keeps an image that is in the repository by its digest alone', async () => {
        await pull('app:1');
        await pull(`mirror${digest}`);
        const spared = await runTask(host, unused({ ...AT_ONCE, exclude: [`${REGISTRY}/mirror`] }));
        expect(spared.result).toMatchObject({ outcome: 'nothing', passedOver: { excluded: 1 } });
        // But a pattern for tags does not match the digits of a digest.
        const { result } = await runTask(host, unused({ ...AT_ONCE, exclude: [`*${digest.slice(-8)}`] }));
        expect(result).toMatchObject({ outcome: 'done', removed: { images: 1 } });
      });

      if (kind.store === 'classic') {
        test('the latest arrival counts, even if another storage driver had the image long ago', async () => {
          await pull('app:1');
          const id = await host.docker('image', 'inspect', '--format', '{{.ID}}', `${REGISTRY}/app:1`);
          const drivers = ['another', 'zfs'].map(
            (driver) => `/run/engine/image/${driver}/imagedb/content/sha256`,
          );
          await must(
            host,
            `for folder in ${drivers.join(' ')}; do
              mkdir -p $folder && touch -d 2020-01-01 $folder/${id.slice('sha256:'.length)}
            done`,
          );
          expect((await runTask(host, unused())).result).toMatchObject({ passedOver: { young: 1 } });
          await must(host, 'rm -r /run/engine/image/another /run/engine/image/zfs');
        });

        test('without access to the Engine’s data, an image is as old as its build, with a warning', async () => {
          await pull('app:1');
          const hide = 'mount -t tmpfs tmpfs /run/engine/image && exec "$@"';
          const blind: Host = {
            environment: {},
            enter: (argv) => host.enter(['unshare', '--mount', 'bash', '-c', hide, 'bash', ...argv]),
          };
          const { result } = await runTask(blind, unused(), true);
          expect(result).toMatchObject({ removed: { images: 1 }, warnings: ['arrivals-unknown'] });
        });
      }

      if (!kind.engine.test('20.10.')) {
        test('a registry may have an IPv6 address', async () => {
          await pull('app:1');
          const six = '[2001:db8::1]:5000/app';
          await host.docker('tag', `${REGISTRY}/app:1`, `${six}:1`);
          const spared = await runTask(host, unused({ ...AT_ONCE, exclude: ['?2001:db8::1?:5000/*'] }));
          expect(spared.result).toMatchObject({ outcome: 'nothing', passedOver: { excluded: 1 } });
          const { result } = await runTask(host, unused(AT_ONCE));
          expect(result).toMatchObject({ outcome: 'done', removed: { images: 1 } });
        });
      }

      test('an image of a project is kept with a kept container of the project', async () => {
        const own = { ...labels, [PROJECT_LABEL]: 'todobackend' };
        await loadImage(host, { labels: own, payload: 'dangling' });
        await loadImage(host, { labels: own, payload: 'tagged', tags: ['app:1'] });
        await loadImage(host, { tags: ['another:1'] });
        const project = ['--label', `${PROJECT_LABEL}=todobackend`, '--label', `${ONE_OFF_LABEL}=False`];
        await host.docker('create', ...project, '--label', KEEP_LABEL, '--name', 'kept', 'another:1', 'x');
        const before = await stateOf(host);
        for (const task of [dangling(AT_ONCE), unused(AT_ONCE)]) {
          const { result } = await runTask(host, task);
          expect(result).toMatchObject({ outcome: 'nothing', passedOver: { kept: 1 } });
        }
        expect(await stateOf(host)).toEqual(before);
        await host.docker('rm', 'kept');
        for (const task of [dangling(AT_ONCE), unused(AT_ONCE)]) {
          expect((await runTask(host, task)).result).toMatchObject({ removed: { images: 1 } });
        }
      });
    });
  },
);
