import { rmSync } from 'node:fs';
import type { PrivateHost } from '../../../local/private-host';
import { arrivalOf } from '../arrival';
import { ask, remove } from '../engine-api';
import { type Labels, PROJECTS_HOME } from './alphabet';
import { type Container, type Image, sizeOf, type Snapshot, type Thing } from './objects';

/** What the Engine API answers, as far as it is used here. */
interface RawThing {
  readonly Id: string;
  readonly Name: string;
  readonly Labels?: Labels | null;
  readonly Created: string;
  readonly CreatedAt: string;
}
interface RawImage extends Omit<RawThing, 'Labels'> {
  readonly RepoTags?: readonly string[] | null;
  readonly Parent?: string;
  readonly Config?: { readonly Labels?: Labels | null } | null;
  readonly Metadata: { readonly LastTagTime: string };
}
interface RawContainer extends RawThing {
  readonly Image: string;
  readonly State: Readonly<Record<'Status' | 'StartedAt' | 'FinishedAt', string>>;
  readonly Config: { readonly Labels?: Labels | null };
  readonly HostConfig: Readonly<Partial<Record<'Binds' | 'VolumesFrom', readonly string[] | null>>>;
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string; readonly Destination: string }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly NetworkID: string }>> };
}

interface RawCacheRecord {
  readonly ID: string;
  readonly Description: string;
  readonly CreatedAt: string;
}

/**
 * Takes the whole of an Engine's state; nothing else may change it meanwhile. That the scripts ask the Docker CLI makes
 * this another witness.
 */
export async function takeSnapshot(host: PrivateHost): Promise<Snapshot> {
  const [images, containers, volumes, networks, { BuildCache }] = await Promise.all([
    inspectAll<RawImage>(host, '/images/json?all=1', 'images'),
    inspectAll<RawContainer>(host, '/containers/json?all=1', 'containers'),
    ask<{ Volumes: RawThing[] | null }>(host, '/volumes'),
    ask<RawThing[]>(host, '/networks'),
    // Engine 20.10 takes no notice of what is asked, and tells all.
    ask<{ BuildCache: RawCacheRecord[] | null }>(host, '/system/df?type=build-cache'),
  ]);
  const named = new Set(
    containers.flatMap(({ HostConfig }) => HostConfig.Binds ?? []).map((bind) => bind.split(':')[0]),
  );
  return sorted({
    images: images.map((raw) => image(raw, arrivalOf(host, raw.Id))),
    containers: containers.map((raw) => container(raw, named)),
    volumes: (volumes.Volumes ?? []).map((raw) => thing({ ...raw, Id: raw.Name, Created: raw.CreatedAt })),
    networks: networks
      .map((raw) => thing(raw))
      .filter(({ name }) => !['bridge', 'host', 'none'].includes(name)),
    cacheRecords: (BuildCache ?? []).map(({ ID, Description, CreatedAt }) =>
      thing({ Id: ID, Name: Description, Created: CreatedAt, CreatedAt }),
    ),
  });
}

/** Removes whatever the Engine holds, and the folders of a world. */
export async function removeAll(host: PrivateHost): Promise<void> {
  rmSync(`/proc/${host.pid}/root${PROJECTS_HOME}`, { recursive: true, force: true });
  // Images go after those that were built upon them, so it takes some rounds.
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

/** Lists, then inspects each; what is gone in between is not there. */
async function inspectAll<T>(host: PrivateHost, list: string, kind: string): Promise<T[]> {
  const ids = [...new Set((await ask<RawThing[]>(host, list)).map(({ Id }) => Id))];
  return Promise.all(ids.map((id) => ask<T>(host, `/${kind}/${id}/json`)));
}

function thing(raw: RawThing, more: object = {}, since = raw.Created): Thing {
  const labels = raw.Labels ?? {};
  const line = JSON.stringify([raw.Name, raw.Id, Object.entries(labels).sort(), since, more]);
  return { id: raw.Id, name: raw.Name.replace(/^\//, ''), labels, since: seconds(since), line };
}

/** @param arrival seconds since 1970, where it is to be seen */
function image(raw: RawImage, arrival = -Infinity): Image {
  const { RepoTags, Parent = '', Config, Metadata, Created } = raw;
  const tags = [...(RepoTags ?? [])].sort();
  const made = seconds(Created) > seconds(Metadata.LastTagTime) ? Created : Metadata.LastTagTime;
  const since = Math.max(seconds(made), arrival);
  const more = { tags, Parent, since };
  return {
    ...thing({ ...raw, Name: '', Labels: Config?.Labels ?? null }, more, made),
    since,
    tags,
    parent: Parent,
  };
}

function container(raw: RawContainer, named: ReadonlySet<string | undefined>): Container {
  const { Image, State, Config, HostConfig, Mounts, NetworkSettings, Created } = raw;
  const volumes = Mounts.flatMap(({ Type, Name }) =>
    Type === 'volume' && Name !== undefined ? [Name] : [],
  ).sort();
  const networks = Object.entries(NetworkSettings.Networks)
    .flatMap(([name, { NetworkID }]) => [name, NetworkID])
    .filter((reference) => reference !== '');
  const { Status: state, FinishedAt, StartedAt } = State;
  const more = { Image, state, StartedAt, volumes, networks };
  const since = state === 'created' ? Created : FinishedAt;
  return {
    ...thing({ ...raw, Labels: Config.Labels ?? null }, more, since),
    image: Image,
    state,
    created: seconds(Created),
    volumes,
    anonymous: volumes.filter((volume) => !named.has(volume)),
    volumesFrom: (HostConfig.VolumesFrom ?? []).map((source) => source.replace(/:.*/, '')),
    networks,
  };
}

/** Seconds since 1970, to the microsecond as the Engine tells it: `Date` knows no more than thousandths. */
function seconds(time: string): number {
  const [fraction = ''] = /\.\d+/.exec(time) ?? [];
  return Date.parse(time.replace(fraction, '')) / 1000 + Number(`0${fraction}`);
}

function sorted(snapshot: Snapshot): Snapshot {
  const by = <T extends Thing>(list: readonly T[]): T[] => [...list].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    images: by(snapshot.images),
    containers: by(snapshot.containers),
    volumes: by(snapshot.volumes),
    networks: by(snapshot.networks),
    cacheRecords: by(snapshot.cacheRecords),
  };
}
