import { Duration } from 'aws-cdk-lib';
import {
  BuildCachePrune,
  ComposeDown,
  DanglingImagePrune,
  type HousekeepingTask,
  NetworkPrune,
  ShellTask,
  StoppedContainerPrune,
  UnusedImagePrune,
  VolumePrune,
} from '../../../lib';
import type { TaskKind } from '../../../lib/tasks';
import type { PrivateHost } from '../../../local/host/private-host';
import { ask } from './engine-api';
import { type ImageSpec, loadImage, must } from './images';
import type { EngineState } from './state';

/** A task with what it is there to remove. */
export interface TaskWorld {
  readonly task: HousekeepingTask;
  /** Makes, in a host with its bystanders, all that the task removes. */
  readonly make: (host: PrivateHost) => Promise<void>;
  /** The calls that remove something, as patterns of the shell; see interpose.ts. */
  readonly removal: string;
  /** How many of them there are at least. */
  readonly removals: number;
}

const labels = { application: 'todobackend' };
const LABELLED = '--label application=todobackend';
const KEPT = '--label docker-housekeeping.keep=';
const PROJECT = '--label com.docker.compose.oneoff=False --label com.docker.compose.project';
/** Without these labels Compose v2 does not take a container for one of its own. */
const COMPOSE_OWN = ['service=app', 'container-number=1', 'oneoff=False', 'config-hash=0']
  .map((label) => `--label com.docker.compose.${label}`)
  .join(' ');
const settings = { labels, olderThan: Duration.seconds(0), timeout: Duration.minutes(1) };

/** Ends at once on SIGTERM, and does nothing until then. */
const SERVICE = `service "trap 'exit 0' TERM; /bin/busybox sleep 10000 & wait"`;

/** Every kind of task once: what is tested of one is tested of all. */
export const TASK_WORLDS: Readonly<Record<TaskKind, TaskWorld>> = {
  ComposeDown: {
    task: new ComposeDown({ ...settings, removeVolumes: true }),
    make: (host) =>
      shell(
        host,
        `project="${LABELLED} ${PROJECT}=todobackend"
        docker volume create $project todobackend_public
        docker network create $project todobackend_default
        docker run -d --name todobackend_app_1 --restart unless-stopped $project ${COMPOSE_OWN} -v todobackend_public:/public --network todobackend_default ${SERVICE}
        docker create --name todobackend_migrate_1 $project --network todobackend_default service true`,
      ),
    removal: 'docker rm *|docker network rm *|docker volume rm *',
    removals: 3,
  },
  DanglingImagePrune: {
    task: new DanglingImagePrune(settings),
    make: (host) => images(host, { labels }, { labels }, { labels }),
    removal: 'docker image rm *',
    removals: 1,
  },
  UnusedImagePrune: {
    task: new UnusedImagePrune({ ...settings, keepNewest: 0, exclude: ['*:stays'] }),
    make: (host) =>
      images(host, { labels, tags: ['app:1', 'app:one', 'other:1'] }, { labels, tags: ['app:2'] }),
    removal: 'docker image rm *',
    removals: 2,
  },
  StoppedContainerPrune: {
    task: new StoppedContainerPrune(settings),
    make: (host) =>
      shell(
        host,
        `for name in stopped-1 stopped-2; do docker create --name $name ${LABELLED} -v another:/data service true; done`,
      ),
    removal: 'docker container rm *',
    removals: 1,
  },
  VolumePrune: {
    task: new VolumePrune(settings),
    make: (host) => shell(host, `for name in old-1 old-2; do docker volume create ${LABELLED} $name; done`),
    removal: 'docker volume rm *',
    removals: 1,
  },
  NetworkPrune: {
    task: new NetworkPrune({ ...settings, composeLeftovers: true }),
    make: (host) =>
      shell(
        host,
        `docker network create ${LABELLED} old; docker network create ${PROJECT}=gone gone_default`,
      ),
    removal: 'docker network rm *',
    removals: 1,
  },
  BuildCachePrune: {
    task: new BuildCachePrune({ olderThan: settings.olderThan, timeout: settings.timeout }),
    make: (host) =>
      shell(
        host,
        `mkdir -p /run/build && cd /run/build && date +%s.%N >file && printf 'FROM scratch\\nCOPY file /file\\n' >Dockerfile
        DOCKER_BUILDKIT=1 /usr/bin/docker build -q -o - .
        # Engine 26 counts ages in whole seconds: what was used in the same one is not yet older than none at all.
        now=$(date +%s)
        while [ "$(date +%s)" = "$now" ]; do sleep 0.02; done`,
      ),
    removal: 'docker builder prune *',
    removals: 1,
  },
  ShellTask: {
    task: new ShellTask({
      script: [
        'set -e',
        'found=$(docker volume ls -q --filter label=scratch)',
        `[ -n "$found" ] || { echo '{"outcome":"nothing"}'; exit; }`,
        'docker volume rm $found >&2',
        `echo '{"outcome":"done"}'`,
      ].join('\n'),
      timeout: settings.timeout,
    }),
    make: (host) =>
      shell(host, 'for name in scratch-1 scratch-2; do docker volume create --label scratch $name; done'),
    removal: 'docker volume rm *',
    removals: 1,
  },
};

/** Makes what no task may touch, each thing only just out of the reach of one: of every label, use and protection. */
export async function bystanders(host: PrivateHost): Promise<void> {
  const keep = { ...labels, 'docker-housekeeping.keep': '' };
  await images(
    host,
    { tags: ['service:latest'], busybox: true },
    { labels, tags: ['app:stays'] },
    { labels: keep, tags: ['app:kept'] },
    { labels: keep },
    { labels: { application: 'another' } },
    { labels, tags: ['holder:1'] },
    { labels, tags: ['holder:2'] },
  );
  await shell(
    host,
    `for name in used-volume:"" kept-volume:"${KEPT}" whole_volume:"${PROJECT}=whole"; do
      docker volume create ${LABELLED} \${name#*:} \${name%%:*}
      docker network create ${LABELLED} \${name#*:} "\${name%%:*}-network"
    done
    docker volume create another
    docker network create another
    docker create --name holder --label application=another -v used-volume:/data --network used-volume-network holder:1 x
    docker create --name another-holder --label application=another holder:2 x && docker tag service holder:2
    docker create --name whole_app_1 ${LABELLED} ${PROJECT}=whole ${KEPT} service true
    docker create --name partly_db_1 ${PROJECT}=partly -v partly:/data service true
    docker run -d --name partly_app_1 --restart always ${LABELLED} ${PROJECT}=partly ${SERVICE}`,
  );
}

async function images(host: PrivateHost, ...specs: readonly ImageSpec[]): Promise<void> {
  for (const spec of specs) await loadImage(host, spec);
}

async function shell(host: PrivateHost, script: string): Promise<void> {
  await must(host, `set -e; exec >/dev/null\n${script}`);
}

/**
 * All that an Engine holds, its build cache included, a line for each object and one more for each tag and for each
 * container that runs.
 */
export async function engineState(host: PrivateHost): Promise<EngineState> {
  const images = await ask<{ Id: string; RepoTags: string[] | null }[]>(host, '/images/json?all=1');
  const networks = await ask<{ Name: string }[]>(host, '/networks');
  const { Containers, Volumes, BuildCache } = await ask<{
    Containers: { Names: string[]; State: string }[] | null;
    Volumes: { Name: string }[] | null;
    BuildCache: { ID: string }[] | null;
  }>(host, '/system/df');
  return [
    ...images.map(({ Id }) => `image ${Id}`),
    ...images.flatMap(({ Id, RepoTags }) =>
      (RepoTags ?? []).filter((tag) => tag !== '<none>:<none>').map((tag) => `tag ${tag} ${Id}`),
    ),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...(Containers ?? []).map(({ Names }) => `container ${Names.join(' ')}`),
    ...(Containers ?? [])
      .filter(({ State }) => State === 'running')
      .map(({ Names }) => `running ${Names.join(' ')}`),
    ...(Volumes ?? []).map(({ Name }) => `volume ${Name}`),
    ...(BuildCache ?? []).map(({ ID }) => `cache ${ID}`),
  ].sort();
}
