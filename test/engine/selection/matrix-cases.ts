import type { Duration } from 'aws-cdk-lib';
import { KEEP_LABEL, type Removed } from '../../../lib/contract';
import {
  ComposeDown,
  DanglingImagePrune,
  NetworkPrune,
  ShellTask,
  StoppedContainerPrune,
  UnusedImagePrune,
  VolumePrune,
  type HousekeepingTask,
} from '../../../lib';
import type { TaskKind } from '../../../lib/tasks';
import type { PrivateHost } from '../../../local/host/private-host';
import { POLITE } from '../support/compose-world';
import { loadImage, must } from '../support/images';

/** A task, a world in which it must remove a little and keep a lot, and the objects that it must remove. */
export interface MatrixCase {
  /** Distinguishes it from the other cases of its kind. */
  readonly of?: string;
  /** The task with an age, so that the same world shows what the age keeps. @default - the task's default */
  readonly task: (olderThan?: Duration) => HousekeepingTask;
  readonly make: (host: PrivateHost) => Promise<unknown>;
  /** Lines of the Engine's state, images by their tags. */
  readonly gone: readonly string[];
  readonly removed: Removed;
  /** What the task counts as passed over for other reasons than age. */
  readonly passedOver?: object;
}

/** Labels by case, so that all cases can share one Engine. Some begin alike, e.g. `dangling-not`. */
const by = (name: string): Record<string, string> => ({ 'case.of': name });
const label = (name: string): string => `--label case.of=${name}`;
const project = (name: string, service = 'app'): string =>
  `--label com.docker.compose.oneoff=False --label com.docker.compose.project=${name} --label com.docker.compose.service=${service}`;
const KEEP = `--label ${KEEP_LABEL}=`;
const sh = (script: string) => (host: PrivateHost) => must(host, `set -e\n${script}`);
const RUNNING = `service "$POLITE"`;
const polite = `POLITE=$(cat <<'END'\n${POLITE}\nEND\n)\n`;

/**
 * The cases of each kind of task. Those of build cache are in matrix.test.ts: an Engine's state does not show
 * it.
 */
const CASES: Readonly<Record<Exclude<TaskKind, 'BuildCachePrune'>, readonly [MatrixCase, ...MatrixCase[]]>> =
  {
    ComposeDown: [
      {
        of: 'one project',
        task: () => new ComposeDown({ project: 'one', removeVolumes: true }),
        make: sh(`${polite}for p in one one2; do
      own="--label com.docker.compose.oneoff=False --label com.docker.compose.project=$p"
      docker network create $own "$p"_default
      docker volume create $own "$p"_data
      docker volume create "$p"_external
      docker run -d $own --label com.docker.compose.service=app --network "$p"_default -v "$p"_data:/data -v "$p"_external:/x --name "$p"_app ${RUNNING}
      docker run -d $own --label com.docker.compose.oneoff=True --name "$p"_run service 'exit 0'
      docker wait "$p"_run
    done`),
        gone: [
          'container one_app running',
          'container one_run exited',
          'network one_default',
          'volume one_data',
        ],
        removed: { projects: 1, containers: 2, networks: 1, volumes: 1 },
      },

      {
        of: 'all with labels',
        task: (olderThan) =>
          new ComposeDown({ labels: by('stale'), exclude: ['*-main'], removeVolumes: true, olderThan }),
        make: sh(`${polite}
      docker network create ${project('pr-1')} pr-1_default
      docker run -d ${project('pr-1')} ${label('stale')} --network pr-1_default -v pr-1_scratch:/x --name pr-1_app ${RUNNING}
      docker run -d ${project('pr-1')} ${label('stale')} --name pr-1_job service 'exit 0'
      docker wait pr-1_job
      docker create ${project('pr-2')} ${label('stale')} --name pr-2_app service x
      docker create ${project('pr-2', 'db')} --name pr-2_db service x
      docker create --label 'com.docker.compose.project=pr-2 x' --label com.docker.compose.oneoff=False ${label('stale')} --name no-project service x
      docker create ${project('pr-main')} ${label('stale')} --name pr-main_app service x
      docker create ${project('pr-3')} ${label('stale')} --name pr-3_app service x
      docker create ${project('pr-3', 'db')} ${label('stale')} ${KEEP} --name pr-3_db service x
      docker create ${project('pr-4')} ${label('staler')} --name pr-4_app service x
      docker volume create ${project('pr-5')} ${label('stale')} pr-5_data
      docker network create ${project('pr-5')} pr-5_default
      docker network create ${project('pr-6')} ${label('stale')} pr-6_default
      docker volume create ${project('pr-6')} pr-6_data`),
        gone: [
          'container pr-1_app running',
          'container pr-1_job exited',
          'network pr-1_default',
          'network pr-5_default',
          'volume pr-5_data',
        ],
        removed: { projects: 2, containers: 2, networks: 2, volumes: 1 },
        passedOver: { excluded: 1, kept: 1, unlabelled: 1 },
      },
    ],

    DanglingImagePrune: [
      {
        task: (olderThan) => new DanglingImagePrune({ labels: by('dangling'), olderThan }),
        make: async (host) => {
          const labels = by('dangling');
          const created = new Date().toISOString();
          await loadImage(host, { labels: by('dangling-not'), payload: 'other' });
          await loadImage(host, { labels: { ...labels, [KEEP_LABEL]: '' }, payload: 'kept' });
          await loadImage(host, { labels, tags: ['dangling:tagged'], payload: 'tagged' });
          await loadImage(host, { labels, created, payload: 'one' });
          await loadImage(host, { labels, created, payload: 'two' });
        },
        gone: ['image []', 'image []'],
        removed: { images: 2 },
        passedOver: { kept: 1 },
      },
    ],

    UnusedImagePrune: [
      {
        task: (olderThan) =>
          new UnusedImagePrune({ labels: by('unused'), exclude: ['unused:lts*'], olderThan }),
        make: async (host) => {
          const labels = by('unused');
          const image = (tags: string[], more: object = labels): Promise<string> =>
            loadImage(host, {
              labels: { ...more },
              tags,
              payload: tags.join(),
              created: new Date().toISOString(),
            });
          await image(['unused:1', 'registry.example/team/unused:1']);
          await image(['unused:2']);
          await image(['unused:lts-3']);
          await image(['unused:4'], { ...labels, [KEEP_LABEL]: '' });
          await image(['unused:5'], by('unused-not'));
          await image(['unused:6']);
          await image(['registry.example/team/unused:7']);
          await image(['unused:8']);
          await must(host, 'docker create --name user-of-unused unused:6 x');
        },
        gone: ['image ["registry.example/team/unused:1","unused:1"]', 'image ["unused:2"]'],
        removed: { images: 2 },
        passedOver: { inUse: 1, kept: 1, newest: 2, excluded: 1 },
      },
    ],

    StoppedContainerPrune: [
      {
        task: (olderThan) =>
          new StoppedContainerPrune({ labels: by('stopped'), exclude: ['*-debug'], olderThan }),
        make: sh(`${polite}
      docker run -d ${label('stopped')} -v /scratch --name stopped-1 service 'exit 3'
      docker create ${label('stopped')} --name stopped-2 service x
      docker create ${label('stopped')} ${KEEP} --name stopped-kept service x
      docker create ${label('stopped')} --name stopped-debug service x
      docker create ${label('stopped-not')} --name stopped-other service x
      docker run -d ${label('stopped')} --name stopped-not ${RUNNING}
      docker create ${label('stopped')} ${project('whole')} --name whole_app service x
      docker create ${project('whole', 'db')} ${KEEP} --name whole_db service x
      docker wait stopped-1`),
        gone: ['container stopped-1 exited', 'container stopped-2 created'],
        removed: { containers: 2 },
        passedOver: { excluded: 1, kept: 2 },
      },
    ],

    VolumePrune: [
      {
        task: (olderThan) => new VolumePrune({ labels: by('volume'), exclude: ['volume-[a-d]*'], olderThan }),
        make: sh(`
      docker volume create ${label('volume')} volume-1
      docker volume create ${label('volume')} volume-used
      docker volume create ${label('volume')} volume-database
      docker volume create ${label('volume')} ${KEEP} volume-kept
      docker volume create ${label('volume-not')} volume-other
      docker volume create ${label('volume')} ${project('settled')} settled_data
      docker create ${project('settled')} ${KEEP} --name settled_app service x
      docker volume create ${label('volume')} volume-lent
      docker create -v volume-used:/x --name user-of-volume service x
      docker create -v volume-lent:/x --name lender service x
      docker create --volumes-from lender --name borrower service x
      docker rm lender`),
        gone: ['volume volume-1'],
        removed: { volumes: 1 },
        passedOver: { excluded: 1, inUse: 2, kept: 2 },
      },
    ],

    NetworkPrune: [
      {
        of: 'by labels',
        task: (olderThan) =>
          new NetworkPrune({ labels: by('network'), exclude: ['network-[!0-9]p'], olderThan }),
        make: sh(`${polite}
      for n in 1 vp stopped created id; do docker network create ${label('network')} network-$n; done
      docker network create ${label('network')} ${KEEP} network-kept
      docker network create ${label('network-not')} network-other
      docker run -d --network network-stopped --name user-of-network-1 service 'exit 0'
      docker create --network network-created --name user-of-network-2 service x
      docker create --network "$(docker network ls -q --filter name=network-id)" --name user-of-network-3 service x
      docker wait user-of-network-1`),
        gone: ['network network-1'],
        removed: { networks: 1 },
        passedOver: { excluded: 1, inUse: 3, kept: 1 },
      },

      {
        of: 'what Compose left',
        task: (olderThan) => new NetworkPrune({ composeLeftovers: true, olderThan }),
        make: sh(`
      docker network create ${project('gone')} gone_default
      docker network create ${project('there')} there_default
      docker network create unlabelled
      docker create ${project('there')} --name there_app service x`),
        gone: ['network gone_default'],
        removed: { networks: 1 },
      },
    ],

    ShellTask: [
      {
        task: () =>
          new ShellTask({
            supportsDryRun: true,
            script: `
          ids=$(docker ps -aq --filter label=case.of=shell)
          set -- $ids
          [ $# -gt 0 ] || { echo '{"outcome":"nothing"}'; exit; }
          fate=would-remove
          [ "$DRY_RUN" = true ] || fate=removed
          printf '{"outcome": "done", "removed": {"containers": %d}, "message": "removed"}\\n' $#
          docker ps -a --filter label=case.of=shell --format "$fate container {""{.ID}} - - - {""{.Names}}"
          [ "$DRY_RUN" = true ] || docker rm $ids >&2`,
          }),
        make: sh(
          `docker create ${label('shell')} --name shell-1 service x; docker create ${label('shell')} --name shell-2 service x`,
        ),
        gone: ['container shell-1 created', 'container shell-2 created'],
        removed: { containers: 2 },
      },
    ],
  };

/** All cases, by name. */
export const MATRIX: Readonly<Record<string, MatrixCase>> = Object.fromEntries(
  Object.entries(CASES).flatMap(([kind, cases]) =>
    cases.map((one) => [one.of === undefined ? kind : `${kind}, ${one.of}`, one]),
  ),
);
