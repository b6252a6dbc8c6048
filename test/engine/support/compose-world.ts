import { ALL_COMPOSE, type PrivateHostOptions } from '../../../local/host/private-host';
import type { PrivateHost } from '../../../local/host/private-host';
import { DAY_AGO, loadImage, must } from './images';

/** The hosts that users run, by their version of Compose. */
export const COMPOSE_HOSTS: Readonly<Record<string, PrivateHostOptions>> = {
  'Engine 20.10 with Compose v1': {},
  'Engine 28.5 with the Compose plug-in': { toolchain: 'sid', hide: ['bin/docker-compose'] },
};

/** A host without Compose, where only the labels of containers show a project. */
export const WITHOUT_COMPOSE: PrivateHostOptions = { hide: ALL_COMPOSE };

/** Ends at once on SIGTERM, as a well-behaved service does. */
export const POLITE = `trap 'exit 0' TERM; /bin/busybox sleep 10000 & wait`;
/** Takes no notice of SIGTERM. */
export const STUBBORN = `trap '' TERM; exec /bin/busybox sleep 10000`;
/** Ends at once on SIGTERM, with the exit code of a process that was killed. */
export const PRETENDER = `trap 'exit 137' TERM; /bin/busybox sleep 10000 & wait`;

export const DIRECTORY = '/run/projects/todobackend';

const COMPOSE_FILE = {
  version: '2.4',
  services: {
    app: { image: 'service', command: [POLITE], volumes: ['public:/public', '/scratch'], depends_on: ['db'] },
    db: { image: 'service', command: [POLITE], volumes: ['shared:/shared'] },
  },
  volumes: { public: {}, shared: { external: true, name: 'shared' } },
};

/** A Compose file, with changes to its services by name. */
export function composeFile(services: Record<string, object> = {}): string {
  const all: Record<string, object> = { ...COMPOSE_FILE.services };
  for (const [name, change] of Object.entries(services))
    all[name] = { image: 'service', ...all[name], ...change };
  return JSON.stringify({ ...COMPOSE_FILE, services: all });
}

/** Runs the host's own Compose, v1 or plug-in. */
export async function compose(host: PrivateHost, directory: string, ...args: string[]): Promise<string> {
  const v1 = 'docker-compose "$@"';
  const script = `cd "$0" && if docker compose version >/dev/null 2>&1; then docker compose "$@"; else ${v1}; fi`;
  const { code, stdout, stderr } = await host.run(['sh', '-c', script, directory, ...args]);
  if (code !== 0) throw new Error(`compose ${args.join(' ')} failed with code ${code}: ${stderr}`);
  return stdout.trim();
}

/** Writes a project's Compose file and brings it up. */
export async function up(host: PrivateHost, directory = DIRECTORY, file = composeFile()): Promise<void> {
  await must(host, `mkdir -p ${directory} && cat >${directory}/docker-compose.yml`, file);
  await compose(host, directory, 'up', '-d');
}

/**
 * Creates what must be kept beside a project todobackend: projects whose names begin like its name, an
 * external volume, and containers and volumes outside any project. Labels make them projects: Compose would
 * take many times longer.
 */
export async function neighbours(host: PrivateHost, created = DAY_AGO()): Promise<void> {
  await loadImage(host, { tags: ['service:latest'], busybox: true, payload: 'service', created });
  const project = `own="--label com.docker.compose.oneoff=False --label com.docker.compose.project=$p --label com.docker.compose.project.working_dir=/run/projects/$p"
    docker network create $own "$p"_default
    docker volume create $own "$p"_public
    docker create $own --label com.docker.compose.service=app --network "$p"_default -v "$p"_public:/public -v /scratch -v shared:/shared --name "$p"_app_1 service "$POLITE"`;
  await must(
    host,
    `set -e
    docker volume create shared
    docker volume create todobackend_stray
    docker run -d --name todobackend_bystander -v alone:/alone service "$POLITE"
    for p in todo todobackend2; do
      ${project}
    done
    docker start todobackend2_app_1`.replaceAll('$POLITE', POLITE),
  );
}

/** Creates the project todobackend and only what it needs. */
export async function alone(host: PrivateHost): Promise<void> {
  await loadImage(host, { tags: ['service:latest'], busybox: true });
  await host.docker('volume', 'create', 'shared');
  await up(host);
}

/**
 * Creates the project todobackend with a one-off container, an orphan and an anonymous volume, and its
 * neighbours.
 */
export async function neighbourhood(host: PrivateHost): Promise<void> {
  await neighbours(host);
  await up(host, DIRECTORY, composeFile({ orphan: { command: [POLITE] } }));
  await must(host, `cat >${DIRECTORY}/docker-compose.yml`, composeFile());
  await compose(host, DIRECTORY, 'run', '-d', 'app', POLITE);
}
