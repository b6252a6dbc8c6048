import { shellQuote } from '../../../lib/host/script';
import { tar } from '../support/tar';
import { archive } from './archive';
import type { Labels } from './alphabet';
import type { ContainerPlan, DirectoryPlan, NetworkPlan, ServicePlan, VolumePlan, World } from './plan';
import { DRIVER, UNDESCRIBED } from './plug-in';

/** The label with which the script finds an image that has no tag. */
const NUMBER = 'number';

/**
 * Renders the POSIX shell script that fills an empty Engine with a world. The host needs docker and base64.
 * Running containers need a static /bin/busybox, and builds need BuildKit. Project folders need a writable /run,
 * and some volumes need the plug-in of plug-in.ts.
 */
export function render(world: World, now = Date.now()): string {
  const { images, retags, volumes, networks, containers, directories, services, builds } = world;
  const quote = shellQuote;
  // If `docker tag` moved a tag of the archive, it refers to the image that has it now.
  const byTag = (index: number): string =>
    images[index]?.tags[0] === undefined ? byIdentifier(index) : quote(images[index].tags[0]);
  const retagged = (late: boolean): string[] =>
    retags
      .filter((one) => one.late === late)
      .map(({ image, tag }) => `docker tag ${byTag(image)} ${quote(tag)}`);
  const exited = containers.filter(({ state }) => state === 'exited').map(({ name }) => quote(name));
  return [
    '#!/bin/sh',
    `# Images have their planned age on ${new Date(now).toISOString()}.`,
    'set -eu',
    `printf %s ${archive(loaded(world, now))} | base64 -d | docker load --quiet`,
    '# The classic store shows an arrival by the time of the configuration file: set it to the creation.',
    'for file in "$(docker info --format "{{.DockerRootDir}}")"/image/*/imagedb/content/sha256/*; do',
    `  [ ! -f "$file" ] || touch -d "$(grep -o '"created":"[^"]*' "$file" | head -n 1 | cut -c 12-)" "$file"`,
    'done',
    '# image N: prints the identifier of the Nth image, which differs between Engines.',
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

/** Makes a project's folder, its link and its Compose files. Every version of Compose accepts these files. */
function directoryLines({ path, link, files }: DirectoryPlan): string[] {
  const text = shellQuote(JSON.stringify({ version: '2.4', services: { app: { image: 'app' } } }));
  return [
    `mkdir -p ${shellQuote(path)}`,
    ...files.map((file) => `printf %s ${text} >${shellQuote(`${path}/${file}`)}`),
    `ln -s ${shellQuote(path)} ${shellQuote(link)}`,
  ];
}

/** Builds an image and discards it. All builds have one step in common. */
function buildLine(n: number): string {
  const files = { Dockerfile: `FROM scratch\nCOPY one /one\nCOPY two /two\n`, one: 'one', two: `two ${n}` };
  const context = tar(new Map(Object.entries(files))).toString('base64');
  // Another CLI earlier on the PATH may lack the plug-in for BuildKit.
  const build = 'env "PATH=/usr/bin:$PATH" DOCKER_BUILDKIT=1 docker build --quiet --output - -';
  return `printf %s ${context} | base64 -d | ${build} >/dev/null`;
}

function volumeLine({ name, labels, driver }: VolumePlan): string {
  const driverOption = driver === 'local' ? '' : `--driver ${DRIVER}`;
  const undescribedOption = driver === 'plug-in, undescribed' ? `--opt ${UNDESCRIBED}` : '';
  return words('docker volume create', driverOption, undescribedOption, flags(labels), shellQuote(name));
}

function networkLine({ name, labels, overlay }: NetworkPlan): string {
  const driver = overlay ? '--driver overlay --attachable' : '';
  return words('docker network create', driver, flags(labels), shellQuote(name));
}

/** Creates a service. It has no replicas, so it starts at once, and Docker asks no registry for its image. */
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
  // The source is named by its identifier, as Compose does.
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
    // busybox runs in any image, and KILL stops it at once.
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

/** Returns the images of the archive. */
function loaded({ images }: World, now: number): Parameters<typeof archive>[0] {
  return images.map(({ labels, age, tags, shared, own, parent }, index) => ({
    labels: { ...labels, [NUMBER]: String(index) },
    // Images are a second apart, so that no two are equally old. Reproducible builds all have the same time.
    created: new Date(age === 'epoch' ? 0 : now - (age + index) * 1000).toISOString(),
    tags,
    layers: [...Array.from({ length: shared }, (_, n) => `shared-${n}`), ...(own ? [`own-${index}`] : [])],
    ...(parent !== undefined && { parent }),
  }));
}
