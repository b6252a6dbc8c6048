import { Duration } from 'aws-cdk-lib';
import { ComposeDown, NetworkPrune } from '../../../lib';
import { ONE_OFF_LABEL, PROJECT_LABEL, SERVICE_LABEL } from '../../../local/host/inventory';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { dataOf, runByHand } from '../support/built-world';
import { POLITE } from '../support/compose-world';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { runTask } from '../support/run-task';
import { stateOf } from '../support/state';
import { removeAll } from '../world/snapshot';

/** The labels by which Compose v2 recognizes its own containers. */
const SHOP = [
  `${PROJECT_LABEL}=shop`,
  `${ONE_OFF_LABEL}=False`,
  `${SERVICE_LABEL}=app`,
  'com.docker.compose.container-number=1',
  'com.docker.compose.config-hash=0',
]
  .map((label) => `--label ${label}`)
  .join(' ');
const down = new ComposeDown({ project: 'shop', removeVolumes: true });

describe.each(Object.entries(ENGINES))('%s', (name, kind) => {
  describeDocker('a copy of a project’s container by docker commit', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await startEngine(kind);
    });
    beforeEach(async () => {
      await removeAll(host);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      await must(
        host,
        `docker run -d --name shop-app-1 ${SHOP} --network none -v /data service "${POLITE}" &&
        docker commit shop-app-1 copy:1`,
      );
    });
    afterAll(() => host.stop());

    const containers = async (): Promise<string[]> =>
      (await stateOf(host)).filter((line) => line.startsWith('container'));

    test('keeps running with its data when the project is removed without a stop by Compose', async () => {
      await runByHand(host, 'copy', 'copy:1');
      const { result } = await runTask(host, down);
      expect(result).toMatchObject({ outcome: 'done', removed: { projects: 1, containers: 1, volumes: 1 } });
      expect(result.warnings).toEqual([
        name.endsWith('no Compose') ? 'compose-missing' : 'compose-stop-skipped',
      ]);
      expect(await dataOf(host, 'copy')).toBe('precious');
      expect((await runTask(host, down)).result).toMatchObject({ outcome: 'nothing' });
    });

    test('keeps no network of the project after the removal of its last container', async () => {
      await runByHand(host, 'copy', 'copy:1');
      await must(
        host,
        `docker rm -f shop-app-1; docker network create --label ${PROJECT_LABEL}=shop shop_default`,
      );
      const task = new NetworkPrune({ composeLeftovers: true, olderThan: Duration.seconds(0) });
      expect((await runTask(host, task)).result).toMatchObject({ outcome: 'done', removed: { networks: 1 } });
    });

    test('belongs to the project if it has a Compose label of its own, or if its image was removed', async () => {
      await must(
        host,
        `docker create --name scaled --label com.docker.compose.container-number=2 --network none copy:1 true
        docker commit shop-app-1 copy:2 && docker create --name orphaned --network none copy:2 true &&
        id=$(docker image inspect --format '{{.Id}}' copy:2) && docker image rm -f copy:2
        docker image rm -f "$id"; ! docker image inspect "$id"`,
      );
      expect(await containers()).toHaveLength(3);
      const { result } = await runTask(host, down);
      expect(result).toMatchObject({ outcome: 'done', removed: { containers: 3 } });
      expect(await containers()).toEqual([]);
    });
  });
});
