import { ComposeDown, type HousekeepingTask } from '../../../lib';
import { ONE_OFF_LABEL, PROJECT_LABEL } from '../../../local/host/inventory';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { ENGINES, startEngine } from '../support/engines';
import { must } from '../support/images';
import { interpose, leaveAlone } from '../support/interpose';
import { runTask, type TaskRun } from '../support/run-task';
import { bystanders, engineState, TASK_WORLDS } from '../support/task-worlds';

const OF_SHOP = `--label ${PROJECT_LABEL}=shop --label ${ONE_OFF_LABEL}=False`;

/** Every kind that selects each object before it removes it. ComposeDown and ShellTask do not. */
const prunes = Object.entries(TASK_WORLDS).filter(([name]) => !/^(ComposeDown|ShellTask)$/.test(name));
const stores = Object.entries(ENGINES).filter(([name]) => /no Compose|28.5, containerd/.test(name));

describe.each(stores)('%s', (_name, kind) => {
  describeDocker('what became of each object that a task selected', () => {
    let host: PrivateHost;
    let nothing: readonly string[];
    beforeAll(async () => {
      host = await startEngine(kind);
      await bystanders(host);
      nothing = await engineState(host);
    });
    afterEach(() => leaveAlone(host));
    afterAll(() => host.stop());

    /** Runs a task, with a piece of shell in place of each call that removes something. */
    async function instead(task: HousekeepingTask, removal: string, shell: string): Promise<TaskRun> {
      const pattern = removal.replaceAll(' ', '\\ ');
      await interpose(host, `case $call in ${pattern}) ${shell} ;; esac`);
      const run = await runTask(host, task);
      await leaveAlone(host);
      return run;
    }
    /** Runs the task without a fault, which finishes the work. */
    async function finish(task: HousekeepingTask): Promise<void> {
      expect((await runTask(host, task)).result).toMatchObject({ outcome: 'done' });
      expect(await engineState(host)).toEqual(nothing);
    }

    test.each(prunes)(
      '%s: a CLI that removed nothing makes it fail, and it reports why',
      async (_task, world) => {
        const { task, make, removal } = world;
        await make(host);
        const before = await engineState(host);
        for (const [shell, words] of [
          ['exit 137', 'the Docker CLI ended with code 137'],
          [`echo 'unexpected EOF' >&2; exit 1`, 'unexpected EOF'],
          ['exit 0', 'the Docker CLI ended with code 1 and no message'],
        ] as const) {
          // BuildCachePrune has no list of selected objects to compare.
          if (shell === 'exit 0' && removal.includes('builder')) continue;
          const { result, exitCode } = await instead(task, removal, shell);
          expect(result).toMatchObject({
            outcome: 'failed',
            reason: 'not-removed',
            message: expect.stringContaining(words) as string,
          });
          expect(Object.values(result.removed ?? {})).toEqual([0]);
          expect(exitCode).toBe(1);
          expect(await engineState(host)).toEqual(before);
        }
        await finish(task);
      },
    );

    test.each(prunes.filter(([name]) => name !== 'BuildCachePrune'))(
      '%s: what the Engine removed before the CLI was killed counts as removed',
      async (_task, { task, make, removal }) => {
        await make(host);
        const { outcome, removed } = (await runTask(host, task)).result;
        expect(outcome).toBe('done');
        await make(host);
        const { result } = await instead(task, removal, `"$real" "$@" >/dev/null 2>&1; exit 137`);
        expect(result).toMatchObject({ outcome, removed });
        expect(result).not.toHaveProperty('passedOver.gone');
        expect(await engineState(host)).toEqual(nothing);
      },
    );

    test('ComposeDown: a CLI that removed nothing makes it fail, and it does not blame other users', async () => {
      const { task, make, removal } = TASK_WORLDS.ComposeDown;
      await make(host);
      for (const [shell, words] of [
        ['exit 137', 'the Docker CLI ended with code 137'],
        [`echo 'unexpected EOF' >&2; exit 1`, 'unexpected EOF'],
      ] as const) {
        const { result } = await instead(task, removal, shell);
        expect(result).toMatchObject({ outcome: 'failed', reason: 'leftovers', removed: { projects: 0 } });
        expect(result.message).toContain(words);
      }
      await finish(task);
    });

    test('ComposeDown: an error about a container that vanished is not the reason for what is left', async () => {
      await must(
        host,
        `docker create --name shop_app ${OF_SHOP} --network none service true
        docker volume create ${OF_SHOP} shop_data; docker create --name guest -v shop_data:/data service true`,
      );
      await interpose(host, `case $call in docker\\ rm*) docker rm -f shop_app >/dev/null 2>&1 ;; esac`);
      const { result, log } = await runTask(host, new ComposeDown({ project: 'shop', removeVolumes: true }));
      expect(log).toContain('No such container');
      expect(result).toMatchObject({
        outcome: 'failed',
        reason: 'leftovers',
        message: 'not all of shop was removed: others use what is left',
        left: ['volume shop_data'],
      });
      await must(host, 'docker rm guest; docker volume rm shop_data');
    });

    test('ComposeDown: an error about a container that vanished is not the reason for another one left', async () => {
      const gone = await must(
        host,
        `docker create --name shop_left ${OF_SHOP} --network none service true >/dev/null
        docker create --name shop_gone ${OF_SHOP} --network none service true`,
      );
      await interpose(
        host,
        `case $call in docker\\ rm*)
          docker rm -f shop_gone >/dev/null 2>&1
          "$real" rm ${gone}
          exit 137 ;;
        esac`,
      );
      const { result } = await runTask(host, new ComposeDown({ project: 'shop' }));
      expect(result).toMatchObject({
        outcome: 'failed',
        reason: 'leftovers',
        message: 'not all of shop was removed: the Docker CLI ended with code 137',
        left: ['container shop_left'],
      });
      await must(host, 'docker rm shop_left');
    });

    test('ComposeDown: a container that was started again is the reason, and not its volume in use', async () => {
      await must(
        host,
        `docker volume create ${OF_SHOP} shop_data
        docker create --name shop_app ${OF_SHOP} --network none -v shop_data:/data service "trap 'exit 0' TERM; /bin/busybox sleep 10000 & wait"`,
      );
      await interpose(host, `case $call in docker\\ rm*) docker start shop_app >/dev/null ;; esac`);
      const { result } = await runTask(host, new ComposeDown({ project: 'shop', removeVolumes: true }));
      expect(result).toMatchObject({
        outcome: 'failed',
        reason: 'leftovers',
        left: ['container shop_app', 'volume shop_data'],
      });
      expect(result.message).toMatch(/^not all of shop was removed: .*running/);
      await must(host, 'docker rm -f shop_app; docker volume rm shop_data');
    });

    describe('StoppedContainerPrune', () => {
      const { task, make, removal } = TASK_WORLDS.StoppedContainerPrune;
      /** Another client removes the containers first. `after` runs a moment after the task's attempt. */
      const beside = async (after: string): Promise<void> => {
        await make(host);
        await interpose(
          host,
          `case $call in
          ${removal.replaceAll(' ', '\\ ')})
            echo "removal of container ${'${call##* }'} is already in progress" >&2
            (sleep 2; ${after}) >/dev/null 2>&1 7>&- &
            exit 1 ;;
          docker\\ inspect*State.Status*)
            code=0; said=$("$real" "$@") || code=$?
            printf '%s\\n' "$said" | sed 's/ [a-z]*$/ removing/'
            exit "$code" ;;
          esac`,
        );
      };

      test('a container that another client is removing counts as gone', async () => {
        await beside(
          `docker rm $(docker ps -aq --filter label=application=todobackend --filter name=stopped)`,
        );
        const { result } = await runTask(host, task);
        expect(result).toMatchObject({ outcome: 'nothing', removed: { containers: 0 } });
        expect(result.passedOver).toEqual(expect.objectContaining({ gone: 2 }));
        await leaveAlone(host);
        expect(await engineState(host)).toEqual(nothing);
      });

      test('a removal that hangs is not-removed, with the Engine’s error', async () => {
        await beside(':');
        const { result } = await runTask(host, task);
        expect(result).toMatchObject({
          outcome: 'failed',
          reason: 'not-removed',
          removed: { containers: 0 },
        });
        expect(result.message).toContain('already in progress');
        await leaveAlone(host);
        await finish(task);
      });
    });
  });
});
