import { Duration } from 'aws-cdk-lib';
import {
  ComposeDown,
  DanglingImagePrune,
  type HousekeepingTask,
  UnusedImagePrune,
  VolumePrune,
} from '../../../lib';
import type { PrivateHost } from '../../../local/host/private-host';
import { describeDocker } from '../../support/docker';
import { composeFile, STUBBORN, up } from '../support/compose-world';
import { ENGINES, type EngineKind, startEngine } from '../support/engines';
import { hangs } from './hanging';
import { loadImage, must } from '../support/images';
import { interpose, RUN_DIR } from '../support/interpose';
import { POINTS, SEED, tellSeed } from './lot';
import { type Play, playAll } from './play';
import { runTask } from '../support/run-task';

const labels = { application: 'todobackend' };
const [AT_ONCE, timeout] = [Duration.seconds(0), Duration.minutes(1)];

/** The stop of a container takes all the time that the task has. */
function deadline(kind: EngineKind): Play {
  let host: PrivateHost;
  return {
    prepare: async () => {
      host = await startEngine(kind);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      await host.docker('volume', 'create', 'shared');
      await up(host, undefined, composeFile({ app: { command: [STUBBORN], stop_grace_period: '10m' } }));
    },
    wait: async () => {
      const down = new ComposeDown({ project: 'todobackend', timeout });
      const { result, exitCode } = await runTask(host, down);
      expect(exitCode).toBe(1);
      expect(result).toMatchObject({ outcome: 'failed', reason: 'deadline', removed: { projects: 0 } });
      // Compose was cut off, and did not fail.
      expect(result.warnings ?? []).not.toContain('compose-stop-failed');
      const app = (await host.docker('ps', '--format', '{{.Names}}', '--filter', 'name=app')).trim();
      expect(app).toMatch(/^todobackend.app.1$/);
      expect(result.left).toContain(`container ${app}`);
      await must(host, `flock -n ${RUN_DIR}/lock true`);
    },
    look: () => Promise.resolve(),
    stop: () => host.stop(),
  };
}

/** The task's time ends while it checks what is left. */
function lateLook(kind: EngineKind): Play {
  let host: PrivateHost;
  return {
    prepare: async () => {
      host = await startEngine(kind);
      await loadImage(host, { tags: ['service:latest'], busybox: true });
      const own = '--label com.docker.compose.oneoff=False --label com.docker.compose.project=shop';
      await must(
        host,
        `docker network create ${own} shop_default && docker create ${own} --network shop_default service true`,
      );
      // The task has 45 s. The last removal ends after about 43 s, and the first check takes 3 s.
      await interpose(
        host,
        `read -r uptime _ </proc/uptime
        [ -e "$place/began" ] || echo "\${uptime%.*}" >"$place/began"
        case $call in
        docker\\ network\\ rm*) sleep $((43 - \${uptime%.*} + $(cat "$place/began"))) 7>&-; : >"$place/late" ;;
        docker\\ ps*) [ ! -e "$place/late" ] || sleep 3 7>&- ;;
        esac`,
      );
    },
    wait: async () => {
      const down = new ComposeDown({ project: 'shop', timeout });
      const { result } = await runTask(host, down);
      expect(result).toMatchObject({ removed: { projects: 1, containers: 1, networks: 1 } });
      expect(result).toHaveProperty('bytesReclaimed');
      await must(host, `flock -n ${RUN_DIR}/lock true`);
    },
    look: () => Promise.resolve(),
    stop: () => host.stop(),
  };
}

/** Each removal takes seconds, and the last ones fail for lack of time. */
function slowRemovals(kind: EngineKind): Play {
  let host: PrivateHost;
  return {
    prepare: async () => {
      host = await startEngine(kind);
      for (let n = 0; n < 12; n++) await loadImage(host, { labels, tags: [`app:${n}`, `app:${n}-too`] });
      await interpose(host, 'case $call in docker\\ image\\ rm*sha256:*) sleep 7 7>&- ;; esac');
    },
    wait: async () => {
      const prune = new UnusedImagePrune({ labels, keepNewest: 0, olderThan: AT_ONCE, timeout });
      const { result, exitCode } = await runTask(host, prune);
      expect(exitCode).toBe(1);
      expect(result).toMatchObject({ outcome: 'failed', reason: 'deadline' });
      await must(host, `flock -n ${RUN_DIR}/lock true`);
      const tags = (await host.docker('image', 'ls', '--format', '{{.Tag}}')).split('\n');
      expect(tags).toHaveLength(2 * (12 - result.removed!.images!));
    },
    look: () => Promise.resolve(),
    stop: () => host.stop(),
  };
}

/** The Engine removes the volumes, but the CLI does not end within the task's time. */
function lateAnswer(kind: EngineKind): Play {
  let host: PrivateHost;
  return {
    prepare: async () => {
      host = await startEngine(kind);
      // The task removes the first batch only. Another client removes three of the second one.
      await must(host, 'for n in $(seq 25); do docker volume create --label application=todobackend; done');
      await interpose(
        host,
        `case $call in docker\\ volume\\ rm*)
          "$real" "$@" >/dev/null
          docker volume rm $(docker volume ls -q | head -n 3) >/dev/null
          exec sleep 100 7>&- ;;
        esac`,
      );
    },
    wait: async () => {
      const { result } = await runTask(host, new VolumePrune({ labels, olderThan: AT_ONCE, timeout }));
      expect(result).toMatchObject({ outcome: 'failed', reason: 'deadline', removed: { volumes: 20 } });
      expect(result.passedOver).toMatchObject({ gone: 3 });
      expect((await host.docker('volume', 'ls', '-q')).split('\n')).toHaveLength(2);
    },
    look: () => Promise.resolve(),
    stop: () => host.stop(),
  };
}

/** The Engine stops answering a question whose answer may lack something, e.g. what was just removed. */
function question(kind: EngineKind, call: string, task: HousekeepingTask): Play {
  let host: PrivateHost;
  return {
    prepare: async () => {
      host = await startEngine(kind);
      await loadImage(host, { labels });
      await loadImage(host, { labels, tags: ['app:1'] });
      await interpose(host, `case $call in ${call}) exec sleep 100 7>&- ;; esac`);
    },
    wait: async () => {
      const { result, exitCode } = await runTask(host, task, true);
      expect(exitCode).toBe(1);
      expect(result).toMatchObject({ outcome: 'failed', reason: 'deadline' });
    },
    look: () => Promise.resolve(),
    stop: () => host.stop(),
  };
}

/** Each phase runs on one of the Engines. An odd seed swaps them. */
const OLD = ENGINES['Engine 20.10, classic store, no Compose'];
const NEW = ENGINES['Engine 28.5, containerd store, Compose v2'];
const [one, other] = SEED % 2 === 0 ? [OLD, NEW] : [NEW, OLD];

/**
 * The Engine hangs (SIGSTOP) at a call of each task, drawn by lot: once before its first removal, and once
 * from that removal on. It also hangs from the start. In the other plays a task reaches its deadline.
 *
 *   SEED=... npx jest test/engine/faults/hang.test.ts          repeats a run that printed this seed
 *   POINTS=Infinity npx jest test/engine/faults/hang.test.ts   at each call, a minute for each of one task
 */
const PLAYS: Readonly<Record<string, Play>> = {
  'an Engine that hangs before the removal: every task ends in time, and the next run finishes': hangs(
    one,
    'listing',
  ),
  'an Engine that hangs during the removal: likewise': hangs(other, 'removal'),
  'the deadline, on Engine 20.10: the task ends before the agent kills it, and reports what is left':
    deadline(ENGINES['Engine 20.10, classic store, Compose v1']),
  'the deadline, on Engine 28.5, where Compose stops the containers: likewise': deadline(
    ENGINES['Engine 28.5, classic store, Compose v2'],
  ),
  'the deadline, during the check of what is left: removals are still counted': lateLook(OLD),
  'the deadline, during slow removals: they are counted, and kept images have all tags': slowRemovals(OLD),
  'the deadline, while the CLI waits for its answer: removals are still counted': lateAnswer(OLD),
  'the deadline, during the check of dangling images: the task fails': question(
    NEW,
    '*\\ inspect\\ *Created*',
    new DanglingImagePrune({ labels, olderThan: AT_ONCE, timeout }),
  ),
  'the deadline, during the query for parents of images: the task fails': question(
    OLD,
    '*\\ inspect\\ *Parent*',
    new UnusedImagePrune({ labels, keepNewest: 0, olderThan: AT_ONCE, timeout }),
  ),
};

describeDocker('what takes too long', () => {
  let wrong: ReadonlyMap<string, unknown>;
  beforeAll(
    async () => {
      tellSeed('faults/hang.test.ts');
      wrong = await playAll(PLAYS);
    },
    POINTS > 1 ? 7_200_000 : 400_000,
  );

  test.each(Object.keys(PLAYS))('%s', (name) => {
    if (wrong.has(name)) throw wrong.get(name);
  });
});
