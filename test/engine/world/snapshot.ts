import { rmSync } from 'node:fs';
import type { PrivateHost } from '../../../local/host/private-host';
import { arrivalOf } from '../support/arrival';
import { ask, remove } from '../support/engine-api';
import { PROJECTS_HOME } from './alphabet';
import { NOTHING, sizeOf, type Snapshot, type Thing, type Volume } from './objects';
import type { Abilities } from './plan';
import { setMood } from './plug-in';
import * as raw from './raw';

/** The networks that an Engine makes for itself. The last two exist only in a swarm. */
const ENGINE_OWN = ['bridge', 'host', 'none', 'ingress', 'docker_gwbridge'];

/**
 * Takes the whole of an Engine's state, which no other process may change during this. It asks the API, while
 * the scripts ask the Docker CLI, so that it does not share their mistakes.
 */
export async function takeSnapshot(host: PrivateHost): Promise<Snapshot> {
  const [rawImages, containers, volumes, networks, { BuildCache }, services] = await Promise.all([
    inspectAll<raw.RawImage>(host, '/images/json?all=1', 'images'),
    inspectAll<raw.RawContainer>(host, '/containers/json?all=1', 'containers'),
    ask<{ Volumes: raw.RawVolume[] | null }>(host, '/volumes'),
    ask<raw.RawNetwork[]>(host, '/networks'),
    // Engine 20.10 ignores the type and returns everything.
    ask<{ BuildCache: raw.RawCacheRecord[] | null }>(host, '/system/df?type=build-cache'),
    // Only the manager of a swarm answers.
    ask<raw.RawService[]>(host, '/services').catch(() => []),
  ]);
  const named = new Set(
    containers.flatMap(({ HostConfig }) => HostConfig.Binds ?? []).map((bind) => bind.split(':')[0]),
  );
  const images = rawImages.map((each) => raw.image(each, arrivalOf(host, each.Id)));
  return sorted({
    images,
    containers: containers.map((each) => raw.container(each, named, images)),
    volumes: await Promise.all((volumes.Volumes ?? []).map((each) => describeVolume(host, each))),
    networks: networks
      .filter(({ Name }) => !ENGINE_OWN.includes(Name))
      .map((each) => ({ ...raw.thing(each), scope: each.Scope === 'swarm' ? 'swarm' : 'local' })),
    cacheRecords: (BuildCache ?? []).map(({ ID, Description, CreatedAt }) =>
      raw.thing({ Id: ID, Name: Description, Created: CreatedAt, CreatedAt }),
    ),
    services: services.map(raw.service),
  });
}

/** The abilities of a host, by the version of its Engine. */
export async function abilitiesOf(host: PrivateHost): Promise<Abilities> {
  const { ApiVersion } = await ask<{ ApiVersion: string }>(host, '/version');
  return { imageMounts: Number(ApiVersion.split('.')[1]) >= 48 };
}

/** Removes all objects of the Engine, and the folders of a world. */
export async function removeAll(host: PrivateHost): Promise<void> {
  rmSync(`/proc/${host.pid}/root${PROJECTS_HOME}`, { recursive: true, force: true });
  setMood(host, 'good');
  // The Engine removes all objects of a swarm with it, and its networks a moment later.
  if (await isManager(host)) await host.docker('swarm', 'leave', '--force');
  // An image can only be removed after those that were built on it, so this takes some rounds.
  for (let round = 0; round < 10; round++) {
    const state = await takeSnapshot(host);
    const { images, containers, volumes, networks, cacheRecords } = state;
    if (sizeOf(state) === 0) return;
    if (cacheRecords.length > 0)
      await host.run(['env', 'DOCKER_BUILDKIT=0', 'docker', 'builder', 'prune', '-af']);
    await Promise.all(containers.map(({ id }) => remove(host, `/containers/${id}?force=1&v=1`)));
    await Promise.all([
      ...networks.map(({ id }) => remove(host, `/networks/${id}`)),
      ...volumes.map(({ id }) => remove(host, `/volumes/${id}`)),
      ...images.map(({ id }) => remove(host, `/images/${id}?force=1`)),
    ]);
  }
  throw new Error(`the Engine cannot be emptied: ${JSON.stringify(await takeSnapshot(host))}`);
}

function isManager(host: PrivateHost): Promise<boolean> {
  return ask(host, '/swarm').then(
    () => true,
    () => false,
  );
}

/** A list lacks details of a plug-in's volume, and still contains one that the plug-in does not describe. */
async function describeVolume(host: PrivateHost, listed: raw.RawVolume): Promise<Volume> {
  if (listed.Driver === 'local') return raw.volume(listed, true);
  const described = await ask<raw.RawVolume>(host, `/volumes/${listed.Name}`).catch(() => undefined);
  return raw.volume(described ?? listed, described !== undefined);
}

/** Lists objects, then inspects each. It throws if an object is removed in between. */
async function inspectAll<T>(host: PrivateHost, list: string, kind: string): Promise<T[]> {
  const ids = [...new Set((await ask<{ Id: string }[]>(host, list)).map(({ Id }) => Id))];
  return Promise.all(ids.map((id) => ask<T>(host, `/${kind}/${id}/json`)));
}

function sorted(snapshot: Snapshot): Snapshot {
  const by = <T extends Thing>(list: readonly T[]): T[] => [...list].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    ...NOTHING,
    images: by(snapshot.images),
    containers: by(snapshot.containers),
    volumes: by(snapshot.volumes),
    networks: by(snapshot.networks),
    cacheRecords: by(snapshot.cacheRecords),
    services: by(snapshot.services),
  };
}
