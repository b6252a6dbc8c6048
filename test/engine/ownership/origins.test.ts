import { posix } from 'node:path';
import { ComposeDown } from '../../../lib';
import { ONE_OFF_LABEL, PROJECT_LABEL } from '../../../local/host/inventory';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { compose } from '../support/compose-world';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { runTask } from '../support/run-task';
import { stateOf } from '../support/state';
import { removeAll } from '../world/snapshot';

const HOMES = '/run/projects';
const ALICE = `${HOMES}/alice/app`;
const BOB = `${HOMES}/bob/app`;

/** Each Compose once, and a host without Compose. */
const kinds = Object.entries(ENGINES).filter(([name]) => /20.10|26.1|28.5, classic/.test(name));

describe.each(kinds)('%s', (name, kind) => {
  describeDocker('ComposeDown of what was started from one directory', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await startEngine(kind);
    });
    beforeEach(async () => {
      await removeAll(host);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
    });
    afterAll(() => host.stop());

    /** Creates a container with the labels of Compose. */
    const create = (labels: Readonly<Record<string, string>>): Promise<string> => {
      const all = Object.entries({ [ONE_OFF_LABEL]: 'False', ...labels });
      const args = all.flatMap(([key, value]) => ['--label', `${key}=${value}`]);
      return host.docker('create', '--network', 'none', ...args, 'service', 'true');
    };
    /** Starts the project app with one service of that name from these files, by hand without Compose. */
    const start = async (
      directory: string,
      service: string,
      files: readonly string[] = [],
    ): Promise<void> => {
      const file = {
        version: '2.4',
        services: {
          [service]: { image: 'service', command: ['true'], network_mode: 'none', volumes: ['data:/d'] },
        },
        volumes: { data: {} },
      };
      const names = files.length === 0 ? ['docker-compose.yml'] : files;
      await must(
        host,
        `mkdir -p ${directory} && cd ${directory} && tee ${names.join(' ')}`,
        JSON.stringify(file),
      );
      if (name.endsWith('no Compose')) {
        await create({
          [PROJECT_LABEL]: 'app',
          [`${PROJECT_LABEL}.working_dir`]: directory,
          [`${PROJECT_LABEL}.config_files`]: names.map((each) => posix.join(directory, each)).join(','),
        });
        await must(host, `docker volume create --label ${PROJECT_LABEL}=app app_data`);
      } else {
        await compose(host, directory, ...files.flatMap((each) => ['-f', each]), 'up', '--no-start');
      }
    };
    const down = (props: object): ComposeDown => new ComposeDown({ removeVolumes: true, ...props });
    /** Runs a task that must fail because its project is ambiguous. A dry run must report the same. */
    async function refused(task: ComposeDown): Promise<string | undefined> {
      const before = await stateOf(host);
      const dry = (await runTask(host, task, true)).result;
      const { result, exitCode } = await runTask(host, task);
      expect({ ...dry, dryRun: false, seconds: 0 }).toEqual({ ...result, seconds: 0 });
      expect(result).toMatchObject({ outcome: 'failed', reason: 'ambiguous-project' });
      expect(result).not.toHaveProperty('removed');
      expect(exitCode).toBe(1);
      expect(await stateOf(host)).toEqual(before);
      return result.message;
    }

    test('of two directories that share a project’s name, a task for one removes nothing of the other', async () => {
      await start(ALICE, 'web');
      await start(BOB, 'api');
      for (const task of [down({ directory: ALICE }), down({ project: 'app', directory: ALICE })]) {
        const message = await refused(task);
        expect(message).toContain(ALICE);
        expect(message).toContain(BOB);
      }
      const removed = { projects: 1, containers: 2, volumes: 1 };
      expect((await runTask(host, down({ project: 'app' }))).result).toMatchObject({
        outcome: 'done',
        removed,
      });
    });

    test('of two files that share a project’s name, a task for one removes nothing of the other', async () => {
      await start(ALICE, 'web', ['a.yml']);
      await start(ALICE, 'api', ['b.yml']);
      const byFile = down({ directory: ALICE, files: ['a.yml'] });
      expect(await refused(byFile)).toContain('b.yml');
      const removed = { projects: 1, containers: 2 };
      // The directory has no file that Compose reads by default.
      const byDirectory = down({ project: 'app', directory: ALICE });
      expect((await runTask(host, byDirectory, true)).result).toMatchObject({ outcome: 'done', removed });
      const label = `${PROJECT_LABEL}.config_files=${name.endsWith('v1') ? '' : `${ALICE}/`}b.yml`;
      await must(host, `docker rm $(docker ps -aq --filter label=${label})`);
      expect((await runTask(host, byFile)).result).toMatchObject({
        outcome: 'done',
        removed: { containers: 1 },
      });
    });

    test('what was started from two files is selected by both, in any order, and not by one of them', async () => {
      await start(ALICE, 'web', ['a.yml', 'b.yml']);
      const one = await runTask(host, down({ directory: ALICE, files: ['a.yml'] }));
      expect(one.result).toMatchObject({ outcome: 'nothing' });
      const both = await runTask(host, down({ directory: ALICE, files: ['b.yml', `${ALICE}/a.yml`] }));
      expect(both.result).toMatchObject({ outcome: 'done', removed: { projects: 1, containers: 1 } });
    });

    test('a file outside of the directory is selected by its path', async () => {
      await start(ALICE, 'web', ['a.yml', '../b.yml']);
      const both = { files: ['a.yml', '../b.yml'] };
      const { result } = await runTask(host, down({ directory: ALICE, ...both }));
      expect(result).toMatchObject({ outcome: 'done', removed: { projects: 1, containers: 1 } });
    });

    test('a container of the project that has no directory label makes the name ambiguous', async () => {
      await start(ALICE, 'web');
      await create({ [PROJECT_LABEL]: 'app' });
      expect(await refused(down({ directory: ALICE }))).toContain('an unknown directory');
    });

    test('a label that begins like another project’s name removes nothing of that project', async () => {
      await start(BOB, 'victim');
      await must(host, `mkdir -p ${ALICE} && touch ${ALICE}/compose.yml`);
      for (const odd of ['app x', 'app\nx', 'app|x', '"app"']) {
        await create({ [PROJECT_LABEL]: odd, [`${PROJECT_LABEL}.working_dir`]: ALICE });
      }
      const before = await stateOf(host);
      const { result } = await runTask(host, down({ directory: ALICE, files: [] }));
      // Compose finds no service in that file.
      expect(result.reason ?? result.outcome).toMatch(/^(nothing|compose-file-invalid)$/);
      expect(await stateOf(host)).toEqual(before);
    });

    test('a project without containers is selected by its name', async () => {
      await start(ALICE, 'web');
      await must(host, 'docker rm $(docker ps -aq)');
      const task = down({ project: 'app', directory: ALICE });
      expect((await runTask(host, task)).result).toMatchObject({ outcome: 'done', removed: { volumes: 1 } });
    });
  });
});
