import { ComposeDown } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { runTask } from '../support/run-task';
import { stateOf } from '../support/state';
import { removeAll } from '../world/snapshot';

const FOLDER = '/run/projects/todo';
const LINK = '/run/projects/link';
const FILES = ['docker-compose.yml'];

describeDocker('ComposeDown by a directory that a symbolic link leads to', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await startEngine(ENGINES['Engine 20.10, classic store, no Compose']);
  });
  beforeEach(async () => {
    await removeAll(host);
    await loadImage(host, { tags: ['service:latest'] });
    await must(host, `mkdir -p ${FOLDER} && touch ${FOLDER}/${FILES[0]} && ln -s ${FOLDER} ${LINK}`);
  });
  afterAll(() => host.stop());

  /** A container as Compose v2 labels it. */
  const started = (project: string, from: string): Promise<string> =>
    must(
      host,
      `label=--label=com.docker.compose.project
      docker create --name ${project}_app --label com.docker.compose.oneoff=False $label=${project} $label.working_dir=${from} $label.config_files=${from}/${FILES[0]} service x`,
    );

  test.each([FOLDER, `${FOLDER}/`, LINK])(
    '%s with files finds what was started from the folder',
    async (directory) => {
      await started('todo', FOLDER);
      const { result } = await runTask(host, new ComposeDown({ directory, files: FILES }));
      expect(result).toMatchObject({ outcome: 'done', removed: { projects: 1, containers: 1 } });
    },
  );

  test('two projects are ambiguous, one of them started through the link, with files as without', async () => {
    await started('green', FOLDER);
    await started('blue', LINK);
    const before = await stateOf(host);
    for (const files of [[], FILES]) {
      const { result } = await runTask(host, new ComposeDown({ directory: LINK, files }));
      expect(result).toMatchObject({ outcome: 'failed', reason: 'ambiguous-project' });
      expect(await stateOf(host)).toEqual(before);
    }
  });
});
