import { createHash } from 'node:crypto';
import { Duration } from 'aws-cdk-lib';
import {
  BuildCachePrune,
  ComposeDown,
  DanglingImagePrune,
  type HousekeepingTask,
  NetworkPrune,
  StoppedContainerPrune,
  UnusedImagePrune,
  VolumePrune,
} from '../../../lib';
import type { TaskKind } from '../../../lib/tasks';
import type { PrivateHost } from '../../../local/host/private-host';
import type { Captured } from '../../../local/host/process';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { fileContent, gateUrl, type Registry, REGISTRY, startRegistry } from './registry';
import { runTasks } from '../support/run-task';

const GATES = 4;
/** Files of the image that is replaced, and of the one that is pulled. */
const SHELF = {
  'app:1': { layers: 1, labels: { application: 'retired' } },
  'app:2': { layers: 1 + GATES, labels: { application: 'todobackend' } },
};

const labels = { application: 'todobackend' };
const AT_ONCE = Duration.seconds(0);

/** Every kind but ShellTask, with its default age or another one. */
const ALL: Readonly<Record<Exclude<TaskKind, 'ShellTask'>, (olderThan?: Duration) => HousekeepingTask>> = {
  ComposeDown: (olderThan) => new ComposeDown({ labels, olderThan }),
  DanglingImagePrune: (olderThan) => new DanglingImagePrune({ labels, olderThan }),
  UnusedImagePrune: (olderThan) =>
    // The pulled image is labelled, and old.
    new UnusedImagePrune({
      labels: olderThan === undefined ? labels : { application: 'retired' },
      keepNewest: 0,
      olderThan,
    }),
  StoppedContainerPrune: (olderThan) => new StoppedContainerPrune({ labels, olderThan }),
  VolumePrune: (olderThan) => new VolumePrune({ labels, olderThan }),
  NetworkPrune: (olderThan) => new NetworkPrune({ labels, composeLeftovers: true, olderThan }),
  BuildCachePrune: (olderThan) => new BuildCachePrune({ olderThan }),
};

/** By default no task removes what a build or a pull in progress works with. */
const PATIENT = Object.values(ALL).map((task) => task());

/** Those of them that select what builds and pulls make. */
const OF_IMAGES = PATIENT.filter((task) => /Image|BuildCache/.test(task.constructor.name));

/**
 * No object is kept for its age. The tasks may then remove the labelled images and containers of the legacy
 * builder. A pull and BuildKit show nothing until they have ended.
 */
const IMPATIENT = Object.values(ALL).map((task) => task(AT_ONCE));

/** Builds an image from scratch. Each of its steps lasts until a gate opens. */
async function build(host: PrivateHost, tag: string, steps: number, buildKit: 0 | 1): Promise<Captured> {
  const dockerfile = [
    'FROM scratch',
    'LABEL application=todobackend',
    'COPY busybox /bin/busybox',
    ...Array.from({ length: steps }, (_, n) => [
      `RUN ["/bin/busybox", "wget", "-q", "-O", "/step-${n + 1}", "${gateUrl(n + 1)}"]`,
      `COPY file-${n + 1} /`,
    ]).flat(),
    'ENTRYPOINT ["/bin/busybox"]',
  ];
  const folder = `/run/build-${tag}`;
  await must(
    host,
    `mkdir ${folder} && cp /bin/busybox ${folder} && cat >${folder}/Dockerfile`,
    dockerfile.join('\n'),
  );
  await must(host, `cd ${folder} && for n in 1 2 3 4; do echo ${tag} $n >file-$n; done`);
  // The CLI of Debian has BuildKit built in, or comes with the plug-in.
  const argv = ['/usr/bin/docker', 'build', '--network', 'host', '-t', `built:${tag}`, folder];
  return host.run(['env', `DOCKER_BUILDKIT=${buildKit}`, ...argv]);
}

const pull = (host: PrivateHost): Promise<Captured> => host.run(['docker', 'pull', `${REGISTRY}/app:2`]);

/** The digests of files in a container of an image. */
async function sums(host: PrivateHost, image: string, files: readonly string[]): Promise<string[]> {
  const told = await host.docker('run', '--rm', '--network', 'none', image, 'sha256sum', ...files);
  return told.split('\n').map((line) => line.slice(0, 64));
}
const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

describe.each(Object.entries(ENGINES).filter(([name]) => /Compose v1$|Engine 28.5/.test(name)))(
  '%s',
  (_name, kind) => {
    describeDocker('a host that works while it is cleaned', () => {
      let host: PrivateHost;
      let registry: Registry;
      beforeEach(async () => {
        host = await startEngine(kind);
        registry = await startRegistry(host, SHELF);
        await host.docker('pull', '-q', `${REGISTRY}/app:1`);
      });
      afterEach(async () => {
        await registry.stop();
        await host.stop();
      });

      test('a pull and builds that are in progress throughout end successfully and complete', async () => {
        const legacy = build(host, 'legacy', 2, 0);
        const work = [pull(host), build(host, 'kit', GATES, 1), legacy];
        // Docker fetches three of the four layers at once. Each build has one step at a time.
        const expected = [5, 5, 3, 2];
        const rounds = [PATIENT, OF_IMAGES, IMPATIENT, OF_IMAGES];
        for (const [round, tasks] of rounds.entries()) {
          await registry.waiting(expected[round] ?? 0);
          if (round === 2) await legacy;
          // The tasks then have something to remove next to what is in use.
          await loadImage(host, { labels });
          await loadImage(host, { labels });
          const running = runTasks(host, tasks);
          registry.open(round + 1);
          const runs = await running;
          expect(runs.map(({ result }) => result.outcome)).toEqual(
            expect.not.arrayContaining(['failed', 'skipped']),
          );
          if (tasks === IMPATIENT) {
            const removed = runs.map(({ result }) => result.removed?.images ?? 0);
            expect(removed[2]).toBeGreaterThanOrEqual(2);
            expect(removed[3]).toBe(1);
          }
        }
        for (const { code, stderr } of await Promise.all(work))
          expect({ code, stderr }).toMatchObject({ code: 0 });

        const files = numbers(1 + GATES);
        expect(
          await sums(
            host,
            `${REGISTRY}/app:2`,
            files.map((n) => `/file-${n}`),
          ),
        ).toEqual(files.map((n) => sha256(fileContent(n))));
        for (const [tag, steps] of [
          ['kit', GATES],
          ['legacy', 2],
        ] as const) {
          const made = numbers(steps).flatMap((n) => [
            [`/step-${n}`, `/gate/${n}`],
            [`/file-${n}`, `${tag} ${n}\n`],
          ]);
          expect(
            await sums(
              host,
              `built:${tag}`,
              made.map(([file = '']) => file),
            ),
          ).toEqual(made.map(([, content = '']) => sha256(content)));
        }
        // This reads all layers, not only those that a container needed.
        await must(host, `docker save ${REGISTRY}/app:2 built:kit built:legacy | tar -t`);
      });

      if (kind.store === 'containerd') {
        // This proves that the test above can fail. On Engine 26.1 `docker image prune` is harmless to a
        // pull. On newer ones it removes the lease of a pull, as this test does by hand:
        // https://github.com/moby/moby/issues/53321.
        test('a pull that loses its lease fails', async () => {
          const pulled = pull(host);
          await registry.waiting(3);
          registry.open(1);
          await registry.waiting(3);
          const ctr = 'ctr -a /run/docker/containerd/containerd.sock -n moby leases';
          await must(host, `${ctr} ls -q | xargs -n 1 ${ctr} rm --sync`);
          registry.open(GATES);
          expect((await pulled).code).not.toBe(0);
        });
      }
    });
  },
);
