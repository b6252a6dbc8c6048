import { ComposeDown } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { compose, POLITE } from '../support/compose-world';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { runTask } from '../support/run-task';
import { stateOf } from '../support/state';
import { removeAll } from '../world/snapshot';

const HOME = '/run/projects/shop';
const SEEN = '/run/hooks';

const service = (name: string, more: object = {}): object => ({
  image: 'service',
  command: [POLITE],
  network_mode: 'none',
  volumes: [`${SEEN}:${SEEN}`],
  pre_stop: [{ command: ['/bin/busybox', 'touch', `${SEEN}/${name}`] }],
  ...more,
});
const FILE = { services: { app: service('app'), extra: service('extra', { profiles: ['more'] }) } };

const TASKS = {
  'the directory': new ComposeDown({ directory: HOME }),
  'the project and the directory': new ComposeDown({ project: 'shop', directory: HOME }),
  'the files': new ComposeDown({ directory: HOME, files: ['compose.yml'] }),
};
const byBoth = TASKS['the project and the directory'];

/** Compose runs such hooks since 2.30. */
const withHooks = Object.entries(ENGINES).filter(([, { compose }]) => compose.test('2.40.3'));

describe.each(withHooks)('%s', (_name, kind) => {
  describeDocker('the pre_stop hooks of a project', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await startEngine(kind);
    });
    beforeEach(async () => {
      await removeAll(host);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      await must(
        host,
        `mkdir -p ${HOME} && rm -rf ${SEEN} && mkdir ${SEEN} && cat >${HOME}/compose.yml`,
        JSON.stringify(FILE),
      );
      await compose(host, HOME, '--profile', 'more', 'up', '-d');
    });
    afterAll(() => host.stop());

    test.each(Object.entries(TASKS))(
      'run with %s, of an inactive profile’s service too',
      async (_what, task) => {
        const { result } = await runTask(host, task);
        expect(result).toMatchObject({ outcome: 'done', removed: { projects: 1, containers: 2 } });
        expect(result).not.toHaveProperty('warnings');
        expect(await must(host, `ls ${SEEN}`)).toBe('app\nextra');
      },
    );

    test('run with several files, the folder of the first of which is the project’s', async () => {
      await removeAll(host);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      const [base, more] = [
        { services: { app: service('app', { env_file: 'app.env' }) } },
        { services: { app: {} } },
      ];
      await must(
        host,
        `mkdir -p ${HOME}/over && cd ${HOME} && echo A=b >app.env && cat >base.yml`,
        JSON.stringify(base),
      );
      await must(host, `cat >${HOME}/over/more.yml`, JSON.stringify(more));
      const files = ['base.yml', 'over/more.yml'];
      await compose(host, HOME, ...files.flatMap((file) => ['-f', file]), 'up', '-d');
      const { result } = await runTask(host, new ComposeDown({ directory: HOME, files }));
      expect(result).toMatchObject({ outcome: 'done', removed: { projects: 1, containers: 1 } });
      expect(result).not.toHaveProperty('warnings');
      expect(await must(host, `ls ${SEEN}`)).toBe('app');
    });

    test('run with files that are right only without their profiles', async () => {
      const needs = {
        services: {
          app: service('app'),
          extra: service('extra', { profiles: ['more'], depends_on: ['absent'] }),
        },
      };
      await must(host, `cat >${HOME}/compose.yml`, JSON.stringify(needs));
      const { result } = await runTask(host, byBoth);
      expect(result).toMatchObject({ outcome: 'done', removed: { containers: 2 } });
      expect(await must(host, `ls ${SEEN}`)).toBe('app');
    });
  });
});

/** Each Compose once, and a host without. */
const kinds = Object.entries(ENGINES).filter(([name]) => /20.10|26.1|28.5, classic/.test(name));

describe.each(kinds)('%s', (name, kind) => {
  describeDocker('files that Compose cannot use', () => {
    const without = name.endsWith('no Compose');
    let host: PrivateHost;
    beforeAll(async () => {
      host = await startEngine(kind);
    });
    beforeEach(async () => {
      await removeAll(host);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      await must(
        host,
        `mkdir -p ${HOME} && echo 'services: {}' >${HOME}/compose.yml
        label=--label=com.docker.compose
        docker run -d --network none $label.project=shop $label.oneoff=False $label.project.working_dir=${HOME} \\
          $label.project.config_files=${HOME}/compose.yml $label.service=app service "${POLITE}"`,
      );
    });
    afterAll(() => host.stop());

    const FAULTS: Readonly<Record<string, readonly [reason: string, change: string]>> = {
      'an invalid file': ['compose-file-invalid', `echo 'services: [' >${HOME}/compose.yml`],
      'a file that needs an env file': [
        'compose-file-invalid',
        `printf '%s\\n' "version: '2.4'" 'services: {app: {image: service, env_file: absent.env}}' >${HOME}/compose.yml`,
      ],
      'no file': ['compose-file-missing', `rm ${HOME}/compose.yml`],
      'no directory': ['directory-missing', `rm -r ${HOME}`],
    };
    // Without Compose its files have no part in it.
    const faults = Object.entries(FAULTS).filter(
      ([, [reason]]) => !without || reason === 'directory-missing',
    );

    test.each(faults)(
      '%s: with the project’s name a warning, without it a failure',
      async (_what, [reason, change]) => {
        await must(host, change);
        const before = await stateOf(host);
        expect((await runTask(host, TASKS['the directory'])).result).toMatchObject({
          outcome: 'failed',
          reason,
        });
        expect(await stateOf(host)).toEqual(before);
        const { result } = await runTask(host, byBoth);
        expect(result).toMatchObject({ outcome: 'done', removed: { projects: 1, containers: 1 } });
        expect(result.warnings).toEqual(without ? ['compose-missing', reason] : [reason]);
      },
    );
  });
});
