import { rmSync } from 'node:fs';
import type { PrivateHost } from '../../../local/host/private-host';
import { arrivalOf } from '../support/arrival';
import { ask, remove } from '../support/engine-api';
import { PROJECTS_HOME } from './alphabet';
import { sizeOf, type Snapshot, type Thing, type Volume } from './objects';
import type { Abilities } from './plan';
import { setMood } from './plug-in';
import * as raw from './raw';

/** The networks that an Engine makes for itself. The last two exist only in a swarm. */
const ENGINE_OWN = ['bridge', 'host', 'none', 'ingress', 'docker_gwbridge'];

/**
 * Reads the complete state of an Engine. No other process may change it during the call. It asks the API, while
 * the scripts ask the CLI, so it checks them independently.
 */
export async function takeSnapshot(host: PrivateHost): Promise<Snapshot> {
  const [rawImages, containers, volumes, networks, { BuildCache }, services] = await Promise.all([
    inspectAll<raw.RawImage>(host, '/images/json?all=1', 'images'),
    inspectAll<raw.RawContainer>(host, '/containers/json?all=1', 'containers'),
    ask<{ Volumes: raw.RawVolume[] | null }>(host, '/volumes'),
    ask<raw.RawNetwork[]>(host, '/networks'),
    // Engine 20.10 ignores the query and returns everything.
    ask<{ BuildCache: raw.RawCacheRecord[] | null }>(host, '/system/df?type=build-cache'),
    // Engines that do not manage a swarm answer with an error.
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

/** Returns the abilities of a host, which follow from the version of its Engine. */
export async function abilitiesOf(host: PrivateHost): Promise<Abilities> {
  const { ApiVersion } = await ask<{ ApiVersion: string }>(host, '/version');
  return { imageMounts: Number(ApiVersion.split('.')[1]) >= 48 };
}

/** Removes all objects of the Engine, and the folders of a world. */
export async function removeAll(host: PrivateHost): Promise<void> {
  rmSync(`/proc/${host.pid}/root${PROJECTS_HOME}`, { recursive: true, force: true });
  setMood(host, 'good');
  // Leaving the swarm removes its objects; its networks follow a moment later.
  if (await isManager(host)) await host.docker('swarm', 'leave', '--force');
  // An image can only be removed after the images that were built on it, so this takes several rounds.
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

/** Inspects a plug-in's volume, because the list lacks details, and lists volumes that the plug-in cannot describe. */
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
    images: by(snapshot.images),
    containers: by(snapshot.containers),
    volumes: by(snapshot.volumes),
    networks: by(snapshot.networks),
    cacheRecords: by(snapshot.cacheRecords),
    services: by(snapshot.services),
  };
}
