import { Duration } from 'aws-cdk-lib';
import { ComposeDown, type HousekeepingTask, StoppedContainerPrune } from '../../../lib';
import { ONE_OFF_LABEL, PROJECT_LABEL } from '../../../local/host/inventory';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { loadImage, must } from '../support/images';
import { runTask } from '../support/run-task';
import { stateOf } from '../support/state';

const labels = { stage: 'preview' };
/** The task waits for a removal until its time is over. */
const timeout = Duration.minutes(1);

/** Each Engine and each store. */
const kinds = Object.entries(ENGINES).filter(([name]) => /no Compose|26.1|28.5/.test(name));

describe.each(kinds)('%s', (_name, kind) => {
  describeDocker('a container that the Engine cannot remove', () => {
    let host: PrivateHost;
    let stuck: string;
    beforeAll(async () => {
      host = await startEngine(kind);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
    });
    beforeEach(async () => {
      const id = await must(
        host,
        `docker create --name stuck --network none --label stage=preview \\
          --label ${PROJECT_LABEL}=shop --label ${ONE_OFF_LABEL}=False service true`,
      );
      stuck = `/run/engine/containers/${id}/stuck`;
      // Since Linux 6.6 a file in memory can be made immutable.
      await must(host, `touch ${stuck} && chattr +i ${stuck}`);
    });
    afterAll(() => host.stop());

    test.each([
      ['leftovers', 'not all of shop was removed: ', new ComposeDown({ project: 'shop', timeout })],
      ['not-removed', '', new StoppedContainerPrune({ labels, olderThan: Duration.seconds(0), timeout })],
    ])(
      'is %s with the Engine’s error each time, and is removed once that is possible',
      async (reason, words, task: HousekeepingTask) => {
        // The second time `docker ps` of some Engines shows that its removal is in progress.
        for (const status of [/ created$/, / (removing|dead)$/]) {
          expect((await stateOf(host))[0]).toMatch(status);
          const { result } = await runTask(host, task);
          expect(result).toMatchObject({ outcome: 'failed', reason, removed: { containers: 0 } });
          const complaint = `${words}Error response from daemon: `;
          expect(result.message?.slice(0, complaint.length)).toBe(complaint);
          expect(result.message).toContain('unable to remove filesystem');
          if (reason === 'leftovers') expect(result.left).toEqual(['container stuck']);
        }
        await must(host, `chattr -i ${stuck}`);
        expect((await runTask(host, task)).result).toMatchObject({
          outcome: 'done',
          removed: { containers: 1 },
        });
      },
    );
  });
});
