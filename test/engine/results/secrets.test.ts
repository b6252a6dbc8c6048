import { ComposeDown, ShellTask } from '../../../lib';
import { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { alone, COMPOSE_HOSTS, composeFile, DIRECTORY } from '../support/compose-world';
import { ENGINES } from '../support/engines';
import { must } from '../support/images';
import { RUN_DIR } from '../support/interpose';
import { runTask } from '../support/run-task';
import { stateOf } from '../support/state';
import { removeAll } from '../world/snapshot';

const SECRET = 'sw0rd';
/** No Compose can interpolate it, and each quotes it in its complaint. */
const VALUE = `postgres://app:pa\${${SECRET}@db/app`;

/** What is wrong with the project's files, and where the task says it is. */
const FAULTS: Readonly<Record<string, { files: Record<string, string>; place: RegExp }>> = {
  'a variable as a key': {
    files: { 'docker-compose.yml': composeFile({ app: { environment: { URL: VALUE } } }) },
    place: /services\.app\.environment/,
  },
  'a variable in a list': {
    files: { 'docker-compose.yml': composeFile({ app: { environment: [`URL=${VALUE}`] } }) },
    place: /services\.app\.environment/,
  },
  'a value that looks like a place': {
    files: {
      'docker-compose.yml': composeFile({
        app: {
          environment: {
            URL: `format for "${SECRET}" option in service "${SECRET}": services.${SECRET} \${`,
          },
        },
      }),
    },
    place: /services\.app\.environment/,
  },
  'a variable in a command': {
    files: { 'docker-compose.yml': composeFile({ app: { command: `run --url ${VALUE}` } }) },
    place: /services\.app\.command/,
  },
  'a variable that has to be set': {
    files: { 'docker-compose.yml': composeFile({ app: { environment: { URL: `\${ABSENT:?${SECRET}}` } } }) },
    // Version 1 quotes the value before it names the service.
    place: /services\.app\.environment|^Compose refuses the files in [^ ]*: run/,
  },
  'a member that no service has': {
    files: { 'docker-compose.yml': composeFile({ app: { [VALUE]: 1 } }) },
    place: /services\.app/,
  },
  'YAML that is broken off': {
    files: {
      'docker-compose.yml': `services:\n  app:\n    image: service\n    environment: { URL: "${SECRET}\n`,
    },
    place: /line \d/,
  },
};

/** Each Compose once. */
const HOSTS = {
  ...COMPOSE_HOSTS,
  'Engine 26.1 with Compose 2.26': ENGINES['Engine 26.1, containerd store, Compose v2'].options,
};

describe.each(Object.entries(HOSTS))('%s', (_name, options) => {
  describeDocker('a secret in a Compose file', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await PrivateHost.start(options);
      await alone(host);
    });
    afterAll(() => host.stop());

    const write = async (files: Record<string, string>): Promise<void> => {
      for (const [name, text] of Object.entries(files)) await must(host, `cat >${DIRECTORY}/${name}`, text);
    };

    test.each(Object.entries(FAULTS))(
      '%s: the task names the place and not the value',
      async (_what, fault) => {
        await write(fault.files);
        const before = await stateOf(host);
        const run = await runTask(host, new ComposeDown({ directory: DIRECTORY }));
        expect(run.result).toMatchObject({ outcome: 'failed', reason: 'compose-file-invalid' });
        expect(JSON.stringify(run)).not.toContain(SECRET);
        expect(run.result.message).toMatch(fault.place);
        expect(await stateOf(host)).toEqual(before);
        // Compose did say it: the proof that there was something to hide.
        expect(await must(host, `cat ${RUN_DIR}/work/compose-said`)).toMatch(/sw0rd|line/);
      },
    );

    test('the name of a folder is not taken for the place of a fault', async () => {
      const directory = '/run/projects/services.example.com';
      await must(
        host,
        `mkdir -p ${directory} && cat >${directory}/docker-compose.yml`,
        composeFile({ app: { [VALUE]: 1 } }),
      );
      const { result } = await runTask(host, new ComposeDown({ directory }));
      expect(result.message).toMatch(/^Compose refuses the files in [^ ]* at services\.app/);
    });

    test('of the .env file reaches no report either, and does not block a teardown by name', async () => {
      await write({ 'docker-compose.yml': composeFile(), '.env': `PASSWORD="pa${SECRET}\nX=\${${SECRET}\n` });
      const run = await runTask(host, new ComposeDown({ project: 'todobackend', directory: DIRECTORY }));
      expect(JSON.stringify(run)).not.toContain(SECRET);
      expect(run.result).toMatchObject({ outcome: 'done', removed: { projects: 1, containers: 2 } });
      await removeAll(host);
    });
  });
});

describeDocker('a secret that the script of a ShellTask prints', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await PrivateHost.start();
  });
  afterAll(() => host.stop());

  test.each([
    ['no JSON', `echo ${SECRET}`],
    ['a member of its own', `echo '{"outcome":"done","${SECRET}":"x"}'`],
    ['a kind of its own', `echo '{"outcome":"done","removed":{"${SECRET}":1}}'`],
    ['a count that is none', `echo '{"outcome":"done","removed":{"images":"${SECRET}"}}'`],
    ['a code that is none', `echo '{"outcome":"${SECRET} ${SECRET}"}'`],
    ['more behind the result', `echo '{"outcome":"done"} ${SECRET}'`],
    ['a second line', `echo '{"outcome":"done"}'; echo ${SECRET}`],
    ['a string with an escape', `echo '{"outcome":"done","message":"\\u0041${SECRET}"}'`],
  ])('%s: the result says where it is wrong, and not what stands there', async (_what, script) => {
    const { result } = await runTask(host, new ShellTask({ script }));
    expect(result).toMatchObject({ outcome: 'failed', reason: 'broken-result' });
    expect(JSON.stringify(result)).not.toContain(SECRET);
  });
});
