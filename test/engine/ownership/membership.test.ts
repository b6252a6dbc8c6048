import { Duration } from 'aws-cdk-lib';
import { ComposeDown, NetworkPrune, StoppedContainerPrune, VolumePrune } from '../../../lib';
import { KEEP_LABEL } from '../../../lib/contract';
import { ONE_OFF_LABEL, PROJECT_LABEL } from '../../../local/host/inventory';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { BUILT, buildShop, dataOf, HOME, runByHand } from '../support/built-world';
import { stopClock } from '../support/clock';
import { compose } from '../support/compose-world';
import { ask } from '../support/engine-api';
import { ENGINES, startEngine } from '../support/engines';
import { must } from '../support/images';
import { runTask } from '../support/run-task';
import { stateOf } from '../support/state';

const AT_ONCE = Duration.seconds(0);
const labels = { stage: 'preview' };
const down = new ComposeDown({ project: 'shop', removeVolumes: true });

const LABELLED = '--label stage=preview';
const KEPT = `--label ${KEEP_LABEL}=`;
/** The labels that Compose puts on its own containers. */
const OF_SHOP = `--label ${PROJECT_LABEL}=shop --label ${ONE_OFF_LABEL}=False`;

const withBuildKit = Object.entries(ENGINES).filter(
  ([, { compose }]) => compose.test('2.26.1') || compose.test('2.40.3'),
);

describe.each(withBuildKit)('%s', (_name, kind) => {
  describeDocker('what a user starts from an image that Compose built', () => {
    let host: PrivateHost;
    beforeAll(async () => {
      host = await startEngine(kind);
      await buildShop(host, { labels });
    });
    beforeEach(async () => {
      await must(
        host,
        `docker rm -fv $(docker ps -aq); docker network prune -f; docker volume rm $(docker volume ls -q)
        rm -f /usr/local/sbin/date`,
      );
    });
    afterAll(() => host.stop());

    /** Starts the project, and a container by hand beside it. */
    const both = async (): Promise<void> => {
      await compose(host, HOME, 'up', '-d');
      await runByHand(host, 'by-hand', BUILT);
    };
    const label = (name: string, key: string): Promise<string> =>
      host.docker('inspect', '--format', `{{index .Config.Labels "${key}"}}`, name);
    const created = async (name: string): Promise<number> =>
      Date.parse((await ask<{ Created: string }>(host, `/containers/${name}/json`)).Created);
    const state = async (): Promise<string[]> =>
      (await stateOf(host)).filter((line) => /^(container|volume|network (?!bridge|host|none))/.test(line));

    test('has the project’s label, and keeps running with its data when the project is removed', async () => {
      await both();
      expect([await label('by-hand', PROJECT_LABEL), await label('by-hand', ONE_OFF_LABEL)]).toEqual([
        'shop',
        '',
      ]);
      const removed = { projects: 1, containers: 1, networks: 1, volumes: 2 };
      expect((await runTask(host, down, true)).result).toMatchObject({ outcome: 'done', removed });
      const { result } = await runTask(host, down);
      expect(result).toMatchObject({ outcome: 'done', removed });
      expect(result).not.toHaveProperty('warnings');
      expect(await dataOf(host, 'by-hand')).toBe('precious');
      expect((await runTask(host, down)).result).toMatchObject({ outcome: 'nothing' });
    });

    test('keeps the network and the volume that it uses', async () => {
      await both();
      await must(
        host,
        'docker network disconnect none by-hand && docker network connect shop_default by-hand',
      );
      await must(host, `docker create --network none --name reader -v shop_stock:/stock ${BUILT} true`);
      expect((await runTask(host, down)).result).toMatchObject({
        outcome: 'failed',
        reason: 'leftovers',
        removed: { containers: 1, networks: 0 },
        left: ['network shop_default', 'volume shop_stock'],
      });
      expect(await dataOf(host, 'by-hand')).toBe('precious');
    });

    test('does not count when the task checks the labels and the age of the project', async () => {
      await compose(host, HOME, 'up', '-d');
      // Ages count in whole seconds.
      await must(host, 'sleep 1.1');
      await must(
        host,
        `docker create --name young ${LABELLED} ${BUILT} true; docker create --name unlabelled ${BUILT} true`,
      );
      await stopClock(host, Math.floor((await created('young')) / 1000) + 3);
      const task = new ComposeDown({ labels, olderThan: Duration.seconds(3), removeVolumes: true });
      const { result } = await runTask(host, task);
      expect(result).toMatchObject({ outcome: 'done', removed: { projects: 1, containers: 1 } });
      expect(result).not.toHaveProperty('passedOver');
      expect(await state()).toEqual(['container unlabelled created', 'container young created']);
    });

    test('keeps no network of the project if that has no container of its own', async () => {
      await must(
        host,
        `docker network create ${OF_SHOP} shop_default; docker create --name by-hand ${BUILT} true`,
      );
      const task = new NetworkPrune({ composeLeftovers: true, olderThan: AT_ONCE });
      expect((await runTask(host, task)).result).toMatchObject({ outcome: 'done', removed: { networks: 1 } });
    });

    test('does not make the task keep the project, even with the keep label', async () => {
      await must(
        host,
        `docker create --name by-hand ${KEPT} ${BUILT} true
        docker create --name shop-app-1 ${OF_SHOP} --network none ${BUILT} true
        docker volume create ${OF_SHOP} ${LABELLED} shop_stock`,
      );
      const prune = new VolumePrune({ labels, olderThan: AT_ONCE });
      expect((await runTask(host, prune)).result).toMatchObject({ outcome: 'done', removed: { volumes: 1 } });
      expect((await runTask(host, down)).result).toMatchObject({
        outcome: 'done',
        removed: { containers: 1 },
      });
      expect(await state()).toEqual(['container by-hand created']);
    });

    test('does not belong to a kept project for StoppedContainerPrune', async () => {
      await must(
        host,
        `docker create --name by-hand ${LABELLED} ${BUILT} true
        docker create --name shop-app-1 ${OF_SHOP} ${KEPT} ${BUILT} true
        docker create --name shop-app-2 ${OF_SHOP} ${LABELLED} ${BUILT} true`,
      );
      const prune = new StoppedContainerPrune({ labels, olderThan: AT_ONCE });
      expect((await runTask(host, prune)).result).toMatchObject({
        outcome: 'done',
        removed: { containers: 1 },
        passedOver: { kept: 1 },
      });
      expect(await state()).toEqual(['container shop-app-1 created', 'container shop-app-2 created']);
    });
  });
});
