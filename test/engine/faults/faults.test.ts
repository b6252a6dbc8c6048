import { ComposeDown } from '../../../lib';
import { DanglingImagePrune } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { inWorld } from './aftermath';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { RUN_DIR } from '../support/interpose';
import { runTasks } from '../support/run-task';
import { difference } from '../support/state';
import { bystanders, engineState, TASK_WORLDS } from '../support/task-worlds';

const labels = { application: 'todobackend' };
const prune = new DanglingImagePrune({ labels });

const worlds = Object.values(TASK_WORLDS);
const tasks = worlds.map(({ task }) => task);

/** Runs every task. Each must fail with a message. @returns the reasons, that of the step `host` first */
async function reasons(host: PrivateHost): Promise<unknown[]> {
  const runs = await runTasks(host, tasks);
  for (const { result, exitCode } of runs) {
    expect(result.outcome).toBe('failed');
    expect(exitCode).toBe(1);
    expect(result.message).toBeTruthy();
  }
  await must(host, `flock -n ${RUN_DIR}/lock true`);
  return runs.map(({ result }) => result.reason);
}
const each = (reason: string): string[] => ['host', ...tasks].map(() => reason);

describeDocker('faults of a host', () => {
  let host: PrivateHost;
  beforeEach(async () => {
    host = await startEngine(ENGINES['Engine 20.10, classic store, Compose v1']);
    await loadImage(host, { tags: ['service:latest'], busybox: true });
  });
  afterEach(() => host.stop());

  test('every step reports that docker is missing', async () => {
    await must(host, 'mount -t tmpfs tmpfs /usr/local/bin && mount --bind /dev/null /usr/bin/docker');
    expect(await reasons(host)).toEqual(each('docker-missing'));
  });

  test('a task does not mistake warnings of the CLI for its output', async () => {
    await loadImage(host, { labels });
    await must(
      host,
      'mkdir -p /root/.docker && mount -t tmpfs tmpfs /root/.docker && echo "{" >/root/.docker/config.json',
    );
    const [facts, , pruned] = await runTasks(host, [new ComposeDown({ project: 'todobackend' }), prune]);
    expect(facts?.result).toMatchObject({ outcome: 'done', host: { images: 2 } });
    expect(pruned?.result).toMatchObject({ outcome: 'done', removed: { images: 1 } });
  });

  test('the other steps still do their work if one fails', async () => {
    const missing = new ComposeDown({ directory: '/run/nowhere' });
    await loadImage(host, { labels });
    const [, first, second] = await runTasks(host, [missing, prune]);
    expect(first?.result).toMatchObject({ outcome: 'failed', reason: 'directory-missing' });
    expect(second?.result).toMatchObject({ outcome: 'done', removed: { images: 1 } });
  });
});

const KINDS = [
  'Engine 20.10, classic store, Compose v1',
  'Engine 26.1, containerd store, Compose v2',
  'Engine 28.5, classic store, Compose v2',
  'Engine 28.5, containerd store, Compose v2',
] as const;

describeDocker('a daemon that is down', () => {
  test.each(KINDS)(
    '%s: every step reports it, nothing is lost, and the next run does the work',
    async (kind) => {
      const host = await startEngine(ENGINES[kind]);
      try {
        await bystanders(host);
        const nothing = await engineState(host);
        for (const { make } of worlds) await make(host);
        const before = await engineState(host);
        // A stopped daemon leaves no socket. A killed one leaves a socket that no process answers.
        for (const signal of ['TERM', 'KILL'] as const) {
          await inWorld(`SIG${signal}`, async () => {
            await host.signalEngine(signal);
            expect(await reasons(host)).toEqual(each('docker-unreachable'));
            await host.startEngine();
            const { gone, come } = difference(before, await engineState(host));
            // The Engine does not always restart a container with `unless-stopped`. No task causes that.
            const lost = gone.filter((line) => line !== 'running /todobackend_app_1');
            expect({ lost, come }).toEqual({ lost: [], come: [] });
          });
        }
        const outcomes = (await runTasks(host, tasks)).map(({ result }) => result.outcome);
        expect(outcomes).toEqual(each('done'));
        expect(await engineState(host)).toEqual(nothing);
      } finally {
        await host.stop();
      }
    },
  );
});
