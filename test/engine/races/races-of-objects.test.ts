import { Duration } from 'aws-cdk-lib';
import {
  ComposeDown,
  type HousekeepingTask,
  NetworkPrune,
  StoppedContainerPrune,
  VolumePrune,
} from '../../../lib';
import { ALL_COMPOSE, PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { loadImage, must } from '../support/images';
import { before, leaveAlone } from '../support/interpose';
import { runTask } from '../support/run-task';
import { engineState } from '../support/task-worlds';

const AT_ONCE = Duration.seconds(0);
const SERVICE = `service "trap 'exit 0' TERM; /bin/busybox sleep 10000 & wait"`;
const PROJECT = '--label com.docker.compose.oneoff=False --label com.docker.compose.project';

let serial = 0;

describeDocker('while a task removes things, other things happen', () => {
  let host: PrivateHost;
  beforeAll(async () => {
    host = await PrivateHost.start({ hide: ALL_COMPOSE });
    await loadImage(host, { tags: ['service:latest'], busybox: true });
  });
  afterEach(() => leaveAlone(host));
  afterAll(() => host.stop());

  /** Each test has its own labels and names, so that it does not meet what another test left. */
  let app: string;
  let labels: { application: string };
  let label: string;
  beforeEach(() => {
    app = `app${++serial}`;
    labels = { application: app };
    label = `--label application=${app}`;
  });
  const ours = async (): Promise<string[]> => (await engineState(host)).filter((line) => line.includes(app));

  /** Runs a task. It must not fail from what happens here, unless the test expects another exit code. */
  async function run(task: HousekeepingTask, exitCode = 0): Promise<unknown> {
    const done = await runTask(host, task);
    expect(done.exitCode).toBe(exitCode);
    return done.result;
  }

  test('StoppedContainerPrune: what is started again or removed after the listing is passed over', async () => {
    await must(
      host,
      `for name in early late gone plain; do docker create --name ${app}-$name ${label} ${SERVICE}; done`,
    );
    await before(host, {
      'docker inspect --type container *': `docker start ${app}-early`,
      'docker container rm *': `docker start ${app}-late; docker rm ${app}-gone`,
    });
    expect(await run(new StoppedContainerPrune({ labels, olderThan: AT_ONCE }))).toMatchObject({
      outcome: 'done',
      removed: { containers: 1 },
      passedOver: { inUse: 2, gone: 1 },
    });
    const running = ['early', 'late'].flatMap((name) => [
      `container /${app}-${name}`,
      `running /${app}-${name}`,
    ]);
    expect(await ours()).toEqual(running.sort());
  });

  test('VolumePrune: what a container uses, or a user removes, after the listing is passed over', async () => {
    await must(
      host,
      `for name in created run late gone plain; do docker volume create ${label} ${app}-$name; done`,
    );
    await before(host, {
      'docker volume ls *': `docker create --name ${app}-0 service true`,
      'docker inspect --type volume *': `docker create --name ${app}-1 -v ${app}-created:/data service true
          docker run -d --name ${app}-2 -v ${app}-run:/data ${SERVICE}`,
      'docker volume rm *': `docker create --name ${app}-3 -v ${app}-late:/data service true
          docker volume rm ${app}-gone`,
    });
    expect(await run(new VolumePrune({ labels, olderThan: AT_ONCE }))).toMatchObject({
      outcome: 'done',
      removed: { volumes: 1 },
      passedOver: { inUse: 3, gone: 1 },
    });
    const volumes = (await ours()).filter((line) => line.startsWith('volume'));
    expect(volumes).toEqual(['created', 'late', 'run'].map((name) => `volume ${app}-${name}`));
  });

  test('NetworkPrune: what a container joins, or a user removes, after the listing is passed over', async () => {
    await must(
      host,
      `for name in early late gone plain; do docker network create ${label} ${app}-$name; done`,
    );
    await before(host, {
      'docker inspect --type network *': `docker run -d --name ${app}-1 --network ${app}-early ${SERVICE}`,
      'docker network rm *': `docker run -d --name ${app}-2 --network ${app}-late ${SERVICE}
          docker network rm ${app}-gone`,
    });
    expect(await run(new NetworkPrune({ labels, olderThan: AT_ONCE }))).toMatchObject({
      outcome: 'done',
      removed: { networks: 1 },
      passedOver: { inUse: 2, gone: 1 },
    });
    const networks = (await ours()).filter((line) => line.startsWith('network'));
    expect(networks).toEqual(['early', 'late'].map((name) => `network ${app}-${name}`));
  });

  test('NetworkPrune: a network of a container that is not started yet is kept', async () => {
    await must(host, `for name in early plain; do docker network create ${label} ${app}-$name; done`);
    await before(host, {
      'docker ps *': `docker create --name ${app}-1 --network ${app}-early ${SERVICE}`,
    });
    expect(await run(new NetworkPrune({ labels, olderThan: AT_ONCE }))).toMatchObject({
      outcome: 'done',
      removed: { networks: 1 },
      passedOver: { inUse: 1 },
    });
    await host.docker('start', `${app}-1`);
    expect(await ours()).toContain(`running /${app}-1`);
  });

  test('NetworkPrune: a network is lost if such a container is created at the very last instant', async () => {
    await must(host, `docker network create ${label} ${app}-late`);
    await before(host, {
      'docker network rm *': `docker create --name ${app}-1 --network ${app}-late ${SERVICE}`,
    });
    // No client can prevent this: to the Engine a network is in use only while a container on it runs.
    expect(await run(new NetworkPrune({ labels, olderThan: AT_ONCE }))).toMatchObject({
      outcome: 'done',
      removed: { networks: 1 },
    });
    expect(await ours()).toEqual([`container /${app}-1`]);
  });

  test('NetworkPrune: a project that is started after the listing keeps its networks', async () => {
    await must(host, `docker network create ${PROJECT}=${app} ${app}_default`);
    await before(host, {
      'docker network rm *': `docker run -d --name ${app}-1 ${PROJECT}=${app} --network ${app}_default ${SERVICE}`,
    });
    expect(await run(new NetworkPrune({ composeLeftovers: true, olderThan: AT_ONCE }))).toMatchObject({
      outcome: 'nothing',
      passedOver: { inUse: 1 },
    });
    expect(await ours()).toContain(`network ${app}_default`);
  });

  describe('ComposeDown', () => {
    const make = (): Promise<string> =>
      must(
        host,
        `of="${label} ${PROJECT}=${app}"
          docker network create $of ${app}_default && docker volume create $of ${app}_data
          docker run -d --name ${app}_web $of --network ${app}_default ${SERVICE}
          docker create --name ${app}_db $of --network ${app}_default -v ${app}_data:/data ${SERVICE}`,
      );
    const everything = (): string[] =>
      [
        `container /${app}_db`,
        `container /${app}_web`,
        `network ${app}_default`,
        `volume ${app}_data`,
      ].sort();
    const kinds = {
      'by name': () => new ComposeDown({ project: app, removeVolumes: true }),
      selected: () => new ComposeDown({ labels, olderThan: AT_ONCE, removeVolumes: true }),
    };

    test.each(Object.entries(kinds))(
      '%s: what is started again is kept and reported, with all that it needs',
      async (_kind, task) => {
        await make();
        await before(host, { 'docker rm *': `docker start ${app}_web ${app}_db` });
        const result = await run(task(), 1);
        expect(result).toMatchObject({
          outcome: 'failed',
          reason: 'leftovers',
          removed: { projects: 0, containers: 0, networks: 0, volumes: 0 },
          left: expect.arrayContaining([`container ${app}_web`, `volume ${app}_data`]) as unknown,
        });
        expect(await ours()).toEqual([...everything(), `running /${app}_db`, `running /${app}_web`].sort());
      },
    );

    test('a project that is started again after the removal of its containers keeps the rest', async () => {
      await make();
      await before(host, {
        'docker network rm *': `docker run -d --name ${app}_new ${label} ${PROJECT}=${app} --network ${app}_default -v ${app}_data:/data ${SERVICE}`,
      });
      expect(await run(kinds['by name'](), 1)).toMatchObject({ outcome: 'failed', reason: 'leftovers' });
      expect(await ours()).toEqual(
        [
          `container /${app}_new`,
          `running /${app}_new`,
          `network ${app}_default`,
          `volume ${app}_data`,
        ].sort(),
      );
    });

    test('does not fail if another process takes the project down during the run', async () => {
      await make();
      await before(host, {
        'docker stop *': `docker rm -f ${app}_web`,
        'docker rm *': `docker rm -f ${app}_db; docker network rm ${app}_default; docker volume rm ${app}_data`,
      });
      expect(await run(kinds['by name']())).toMatchObject({ outcome: 'done', removed: { projects: 1 } });
      expect(await ours()).toEqual([]);
    });
  });
});
