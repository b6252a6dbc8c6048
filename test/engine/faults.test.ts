import { Duration } from 'aws-cdk-lib';
import { ComposeDown } from '../../lib/tasks/compose-down';
import { DanglingImagePrune } from '../../lib/tasks/dangling-image-prune';
import { PrivateHost } from '../../local/private-host';
import { describeDocker } from '../support/docker';
import { loadImage, must } from './images';
import { runTasks } from './run-task';

const labels = { application: 'todobackend' };
const down = new ComposeDown({ project: 'todobackend', timeout: Duration.minutes(1) });
const prune = new DanglingImagePrune({ labels, timeout: Duration.minutes(1) });

async function reasons(host: PrivateHost): Promise<unknown[]> {
  const runs = await runTasks(host, [down, prune]);
  for (const { result, exitCode } of runs) {
    expect(result.outcome).toBe('failed');
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

  test.each(['next', 'installed'] as const)('daemon down, as the %s CLI tells it', async (toolchain) => {
    const other = await PrivateHost.start({ toolchain });
    await other.signalEngine('KILL');
    expect(await reasons(other)).toEqual(['docker-unreachable', 'docker-unreachable', 'docker-unreachable']);
    await other.stop();
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
});
