import { ComposeDown } from '../../../lib';
import { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { DIRECTORY, POLITE, WITHOUT_COMPOSE } from '../support/compose-world';
import { loadImage, must } from '../support/images';
import { runTask, SHELLS } from '../support/run-task';
import { difference, stateOf } from '../support/state';
import { removeAll } from '../world/snapshot';

const byName = new ComposeDown({ project: 'todobackend', removeVolumes: true });
const byDirectory = new ComposeDown({ directory: DIRECTORY, removeVolumes: true });

describeDocker('ComposeDown without Compose', () => {
  let host: PrivateHost;
  const label = 'com.docker.compose.project';
  beforeAll(async () => {
    host = await PrivateHost.start(WITHOUT_COMPOSE);
  });
  beforeEach(async () => {
    await removeAll(host);
    await loadImage(host, { tags: ['service:latest'], busybox: true });
    for (const project of ['todobackend', 'todobackend2']) {
      const own = ['--label', `${label}=${project}`, '--label', 'com.docker.compose.oneoff=False'];
      await host.docker('network', 'create', ...own, `${project}_default`);
      await host.docker('volume', 'create', ...own, `${project}_public`);
      const mounts = ['-v', `${project}_public:/public`, '-v', '/scratch', '--network', `${project}_default`];
      const where = ['--label', `${label}.working_dir=/run/projects/${project}`];
      await host.docker(
        'run',
        '-d',
        '--name',
        `${project}_app_1`,
        ...own,
        ...where,
        ...mounts,
        'service',
        POLITE,
      );
      await must(host, `mkdir -p /run/projects/${project} && touch /run/projects/${project}/compose.yaml`);
    }
  });
  afterAll(() => host.stop());

  test.each(SHELLS)('the labels alone do, under %s', async (shell) => {
    const before = await stateOf(host);
    const { result } = await runTask(host.withShell(shell), byName);
    const { gone } = difference(before, await stateOf(host));
    expect(gone).toHaveLength(4);
    expect(gone).toEqual(
      expect.arrayContaining([
        'container todobackend_app_1 running',
        'network todobackend_default',
        'volume todobackend_public',
      ]),
    );
    expect(result).toMatchObject({
      outcome: 'done',
      removed: { projects: 1, containers: 1, networks: 1, volumes: 2 },
    });
    expect(result.warnings).toEqual(['compose-missing']);
  });

  test('by directory it works as well', async () => {
    const { result } = await runTask(host, byDirectory);
    expect(result).toMatchObject({
      outcome: 'done',
      removed: { containers: 1 },
      warnings: ['compose-missing'],
    });
  });
});
