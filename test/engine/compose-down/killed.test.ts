import { ComposeDown } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { composeFile, PRETENDER, STUBBORN, up } from '../support/compose-world';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage } from '../support/images';
import { runTask } from '../support/run-task';
import { removeAll } from '../world/snapshot';

const task = new ComposeDown({ project: 'todobackend', removeVolumes: true });

const HOSTS = ['Engine 20.10, classic store, Compose v1', 'Engine 28.5, classic store, Compose v2'] as const;

describe.each(HOSTS)('%s', (kind) => {
  describeDocker('containers that had to be killed', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await startEngine(ENGINES[kind]);
    });
    beforeEach(async () => {
      await removeAll(host);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      await host.docker('volume', 'create', 'shared');
    });
    afterAll(() => host.stop());

    test('are reported with their grace period, but not those that ended in time, even with code 137', async () => {
      const services = {
        app: { command: [STUBBORN], stop_grace_period: '2s' },
        acceptance: { command: [PRETENDER], stop_grace_period: '2s' },
        migrate: { command: ['exit 137'] },
      };
      await up(host, undefined, composeFile(services));
      const { result, log } = await runTask(host, task);
      expect(result).toMatchObject({ outcome: 'done', removed: { containers: 4 } });
      expect(result.killed).toEqual([
        {
          project: 'todobackend',
          service: 'app',
          container: expect.stringMatching(/^todobackend.app.1$/) as string,
          grace: 2,
        },
      ]);
      expect(log).toMatch(/todobackend.app.1 had to be killed/);
    });

    test('do not include a dependency that returns 137 by itself after another used up its grace period', async () => {
      const services = {
        app: { command: [STUBBORN], stop_grace_period: '3s' },
        db: { command: [PRETENDER], stop_grace_period: '1s' },
      };
      await up(host, undefined, composeFile(services));
      const { result } = await runTask(host, task);
      expect(result.killed).toMatchObject([{ service: 'app', grace: 3 }]);
    });

    test('are reported with the 10 s of the Engine if they have no grace period', async () => {
      await up(host, undefined, composeFile({ app: { command: [STUBBORN] } }));
      const { result } = await runTask(host, task);
      expect(result.killed).toMatchObject([{ service: 'app', grace: 10 }]);
      expect(result.seconds).toBeGreaterThanOrEqual(10);
    });

    test('do not include a paused one, because its process may not have seen the signal', async () => {
      const services = {
        app: { command: [STUBBORN], stop_grace_period: '2s' },
        db: { command: [STUBBORN], stop_grace_period: '2s' },
      };
      await up(host, undefined, composeFile(services));
      const db = await host.docker('ps', '-q', '--filter', 'label=com.docker.compose.service=db');
      await host.docker('pause', db);
      const { result } = await runTask(host, task);
      expect(result).toMatchObject({ outcome: 'done', removed: { containers: 2 } });
      expect(result.killed).toMatchObject([{ service: 'app' }]);
    });
  });
});

describeDocker('many containers that had to be killed, with the longest names', () => {
  test('fit into one short line, with a count of those that do not', async () => {
    const host = await startEngine(ENGINES['Engine 20.10, classic store, no Compose']);
    try {
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      const project = 'p'.repeat(200);
      for (let n = 0; n < 12; n++) {
        const labels = { project, oneoff: 'False', 'project.working_dir': '/run', service: 's'.repeat(80) };
        const args = Object.entries(labels).flatMap(([key, value]) => [
          '--label',
          `com.docker.compose.${key}=${value}`,
        ]);
        const name = `${'n'.repeat(100)}${n}`;
        await host.docker('run', '-d', '--name', name, '--stop-timeout', '1', ...args, 'service', STUBBORN);
        await host.docker('volume', 'create', '--label', `com.docker.compose.project=${project}`, `v${name}`);
        await host.docker('run', '-d', '--name', `guest${n}`, '-v', `v${name}:/v`, 'service', STUBBORN);
      }
      const { result } = await runTask(host, new ComposeDown({ project, removeVolumes: true }));
      expect(result).toMatchObject({ outcome: 'failed', reason: 'leftovers', removed: { containers: 12 } });
      expect((result.killed?.length ?? 0) + (result.killedOmitted ?? 0)).toBe(12);
      expect((result.left?.length ?? 0) + (result.leftOmitted ?? 0)).toBe(12);
      expect(result.killed?.length).toBeGreaterThanOrEqual(2);
      expect(result.left?.length).toBeGreaterThanOrEqual(2);
    } finally {
      await host.stop();
    }
  });
});
