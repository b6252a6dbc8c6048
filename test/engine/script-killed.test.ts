import { setTimeout } from 'node:timers/promises';
import { commandDocument } from '../../lib/command-document';
import { ALL_COMPOSE, PrivateHost } from '../../local/private-host';
import { runDocument } from '../../local/ssm-agent';
import { describeDocker } from '../support/docker';
import { inWorld } from './aftermath';
import { must } from './images';
import { runTask } from './run-task';
import { bystanders, engineState, TASK_WORLDS } from './task-worlds';

/** How often each task is killed, and from which moments on; both can be given, to see more or the same again. */
const KILLS = Number(process.env.KILLS ?? 2);
const SEED = Number(process.env.SEED ?? 1);

/** Fractions of a run that differ with the seed and fill the whole of it evenly, however few are taken. */
const moment = (n: number): number => (SEED * 0.754877 + n * 0.618034) % 1;

describeDocker('a run that is cancelled or killed', () => {
  let host: PrivateHost;
  let nothing: readonly string[];
  beforeAll(async () => {
    host = await PrivateHost.start({ hide: ALL_COMPOSE });
    await bystanders(host);
    nothing = await engineState(host);
  });
  afterAll(() => host.stop());

  test.each(Object.entries(TASK_WORLDS))(
    '%s: loses nothing of others, holds no lock, and the next run finishes the work',
    async (name, { task, make }) => {
      const turn = Object.keys(TASK_WORLDS).indexOf(name) * KILLS;
      await make(host);
      const began = performance.now();
      await runTask(host, task);
      const length = performance.now() - began;

      for (let kill = 0; kill < KILLS; kill++) {
        const at = moment(turn + kill);
        await inWorld(`killed after ${at.toFixed(3)} of its time, SEED=${SEED}`, async () => {
          await make(host);
          const before = await engineState(host);
          const cancel = new AbortController();
          const run = runDocument(commandDocument([task]), {
            host,
            commandId: '11111111-2222-3333-4444-555555555555',
            instanceId: 'i-0123456789abcdef0',
            signal: cancel.signal,
          }).catch((error: unknown) => {
            if (!cancel.signal.aborted) throw error;
          });
          await setTimeout(at * length);
          cancel.abort();
          await run;
          // The kernel takes a moment to end what was killed; what outlives it must not hold the lock.
          await must(host, 'flock -w 5 /run/docker-housekeeping/lock true');
          const after = await engineState(host);
          expect(after.filter((line) => !before.includes(line))).toEqual([]);
          expect(nothing.filter((line) => !after.includes(line))).toEqual([]);

          expect((await runTask(host, task)).result.outcome).toMatch(/^(done|nothing)$/);
          expect(await engineState(host)).toEqual(nothing);
        });
      }
    },
  );
});
