import { shellQuote } from '../../../lib/host/script';
import { tar } from '../support/tar';
import { archive } from './archive';
import type { Labels } from './alphabet';
import type { ContainerPlan, DirectoryPlan, NetworkPlan, ServicePlan, VolumePlan, World } from './plan';
import { DRIVER, UNDESCRIBED } from './plug-in';

/** The label by which the script finds an image that has no tag. */
const NUMBER = 'number';

/**
 * The POSIX shell script that builds a world on an empty Engine. It runs on any Docker host with docker and
 * base64. Running containers need a static /bin/busybox, and builds need BuildKit. Project folders need write
 * access to /run, and some volumes need the plug-in of plug-in.ts.
 */
export function render(world: World, now = Date.now()): string {
  const { images, retags, volumes, networks, containers, directories, services, builds } = world;
  const quote = shellQuote;
  // A tag of the archive may have moved to a later image. Then it refers to that one.
  const byTag = (index: number): string =>
    images[index]?.tags[0] === undefined ? byIdentifier(index) : quote(images[index].tags[0]);
  const retagged = (late: boolean): string[] =>
    retags
      .filter((one) => one.late === late)
      .map(({ image, tag }) => `docker tag ${byTag(image)} ${quote(tag)}`);
  const exited = containers.filter(({ state }) => state === 'exited').map(({ name }) => quote(name));
  return [
    '#!/bin/sh',
    `# Images are as old as intended on ${new Date(now).toISOString()}.`,
    'set -eu',
    `printf %s ${archive(loaded(world, now))} | base64 -d | docker load --quiet`,
    '# The classic store takes the time of the configuration file as the arrival: set it to the creation.',
    'for file in "$(docker info --format "{{.DockerRootDir}}")"/image/*/imagedb/content/sha256/*; do',
    `  [ ! -f "$file" ] || touch -d "$(grep -o '"created":"[^"]*' "$file" | head -n 1 | cut -c 12-)" "$file"`,
    'done',
    '# image N prints the identifier of the Nth image, which depends on the Engine.',
    `image() { docker image ls --all --quiet --no-trunc --filter "label=${NUMBER}=$1" | head -n 1; }`,
    ...retagged(false),
    ...(services.length > 0 ? ['docker swarm init --advertise-addr 127.0.0.1'] : []),
    ...volumes.map(volumeLine),
    ...networks.map(networkLine),
    ...services.map(serviceLine),
    ...containers.map((container) => containerLine(container, byTag)),
    ...(exited.length > 0 ? [words('docker wait', ...exited)] : []),
    ...retagged(true),
    ...directories.flatMap(directoryLines),
    ...Array.from({ length: builds }, (_, n) => buildLine(n)),
    '',
  ].join('\n');
}

/** Writes a Compose file that every Compose accepts and that does not restart any container. */
function directoryLines({ path, link, files }: DirectoryPlan): string[] {
  const text = shellQuote(JSON.stringify({ version: '2.4', services: { app: { image: 'app' } } }));
  return [
    `mkdir -p ${shellQuote(path)}`,
    ...files.map((file) => `printf %s ${text} >${shellQuote(`${path}/${file}`)}`),
    `ln -s ${shellQuote(path)} ${shellQuote(link)}`,
  ];
}

/** Builds an image and discards it. Each build shares one step with the others. */
function buildLine(n: number): string {
  const files = { Dockerfile: `FROM scratch\nCOPY one /one\nCOPY two /two\n`, one: 'one', two: `two ${n}` };
  const context = tar(new Map(Object.entries(files))).toString('base64');
  // Another CLI may precede the distribution's on the PATH and lack the plug-in for BuildKit.
  const build = 'env "PATH=/usr/bin:$PATH" DOCKER_BUILDKIT=1 docker build --quiet --output - -';
  return `printf %s ${context} | base64 -d | ${build} >/dev/null`;
}

function volumeLine({ name, labels, driver }: VolumePlan): string {
  const kept = driver === 'local' ? '' : `--driver ${DRIVER}`;
  const option = driver === 'plug-in, undescribed' ? `--opt ${UNDESCRIBED}` : '';
  return words('docker volume create', kept, option, flags(labels), shellQuote(name));
}

function networkLine({ name, labels, overlay }: NetworkPlan): string {
  const driver = overlay ? '--driver overlay --attachable' : '';
  return words('docker network create', driver, flags(labels), shellQuote(name));
}

/** No container of it runs, so it takes no time, and the Engine asks no registry for the image. */
function serviceLine({ name, volumes, network }: ServicePlan): string {
  return words(
    `docker service create --detach --no-resolve-image --replicas 0 --name ${shellQuote(name)}`,
    network === undefined ? '' : `--network ${shellQuote(network)}`,
    ...volumes.map((volume, n) => `--mount ${shellQuote(`type=volume,src=${volume},dst=/volume${n}`)}`),
    'none',
  );
}

function byIdentifier(image: number): string {
  return `"$(image ${image})"`;
}

function containerLine(container: ContainerPlan, byTag: (image: number) => string): string {
  const { name, labels, state, volumes, anonymous, network, volumesFrom, mount } = container;
  const mounts = volumes.map((volume, index) => `--volume ${shellQuote(`${volume}:/volume${index}`)}`);
  if (anonymous === 'plain') mounts.push('--volume /anonymous');
  if (anonymous === 'kept') {
    mounts.push('--mount type=volume,dst=/anonymous,volume-label=docker-housekeeping.keep=yes');
  }
  // Compose uses the identifier too.
  if (volumesFrom !== undefined) {
    mounts.push(`--volumes-from "$(docker ps -aq --no-trunc --filter name=^/${volumesFrom}$)"`);
  }
  if (mount !== undefined) {
    const image = {
      tag: byTag(mount.image),
      identifier: byIdentifier(mount.image),
      'short identifier': `"$(image ${mount.image} | cut -c 8-19)"`,
    }[mount.by];
    mounts.push(`--mount type=image,dst=/image,src=${image}`);
  }
  return words(
    state === 'created' ? 'docker create' : 'docker run --detach',
    `--name ${shellQuote(name)}`,
    flags(labels),
    `--network ${shellQuote(network ?? 'host')}`,
    ...mounts,
    // This runs with every image, and ends at once when stopped.
    '--volume /bin/busybox:/busybox:ro --entrypoint /busybox --stop-signal KILL',
    byTag(container.image),
    state === 'exited' ? 'true' : 'sleep 1000000',
  );
}

function flags(labels: Labels): string {
  return words(...Object.entries(labels).map(([key, value]) => `--label ${shellQuote(`${key}=${value}`)}`));
}

function words(...all: string[]): string {
  return all.filter((word) => word !== '').join(' ');
}

/** The images of the archive. */
function loaded({ images }: World, now: number): Parameters<typeof archive>[0] {
  return images.map(({ labels, age, tags, shared, own, parent }, index) => ({
    labels: { ...labels, [NUMBER]: String(index) },
    // Images are a second apart, so that of any two one is newer. Reproducible builds all have the same time.
    created: new Date(age === 'epoch' ? 0 : now - (age + index) * 1000).toISOString(),
    tags,
    layers: [...Array.from({ length: shared }, (_, n) => `shared-${n}`), ...(own ? [`own-${index}`] : [])],
    ...(parent !== undefined && { parent }),
  }));
}
