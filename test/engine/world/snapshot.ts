import { KEEP_LABEL } from '../../../lib/contract';
import { PROJECT_LABEL } from '../../../local/inventory';
import type { PrivateHost } from '../../../local/private-host';
import { ask, remove } from '../engine-api';
import type { Labels } from './alphabet';

interface Thing {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
  /** Seconds since 1970 from which its age counts. */
  readonly since: number;
  /** All that is to be compared, in one line. */
  readonly line: string;
}
export interface Image extends Thing {
  readonly tags: readonly string[];
  /** On the classic store, what the legacy builder made it from; else empty. */
  readonly parent: string;
}
export interface Container extends Thing {
  readonly image: string;
  readonly state: string;
  readonly created: number;
  /** Names of all its volumes, and of those among them that it has without naming them. */
  readonly volumes: readonly string[];
  readonly anonymous: readonly string[];
  /** Names and, once it has run, identifiers. */
  readonly networks: readonly string[];
}
export type Volume = Thing;
export type Network = Thing;

/** All that an Engine holds, as it tells itself; that the scripts ask the Docker CLI makes this another witness. */
export interface Snapshot {
  readonly images: readonly Image[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly networks: readonly Network[];
}
export const KINDS = ['images', 'containers', 'volumes', 'networks'] as const;

export const kept = ({ labels }: Pick<Thing, 'labels'>): boolean => KEEP_LABEL in labels;
export const projectOf = ({ labels }: Pick<Thing, 'labels'>): string | undefined => labels[PROJECT_LABEL];

/** The state without what is gone. */
export function without(state: Snapshot, gone: Snapshot): Snapshot {
  const rest = <T extends { readonly id: string }>(all: readonly T[], less: readonly T[]): T[] =>
    all.filter(({ id }) => !less.some((thing) => thing.id === id));
  return {
    images: rest(state.images, gone.images),
    containers: rest(state.containers, gone.containers),
    volumes: rest(state.volumes, gone.volumes),
    networks: rest(state.networks, gone.networks),
  };
}

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
  readonly HostConfig: { readonly Binds?: readonly string[] | null };
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string; readonly Destination: string }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly NetworkID: string }>> };
}

/** Takes the whole of an Engine's state; nothing else may change it meanwhile. */
export async function takeSnapshot(host: PrivateHost): Promise<Snapshot> {
  const [images, containers, volumes, networks] = await Promise.all([
    inspectAll<RawImage>(host, '/images/json?all=1', 'images'),
    inspectAll<RawContainer>(host, '/containers/json?all=1', 'containers'),
    ask<{ Volumes: RawThing[] | null }>(host, '/volumes'),
    ask<RawThing[]>(host, '/networks'),
  ]);
  const named = new Set(
    containers.flatMap(({ HostConfig }) => HostConfig.Binds ?? []).map((bind) => bind.split(':')[0]),
  );
  return sorted({
    images: images.map(image),
    containers: containers.map((raw) => container(raw, named)),
    volumes: (volumes.Volumes ?? []).map((raw) => thing({ ...raw, Id: raw.Name, Created: raw.CreatedAt })),
    networks: networks
      .map((raw) => thing(raw))
      .filter(({ name }) => !['bridge', 'host', 'none'].includes(name)),
  });
}

/** Removes whatever the Engine holds. */
export async function removeAll(host: PrivateHost): Promise<void> {
  // Images go after those that were built upon them, so it takes some rounds.
  for (let round = 0; round < 10; round++) {
    const { images, containers, volumes, networks } = await takeSnapshot(host);
    if (images.length + containers.length + volumes.length + networks.length === 0) return;
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

function image(raw: RawImage): Image {
  const { RepoTags, Parent = '', Config, Metadata, Created } = raw;
  const tags = [...(RepoTags ?? [])].sort();
  const since = seconds(Created) > seconds(Metadata.LastTagTime) ? Created : Metadata.LastTagTime;
  const more = { tags, Parent };
  return {
    ...thing({ ...raw, Name: '', Labels: Config?.Labels ?? null }, more, since),
    tags,
    parent: Parent,
  };
}

function container(raw: RawContainer, named: ReadonlySet<string | undefined>): Container {
  const { Image, State, Config, Mounts, NetworkSettings, Created } = raw;
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
  const { images, containers, volumes, networks } = snapshot;
  return { images: by(images), containers: by(containers), volumes: by(volumes), networks: by(networks) };
}
