import { Duration } from 'aws-cdk-lib';
import { ComposeDown, type HousekeepingTask, NetworkPrune, VolumePrune } from '../../../lib';
import { PROJECT_LABEL } from '../../../local/host/inventory';
import type { StepResult } from '../../../lib/contract';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { POLITE } from '../support/compose-world';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { runTask } from '../support/run-task';
import { difference, stateOf } from '../support/state';

const labels = { stage: 'preview' };
const LABELLED = '--label stage=preview';
const OF_SHOP = `--label ${PROJECT_LABEL}=shop`;
const selection = { labels, olderThan: Duration.seconds(0) };

/** Each Engine once. */
const kinds = Object.entries(ENGINES).filter(([name]) => /no Compose|26.1|28.5, containerd/.test(name));

describe.each(kinds)('%s', (_name, kind) => {
  describeDocker('what a swarm’s service holds, though no container does', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await startEngine(kind);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      await must(
        host,
        `set -e; exec >/dev/null
        docker swarm init --advertise-addr 127.0.0.1
        docker network create -d overlay ${LABELLED} ${OF_SHOP} shop_held
        docker network create -d overlay ${LABELLED} ${OF_SHOP} shop_free
        for of in held free; do docker volume create ${LABELLED} ${OF_SHOP} shop_data-$of; done
        docker network create ${LABELLED} local
        docker service create --detach --no-resolve-image --replicas 0 --network shop_held \\
          --mount type=volume,src=shop_data-held,dst=/data service true
        # The Engine creates it a moment later.
        until docker network inspect docker_gwbridge 2>/dev/null; do sleep 0.05; done`,
      );
    });
    afterAll(() => host.stop());

    /** Does a dry run and a run, which must report the same. @returns the result, and the removed objects */
    async function both(task: HousekeepingTask): Promise<{ result: StepResult; gone: string[] }> {
      const before = await stateOf(host);
      const dry = (await runTask(host, task, true)).result;
      expect(await stateOf(host)).toEqual(before);
      const { result } = await runTask(host, task);
      const { outcome, reason, removed, left, passedOver } = result;
      expect([dry.outcome, dry.reason, dry.removed, dry.left, dry.passedOver]).toEqual([
        outcome,
        reason,
        removed,
        left,
        passedOver,
      ]);
      return { result, gone: difference(before, await stateOf(host)).gone };
    }

    // The order matters: ComposeDown removes what the prunes leave of the project.
    test('NetworkPrune keeps it', async () => {
      const { gone } = await both(new NetworkPrune(selection));
      expect(gone).toContain('network local');
      expect(gone).not.toContain('network shop_held');
    });

    test('VolumePrune keeps it, and counts it as in use', async () => {
      const { result, gone } = await both(new VolumePrune(selection));
      expect(result).toMatchObject({ removed: { volumes: 1 }, passedOver: { inUse: 1 } });
      expect(gone).toEqual(['volume shop_data-free']);
    });

    test('ComposeDown leaves it, and reports it', async () => {
      const { result, gone } = await both(new ComposeDown({ project: 'shop', removeVolumes: true }));
      expect(result).toMatchObject({
        outcome: 'failed',
        reason: 'leftovers',
        left: ['network shop_held', 'volume shop_data-held'],
      });
      expect(gone).toEqual(['network shop_free']);
    });

    test('a swarm that is locked hides it, so every task that could remove it fails and removes nothing', async () => {
      await must(
        host,
        `docker service scale --detach $(docker service ls -q)=0 && docker swarm update --autolock=true >/dev/null
        docker volume create ${LABELLED} free; docker network create ${LABELLED} free
        docker run -d --restart always --label com.docker.compose.oneoff=False ${OF_SHOP} service "${POLITE}"`,
      );
      await host.signalEngine('TERM');
      await host.startEngine();
      await must(host, 'until docker ps -q | grep -q .; do sleep 0.05; done');
      const before = await stateOf(host);
      for (const task of [
        new NetworkPrune(selection),
        new VolumePrune(selection),
        new ComposeDown({ project: 'shop', removeVolumes: true }),
      ]) {
        const { result } = await runTask(host, task);
        expect(result).toMatchObject({ outcome: 'failed', reason: 'engine-error' });
        expect(result.message).toContain('swarm is locked');
        expect(await stateOf(host)).toEqual(before);
      }
    });
  });
});
