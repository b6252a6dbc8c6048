import { KEEP_LABEL } from '../../../lib/contract';
import { ComposeDown } from '../../../lib';
import { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import {
  alone,
  COMPOSE_HOSTS,
  composeFile,
  DIRECTORY,
  neighbourhood,
  POLITE,
  up,
} from '../support/compose-world';
import { must } from '../support/images';
import { runTask } from '../support/run-task';
import { difference, stateOf } from '../support/state';
import { removeAll } from '../world/snapshot';

const byName = new ComposeDown({ project: 'todobackend', removeVolumes: true });
const byDirectory = new ComposeDown({ directory: DIRECTORY, removeVolumes: true });

describe.each(Object.entries(COMPOSE_HOSTS))('%s', (_name, options) => {
  describeDocker('ComposeDown', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await PrivateHost.start(options);
    });
    beforeEach(async () => {
      await removeAll(host);
      await must(host, 'rm -rf /run/projects');
    });
    afterAll(() => host.stop());

    // The other tests run under dash, which is `sh` on this machine, and the matrix runs each task under all shells.
    test.each([
      ['by name under bash', byName, 'bash'],
      ['by directory under busybox', byDirectory, 'busybox'],
    ] as const)('%s takes down the project and nothing else', async (_how, task, shell) => {
      await neighbourhood(host);
      const before = await stateOf(host);
      const dry = await runTask(host.withShell(shell), task, true);
      expect(await stateOf(host)).toEqual(before);
      const { result, exitCode } = await runTask(host.withShell(shell), task);

      const { gone, come } = difference(before, await stateOf(host));
      expect(come).toEqual([]);
      const anonymous = gone.filter((line) => /^volume [0-9a-f]{64}$/.test(line));
      expect(anonymous).toHaveLength(2); // of app, and of the one-off container of app
      const names = gone.filter((line) => !anonymous.includes(line)).map((line) => line.replaceAll('-', '_'));
      expect(names).toEqual([
        'container todobackend_app_1 running',
        expect.stringMatching(/^container todobackend_app_run_[0-9a-f]+ running$/),
        'container todobackend_db_1 running',
        'container todobackend_orphan_1 running',
        'network todobackend_default',
        'volume todobackend_public',
      ]);
      expect(exitCode).toBe(0);
      const removed = { projects: 1, containers: 4, networks: 1, volumes: 3 };
      expect(result).toMatchObject({ outcome: 'done', removed });
      expect(result).not.toHaveProperty('killed');
      expect(result).not.toHaveProperty('left');
      expect(dry.result).toMatchObject({ outcome: 'done', dryRun: true, removed });
      expect((await runTask(host, task)).result).toMatchObject({ outcome: 'nothing' });
    });

    test('keeps volumes by default', async () => {
      await alone(host);
      const before = await stateOf(host);
      const { result } = await runTask(host, new ComposeDown({ project: 'todobackend' }));
      expect(
        difference(before, await stateOf(host)).gone.filter((line) => line.startsWith('volume')),
      ).toEqual([]);
      expect(result.removed).toEqual({ projects: 1, containers: 2, networks: 1, volumes: 0 });
    });

    test('takes down a project that has only a network and a volume left', async () => {
      const label = '--label com.docker.compose.oneoff=False --label com.docker.compose.project=todobackend';
      await must(
        host,
        `docker network create ${label} todobackend_default && docker volume create ${label} todobackend_public`,
      );
      const { result } = await runTask(host, byName);
      expect(result).toMatchObject({
        outcome: 'done',
        removed: { projects: 1, containers: 0, networks: 1, volumes: 1 },
      });
    });

    test('keeps what carries the keep label: the whole project for a container, otherwise the object', async () => {
      const labels = { [KEEP_LABEL]: 'yes' };
      await alone(host);
      await up(host, '/run/projects/kept', composeFile({ db: { labels } }));
      const kept = JSON.parse(composeFile()) as { volumes: { public: object } };
      kept.volumes.public = { labels };
      await up(host, '/run/projects/partly', JSON.stringify(kept));
      await must(
        host,
        `docker network create --label com.docker.compose.oneoff=False --label com.docker.compose.project=partly --label ${KEEP_LABEL}= partly_kept`,
      );
      const before = await stateOf(host);

      const whole = await runTask(host, new ComposeDown({ project: 'kept', removeVolumes: true }));
      expect(whole.result).toMatchObject({ outcome: 'skipped', reason: 'kept' });
      expect(await stateOf(host)).toEqual(before);

      const partly = await runTask(host, new ComposeDown({ project: 'partly', removeVolumes: true }));
      expect(partly.result).toMatchObject({ outcome: 'done', passedOver: { kept: 2 } });
      expect(await stateOf(host)).toEqual(
        expect.arrayContaining(['network partly_kept', 'volume partly_public']),
      );
    });

    test('keeps an anonymous volume with the keep label, and removes its container', async () => {
      await alone(host);
      const app = await must(
        host,
        'docker ps -q --no-trunc --filter label=com.docker.compose.project=todobackend --filter label=com.docker.compose.service=app | head -n 1',
      );
      const label = '--label com.docker.compose.oneoff=False --label com.docker.compose.project=todobackend';
      const mount = `--mount type=volume,dst=/kept,volume-label=${KEEP_LABEL}=yes`;
      await must(
        host,
        `docker run -d ${label} --name extra --volumes-from ${app} ${mount} service "${POLITE}"`,
      );
      const kept = await host.docker('volume', 'ls', '-q', '--filter', `label=${KEEP_LABEL}`);
      const before = await stateOf(host);
      const { result } = await runTask(host, byName);
      expect(result).toMatchObject({ outcome: 'done', removed: { containers: 3 } });
      const after = await stateOf(host);
      expect(after).toContain(`volume ${kept}`);
      expect(difference(before, after).gone).toContain('container extra running');
    });

    test('leaves and reports what other containers use', async () => {
      await alone(host);
      await host.docker(
        'run',
        '-d',
        '--name',
        'guest',
        '-v',
        'todobackend_public:/p',
        '--network',
        'todobackend_default',
        'service',
        POLITE,
      );
      const { result, exitCode } = await runTask(host, byName);
      expect(exitCode).toBe(1);
      expect(result).toMatchObject({ outcome: 'failed', reason: 'leftovers' });
      expect(result.left).toEqual(['network todobackend_default', 'volume todobackend_public']);
      expect(await stateOf(host)).toEqual(
        expect.arrayContaining(['container guest running', 'volume todobackend_public']),
      );
    });
  });
});
