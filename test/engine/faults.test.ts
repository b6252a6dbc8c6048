import { Duration } from 'aws-cdk-lib';
import { ComposeDown } from '../../lib/tasks/compose-down';
import { DanglingImagePrune } from '../../lib/tasks/dangling-image-prune';
import { PrivateHost } from '../../local/private-host';
import { describeDocker } from '../support/docker';
import { composeFile, STUBBORN, up } from './compose-world';
import { loadImage, must } from './images';
import { runTask, runTasks } from './run-task';
import { stateOf } from './state';

const labels = { application: 'todobackend' };
const down = new ComposeDown({ project: 'todobackend', timeout: Duration.minutes(1) });
const prune = new DanglingImagePrune({ labels, timeout: Duration.minutes(1) });

async function reasons(host: PrivateHost, outcomes = ['failed', 'failed', 'failed']): Promise<unknown[]> {
  const runs = await runTasks(host, [down, prune]);
  expect(runs.map(({ result }) => result.outcome)).toEqual(outcomes);
  for (const { result, exitCode } of runs.filter(({ result }) => result.outcome === 'failed')) {
    expect(exitCode).toBe(1);
    expect(result.message).toBeTruthy();
  }
  return runs.map(({ result }) => result.reason);
}

describeDocker('faults of a host', () => {
  let host: PrivateHost;
  beforeEach(async () => {
    host = await PrivateHost.start();
    await loadImage(host, { tags: ['service:latest'], busybox: true });
  });
  afterEach(() => host.stop());

  test('no docker: every step says so', async () => {
    await must(host, 'mount -t tmpfs tmpfs /usr/local/bin && mount --bind /dev/null /usr/bin/docker');
    expect(await reasons(host)).toEqual(['docker-missing', 'docker-missing', 'docker-missing']);
  });

  test('daemon down: every step says so', async () => {
    await host.signalEngine('TERM');
    expect(await reasons(host)).toEqual(['docker-unreachable', 'docker-unreachable', 'docker-unreachable']);
  });

  test('daemon hung: every step gives up and says so', async () => {
    await host.signalEngine('STOP');
    expect(await reasons(host)).toEqual(['docker-hung', 'docker-hung', 'docker-hung']);
    await host.signalEngine('CONT');
  });

  test.each(['next', 'installed'] as const)('daemon down, as the %s CLI tells it', async (toolchain) => {
    const other = await PrivateHost.start({ toolchain });
    await other.signalEngine('KILL');
    expect(await reasons(other)).toEqual(['docker-unreachable', 'docker-unreachable', 'docker-unreachable']);
    await other.stop();
  });

  test('no space left for its lists: says so, and nothing is removed', async () => {
    await host.docker('volume', 'create', 'shared');
    await up(host);
    await loadImage(host, { labels });
    const before = await stateOf(host);
    // The folder alone, for the Engine needs some of /run too.
    await must(
      host,
      'mkdir -p /run/docker-housekeeping && mount -t tmpfs -o size=32k tmpfs /run/docker-housekeeping',
    );
    await must(host, 'head -c 24k /dev/zero >/run/docker-housekeeping/ballast');
    expect(new Set(await reasons(host, ['done', 'failed', 'failed']))).toContain('no-space');
    expect(await stateOf(host)).toEqual(before);
  });

  test('warnings of the CLI are not taken for anything else', async () => {
    await loadImage(host, { labels });
    await must(
      host,
      'mkdir -p /root/.docker && mount -t tmpfs tmpfs /root/.docker && echo "{" >/root/.docker/config.json',
    );
    const [facts, , pruned] = await runTasks(host, [down, prune]);
    expect(facts?.result).toMatchObject({ outcome: 'done', host: { images: 2 } });
    expect(pruned?.result).toMatchObject({ outcome: 'done', removed: { images: 1 } });
  });

  test('one step fails, the others still do their work', async () => {
    const missing = new ComposeDown({ directory: '/run/nowhere' });
    await loadImage(host, { labels });
    const [, first, second] = await runTasks(host, [missing, prune]);
    expect(first?.result).toMatchObject({ outcome: 'failed', reason: 'directory-missing' });
    expect(second?.result).toMatchObject({ outcome: 'done', removed: { images: 1 } });
  });

  test('a second run at the same time says that it was skipped, and the first is not disturbed', async () => {
    await host.docker('volume', 'create', 'shared');
    await up(host, undefined, composeFile({ app: { command: [STUBBORN], stop_grace_period: '8s' } }));
    await loadImage(host, { labels });
    const began = Math.floor(Date.now() / 1000);
    const first = runTask(host, down);
    const stopping = `docker events --since ${began} --until "$(date +%s.%N)" --filter event=kill --format stopping`;
    await must(host, `until ${stopping} | grep -q stopping; do sleep 0.1; done`);
    const second = await runTask(host, prune);
    expect(second).toMatchObject({ exitCode: 0, result: { outcome: 'skipped', reason: 'locked' } });
    expect((await first).result).toMatchObject({ outcome: 'done', removed: { projects: 1 } });
    expect((await runTask(host, prune)).result).toMatchObject({ outcome: 'done', removed: { images: 1 } });
  });

  test.each(['installed', 'next'] as const)(
    'the deadline, on the %s Engine: stops before the agent would kill it, and says what it left',
    async (toolchain) => {
      const own = await PrivateHost.start({ toolchain });
      try {
        await loadImage(own, { tags: ['service:latest'], busybox: true });
        await own.docker('volume', 'create', 'shared');
        await up(own, undefined, composeFile({ app: { command: [STUBBORN], stop_grace_period: '10m' } }));
        const { result, exitCode } = await runTask(own, down);
        expect(exitCode).toBe(1);
        expect(result).toMatchObject({ outcome: 'failed', reason: 'deadline', removed: { projects: 0 } });
        const app = (await own.docker('ps', '--format', '{{.Names}}', '--filter', 'name=app')).trim();
        expect(app).toMatch(/^todobackend.app.1$/);
        expect(result.left).toContain(`container ${app}`);
        await must(own, 'flock -n /run/docker-housekeeping/lock true');
      } finally {
        await own.stop();
      }
    },
  );

  test('a daemon that hangs in the middle of a task: gives up at the deadline, and leaves no lock', async () => {
    await loadImage(host, { labels });
    await must(
      host,
      `mkdir /run/bin && printf '%s\\n' '#!/bin/sh' 'case $* in *dangling*) kill -STOP $(cat /run/docker.pid) ;; esac' 'exec docker-real "$@"' >/run/bin/docker
       cp "$(command -v docker)" /run/bin/docker-real && chmod +x /run/bin/docker && mount --bind /run/bin /usr/local/bin`,
    );
    const { result } = await runTask(host, prune);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'deadline' });
    await must(host, 'flock -n /run/docker-housekeeping/lock true');
    await host.signalEngine('CONT');
  });
});
