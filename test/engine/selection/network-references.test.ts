import { Duration } from 'aws-cdk-lib';
import { ComposeDown, NetworkPrune } from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { runTask } from '../support/run-task';
import { removeAll } from '../world/snapshot';

const NAMES = [
  'Engine 20.10, classic store, no Compose',
  'Engine 28.5, containerd store, Compose v2',
] as const;

describe.each(NAMES)('%s', (name) => {
  describeDocker(
    'a network of another user, named like the beginning of another network’s identifier',
    () => {
      let host: PrivateHost;
      beforeAll(async () => {
        host = await startEngine(ENGINES[name]);
      });
      beforeEach(async () => {
        await removeAll(host);
        await loadImage(host, { tags: ['service:latest'], busybox: true });
      });
      afterAll(() => host.stop());

      /**
       * Creates one for each length of name, with a container on it. @returns the identifier of the other
       * network
       */
      const make = (label: string, ...lengths: number[]): Promise<string> =>
        must(
          host,
          `set -e
        id=$(docker network create --label ${label} named)
        for length in ${lengths.join(' ')}; do
          name=$(echo "$id" | cut -c "1-$length")
          docker network create "$name"
          docker create --network "$name" --name "guest-$length" service true
        done >/dev/null
        echo "$id"`,
        );
      const names = async (): Promise<string[]> =>
        (await host.docker('network', 'ls', '--format', '{{.Name}}')).split('\n');

      const prune = new NetworkPrune({ labels: { app: 'todo' }, olderThan: Duration.seconds(0) });

      test('does not stop NetworkPrune from removing the other network', async () => {
        await make('app=todo', 1, 2, 12);
        const { result } = await runTask(host, prune);
        expect(result).toMatchObject({ outcome: 'done', removed: { networks: 1 } });
        expect(await names()).not.toContain('named');
      });

      test('does not stop ComposeDown from removing the other network', async () => {
        await make('com.docker.compose.project=shop', 1, 2, 12);
        const { result } = await runTask(host, new ComposeDown({ project: 'shop' }));
        expect(result).toMatchObject({ outcome: 'done', removed: { networks: 1 } });
        expect(await names()).not.toContain('named');
      });

      test('a whole identifier refers to the network that has it, even if another one has that name', async () => {
        const id = await make('app=todo', 64);
        const { result } = await runTask(host, prune);
        expect(result).toMatchObject({ outcome: 'nothing', passedOver: { inUse: 1 } });
        await host.docker('start', 'guest-64');
        const joined = '{{range .NetworkSettings.Networks}}{{.NetworkID}}{{end}}';
        expect(await host.docker('inspect', '--format', joined, 'guest-64')).toBe(id);
      });
    },
  );
});
