import { ComposeDown } from '../../../lib';
import { commandDocument, type CommandDocumentContent } from '../../../lib/command-document';
import { DRY_RUN_LINE } from '../../../lib/host/script';
import { PrivateHost } from '../../../local/host/private-host';
import { runDocument } from '../../../local/ssm-agent';
import { describeDocker } from '../../support/docker';
import { alone, COMPOSE_HOSTS, composeFile, DIRECTORY } from '../support/compose-world';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { resultOf, runHostStep, runTask } from '../support/run-task';
import { stateOf } from '../support/state';
import { bystanders, TASK_WORLDS } from '../support/task-worlds';

const worlds = Object.values(TASK_WORLDS);

/** The document of all kinds of task, with this value in place of the parameter that the agent fills in. */
function sentWith(value: string): CommandDocumentContent {
  const { mainSteps, ...rest } = commandDocument(worlds.map(({ task }) => task));
  const line = (text: string): string => (text === DRY_RUN_LINE ? `DRY_RUN='${value}'` : text);
  return {
    ...rest,
    mainSteps: mainSteps.map(({ inputs, ...step }) => ({
      ...step,
      inputs: { ...inputs, runCommand: inputs.runCommand.map(line) },
    })),
  };
}

describeDocker('the host does not trust', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await startEngine(ENGINES['Engine 20.10, classic store, no Compose']);
  });
  afterAll(() => host.stop());

  describe('a DryRun that is neither true nor false', () => {
    beforeAll(async () => {
      await bystanders(host);
      for (const { make } of worlds) await make(host);
      // The scripts are stored already, as on every host after its first run.
      await runHostStep(
        host,
        worlds.map(({ task }) => task),
      );
    });

    test.each(['{{ dryrun }}', 'True', 'TRUE', '', 'false ', "true' || DRY_RUN='false"])(
      '%j: every step fails and changes nothing',
      async (value) => {
        const before = await stateOf(host);
        const { steps } = await runDocument(sentWith(value.replaceAll("'", "'\\''")), {
          host,
          parameters: { DryRun: ['true'] },
          commandId: '11111111-2222-3333-4444-555555555555',
          instanceId: 'i-0123456789abcdef0',
        });
        expect(steps).toHaveLength(1 + worlds.length + 1); // with the steps host and disk
        for (const { plugin, stdout } of steps) {
          const result = resultOf(stdout);
          expect(result).toMatchObject({ outcome: 'failed', dryRun: true });
          expect(result.reason).toBe('dry-run-invalid');
          expect(plugin.ResponseCode).toBe(1);
        }
        expect(await stateOf(host)).toEqual(before);
      },
    );
  });

  describe('a file system that never answers', () => {
    const DEAD = '/run/projects/dead';
    beforeAll(async () => {
      // No program serves this FUSE file system, so a process that reads it waits until it is killed.
      await must(
        host,
        `mkdir -p ${DEAD}
        exec 3<>/dev/fuse
        mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 none ${DEAD}
        sleep 3600 >/dev/null 2>&1 & echo $! >/run/keeper.pid`,
      );
      await loadImage(host, { tags: ['service:latest'], busybox: true });
    });
    beforeEach(async () => {
      const label = '--label com.docker.compose.project';
      await must(
        host,
        `docker rm -f dead_app >/dev/null 2>&1
        docker create --name dead_app ${label}=dead ${label}.working_dir=${DEAD} \\
          --label com.docker.compose.oneoff=False service true`,
      );
    });
    afterAll(() => must(host, `kill "$(cat /run/keeper.pid)"; umount -l ${DEAD}`));

    test.each([[undefined], [['compose.yml']]])(
      'the task reports it and removes nothing (files %j)',
      async (files) => {
        const before = await stateOf(host);
        const { result } = await runTask(host, new ComposeDown({ directory: DEAD, ...(files && { files }) }));
        expect(result).toMatchObject({ outcome: 'failed', reason: 'directory-unanswered' });
        expect(result.message).toContain(DEAD);
        expect(await stateOf(host)).toEqual(before);
      },
    );

    test('the task takes a project down by its name, and warns', async () => {
      const { result } = await runTask(host, new ComposeDown({ project: 'dead', directory: DEAD }));
      expect(result).toMatchObject({
        outcome: 'done',
        removed: { projects: 1, containers: 1 },
        warnings: expect.arrayContaining(['directory-unanswered']) as unknown,
      });
    });
  });
});

describe.each(Object.entries(COMPOSE_HOSTS))('%s', (_name, options) => {
  describeDocker('a file that never answers, which a Compose file names', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await PrivateHost.start(options);
      await alone(host);
    });
    afterAll(() => host.stop());

    test('the task takes the project down by its name, and warns', async () => {
      // Compose waits for a program that writes into the pipe.
      const file = composeFile({ app: { extends: { file: 'pipe', service: 'app' } } });
      await must(host, `cd ${DIRECTORY} && mkfifo pipe && cat >docker-compose.yml`, file);
      const { result } = await runTask(
        host,
        new ComposeDown({ project: 'todobackend', directory: DIRECTORY }),
      );
      expect(result).toMatchObject({ outcome: 'done', removed: { projects: 1, containers: 2 } });
      expect(result.warnings).toContain('directory-unanswered');
    });
  });
});
