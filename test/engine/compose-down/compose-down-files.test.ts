import { ComposeDown } from '../../../lib';
import { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { alone, compose, COMPOSE_HOSTS, composeFile, DIRECTORY, up } from '../support/compose-world';
import { loadImage, must } from '../support/images';
import { runTask } from '../support/run-task';
import { stateOf } from '../support/state';
import { removeAll } from '../world/snapshot';

const byDirectory = new ComposeDown({ directory: DIRECTORY, removeVolumes: true });

describe.each(Object.entries(COMPOSE_HOSTS))('%s', (_name, options) => {
  describeDocker('ComposeDown', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await PrivateHost.start(options);
    });
    beforeEach(async () => {
      await removeAll(host);
      await must(host, 'rm -rf /run/projects /run/elsewhere');
    });
    afterAll(() => host.stop());

    test('takes the name of a project from its containers, not from its directory', async () => {
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      await host.docker('volume', 'create', 'shared');
      await must(host, `mkdir -p ${DIRECTORY} && cat >${DIRECTORY}/docker-compose.yml`, composeFile());
      await compose(host, DIRECTORY, '-p', 'blue', 'up', '-d');
      await up(host, '/run/elsewhere/todobackend');
      const { result } = await runTask(host, byDirectory);
      expect(result).toMatchObject({ outcome: 'done', removed: { projects: 1, containers: 2 } });
      expect(await compose(host, '/run/elsewhere/todobackend', 'ps', '-q')).not.toBe('');

      await compose(host, DIRECTORY, '-p', 'blue', 'up', '-d');
      await compose(host, DIRECTORY, '-p', 'green', 'up', '-d');
      const before = await stateOf(host);
      expect((await runTask(host, byDirectory)).result).toMatchObject({
        outcome: 'failed',
        reason: 'ambiguous-project',
      });
      expect(await stateOf(host)).toEqual(before);
      const green = new ComposeDown({ directory: DIRECTORY, project: 'green' });
      expect((await runTask(host, green)).result).toMatchObject({
        outcome: 'done',
        removed: { containers: 2 },
      });
    });

    test('selects the project by the given files if a directory has several', async () => {
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      await host.docker('volume', 'create', 'shared');
      await must(host, `mkdir -p ${DIRECTORY} && cd ${DIRECTORY} && tee blue.yml >green.yml`, composeFile());
      await compose(host, DIRECTORY, '-p', 'blue', '-f', 'blue.yml', 'up', '-d');
      await compose(host, DIRECTORY, '-p', 'green', '-f', 'green.yml', 'up', '-d');
      await runTask(host, new ComposeDown({ directory: DIRECTORY, files: ['blue.yml'] }));
      const left = await stateOf(host);
      expect(left.filter((line) => /container blue/.test(line))).toEqual([]);
      expect(left.filter((line) => /container green/.test(line))).toHaveLength(2);
    });

    test('the directory may have any name', async () => {
      const directory = `/run/it's "odd" | $(x), späte`;
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      await host.docker('volume', 'create', 'shared');
      await must(host, `mkdir -p "$(cat)"`, directory);
      await host.run(['sh', '-c', 'cat >"$0/docker-compose.yml"', directory], { input: composeFile() });
      await compose(host, directory, '-p', 'odd', 'up', '-d');
      const { result } = await runTask(host, new ComposeDown({ directory, files: ['docker-compose.yml'] }));
      expect(result).toMatchObject({ outcome: 'done', removed: { projects: 1, containers: 2 } });
    });

    test('takes down a project whose .env file names the Compose file', async () => {
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      await host.docker('volume', 'create', 'shared');
      await must(
        host,
        `mkdir -p ${DIRECTORY} && cd ${DIRECTORY} && echo COMPOSE_FILE=blue.yml >.env && cat >blue.yml`,
        composeFile(),
      );
      await compose(host, DIRECTORY, 'up', '-d');
      expect((await runTask(host, byDirectory)).result).toMatchObject({
        outcome: 'done',
        removed: { containers: 2 },
      });
    });

    test('reports what is wrong with the files of a project, and removes nothing', async () => {
      await alone(host);
      const before = await stateOf(host);
      for (const [reason, change] of [
        ['compose-file-invalid', `echo 'services: [' >${DIRECTORY}/docker-compose.yml`],
        ['compose-file-missing', `rm ${DIRECTORY}/docker-compose.yml`],
        ['directory-missing', `rm -r ${DIRECTORY}`],
      ] as const) {
        await must(host, change);
        const { result, exitCode } = await runTask(host, byDirectory);
        expect(exitCode).toBe(1);
        expect(result).toMatchObject({ outcome: 'failed', reason });
        expect(result.message).toContain(DIRECTORY);
        expect(await stateOf(host)).toEqual(before);
      }
    });
  });
});
