import type { Labels } from './alphabet';
import {
  type Container,
  type Image,
  labelledProject,
  projectOf,
  type Service,
  type Thing,
  type Volume,
} from './objects';

/** The parts of the Engine API's answers that the tests use. */
export interface RawThing {
  readonly Id: string;
  readonly Name: string;
  readonly Labels?: Labels | null;
  readonly Created: string;
  readonly CreatedAt: string;
}
export interface RawVolume extends Omit<RawThing, 'Id' | 'Created'> {
  readonly Driver: string;
}
export interface RawNetwork extends RawThing {
  readonly Scope: string;
}
export interface RawImage extends Omit<RawThing, 'Labels'> {
  readonly RepoTags?: readonly string[] | null;
  readonly Parent?: string;
  readonly Config?: { readonly Labels?: Labels | null } | null;
  readonly Metadata: { readonly LastTagTime: string };
}
interface RawMount {
  readonly Type: string;
  readonly Source: string;
}
export interface RawContainer extends RawThing {
  readonly Image: string;
  readonly State: Readonly<Record<'Status' | 'StartedAt' | 'FinishedAt', string>>;
  readonly Config: { readonly Labels?: Labels | null };
  readonly HostConfig: Readonly<Partial<Record<'Binds' | 'VolumesFrom', readonly string[] | null>>> & {
    readonly Mounts?: readonly RawMount[] | null;
  };
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly NetworkID: string }>> };
}
export interface RawService {
  readonly ID: string;
  readonly CreatedAt: string;
  readonly Spec: {
    readonly Name: string;
    readonly Labels?: Labels | null;
    readonly TaskTemplate: {
      readonly Networks?: readonly { readonly Target: string }[];
      readonly ContainerSpec: { readonly Mounts?: readonly RawMount[] };
    };
  };
}
export interface RawCacheRecord {
  readonly ID: string;
  readonly Description: string;
  readonly CreatedAt: string;
}

/** Converts the common properties of an object. @param more further properties that are compared */
export function thing(
  raw: Omit<RawThing, 'CreatedAt'> & { readonly CreatedAt?: string },
  more: object = {},
  since = raw.Created,
): Thing {
  const labels = raw.Labels ?? {};
  const line = JSON.stringify([raw.Name, raw.Id, Object.entries(labels).sort(), since, more]);
  const project = labelledProject({ labels });
  return { id: raw.Id, name: raw.Name.replace(/^\//, ''), labels, project, since: seconds(since), line };
}

/** Converts an image. @param arrival when it came to the host, in seconds since 1970, if the store shows it */
export function image(raw: RawImage, arrival = -Infinity): Image {
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
    created: seconds(Created),
    tagged: seconds(Metadata.LastTagTime),
  };
}

/**
 * Converts a container.
 *
 * @param named the volumes that a container refers to by name; all others are anonymous
 * @param images all images of the Engine
 */
export function container(
  raw: RawContainer,
  named: ReadonlySet<string | undefined>,
  images: readonly Image[],
): Container {
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
  const labels = Config.Labels ?? {};
  return {
    ...thing({ ...raw, Labels: labels }, more, since),
    project: projectOf(labels, images.find(({ id }) => id === Image)?.labels),
    image: Image,
    state,
    created: seconds(Created),
    volumes,
    anonymous: volumes.filter((volume) => !named.has(volume)),
    volumesFrom: (HostConfig.VolumesFrom ?? []).map((source) => source.replace(/:.*/, '')),
    networks,
    mountedImages: sources(HostConfig.Mounts ?? [], 'image'),
  };
}

/** Converts a volume. @param described whether the Engine could describe it; otherwise `raw` is only its list entry */
export function volume(raw: RawVolume, described: boolean): Volume {
  return { ...thing({ ...raw, Id: raw.Name, Created: raw.CreatedAt }), undescribed: !described };
}

/** Converts a service. */
export function service({ ID, CreatedAt, Spec }: RawService): Service {
  const { Networks = [], ContainerSpec } = Spec.TaskTemplate;
  return {
    ...thing({ Id: ID, Name: Spec.Name, Labels: Spec.Labels ?? null, Created: CreatedAt }, Spec.TaskTemplate),
    volumes: sources(ContainerSpec.Mounts ?? [], 'volume'),
    networks: Networks.map(({ Target }) => Target),
  };
}

/** Lists the sources of the mounts of one type. */
function sources(mounts: readonly RawMount[], type: string): string[] {
  return mounts.filter(({ Type }) => Type === type).map(({ Source }) => Source);
}

/** Returns the seconds since 1970. It keeps the Engine's fractions, which `Date` would cut to milliseconds. */
function seconds(time: string): number {
  const [fraction = ''] = /\.\d+/.exec(time) ?? [];
  return Date.parse(time.replace(fraction, '')) / 1000 + Number(`0${fraction}`);
}
