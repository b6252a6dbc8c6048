import type { Host } from './private-host';
import { capture } from './process';

type Labels = Readonly<Record<string, string>>;

export interface ImageEntry {
  readonly id: string;
  readonly tags: readonly string[];
  readonly labels: Labels;
  readonly bytes: number;
  /** Whether it has no tag, and no image was built on it. */
  readonly dangling: boolean;
}

export interface ContainerEntry {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
  readonly image: string;
  /** e.g. `running` or `exited`. */
  readonly state: string;
  readonly exitCode: number;
}

/** A volume or a network. */
export interface NamedEntry {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
}

/** Everything that an Engine holds, including intermediate images and the Engine's own networks. */
export interface Inventory {
  readonly images: readonly ImageEntry[];
  readonly containers: readonly ContainerEntry[];
  readonly volumes: readonly NamedEntry[];
  readonly networks: readonly NamedEntry[];
}

/** The label that names the project of a container, volume or network, in every Compose version. */
export const PROJECT_LABEL = 'com.docker.compose.project';
export const SERVICE_LABEL = 'com.docker.compose.service';
export const ONE_OFF_LABEL = 'com.docker.compose.oneoff';

/** The number of objects per `docker inspect`, because the length of an argument list is limited. */
const BATCH = 200;

/** Lists everything on a host's Engine. Throws if the Engine does not answer. */
export async function takeInventory(host: Host): Promise<Inventory> {
  const dangling = new Set(await identifiers(host, 'image', 'ls', '-q', '-f', 'dangling=true', '--no-trunc'));
  const [images, containers, volumes, networks] = await Promise.all([
    inspect<RawImage>(host, 'image', 'ls', '-aq', '--no-trunc'),
    inspect<RawContainer>(host, 'container', 'ls', '-aq', '--no-trunc'),
    inspect<RawNamed>(host, 'volume', 'ls', '-q'),
    inspect<RawNamed>(host, 'network', 'ls', '-q', '--no-trunc'),
  ]);
  return {
    images: images.map(({ Id, RepoTags, Config, Size }) => ({
      id: Id,
      tags: RepoTags ?? [],
      labels: Config?.Labels ?? {},
      bytes: Size,
      dangling: dangling.has(Id),
    })),
    containers: containers.map(({ Id, Name, Config, Image, State }) => ({
      id: Id,
      name: Name.replace(/^\//, ''),
      labels: Config.Labels ?? {},
      image: Image,
      state: State.Status,
      exitCode: State.ExitCode,
    })),
    volumes: volumes.map(named),
    networks: networks.map(named),
  };
}

/** Returns, by kind, the objects that the first inventory has and the second lacks. */
export function missingFrom(before: Inventory, after: Inventory): Inventory {
  const gone = <T extends { readonly id: string }>(old: readonly T[], now: readonly T[]): T[] => {
    const present = new Set(now.map(({ id }) => id));
    return old.filter(({ id }) => !present.has(id));
  };
  return {
    images: gone(before.images, after.images),
    containers: gone(before.containers, after.containers),
    volumes: gone(before.volumes, after.volumes),
    networks: gone(before.networks, after.networks),
  };
}

interface RawImage {
  readonly Id: string;
  readonly RepoTags?: string[] | null;
  readonly Config?: { readonly Labels?: Labels | null } | null;
  readonly Size: number;
}

interface RawContainer {
  readonly Id: string;
  readonly Name: string;
  readonly Config: { readonly Labels?: Labels | null };
  readonly Image: string;
  readonly State: { readonly Status: string; readonly ExitCode: number };
}

interface RawNamed {
  readonly Id?: string;
  readonly Name: string;
  readonly Labels?: Labels | null;
}

/** Converts a volume or a network. A volume's name is its identifier. */
function named({ Id, Name, Labels }: RawNamed): NamedEntry {
  return { id: Id ?? Name, name: Name, labels: Labels ?? {} };
}

async function inspect<T>(host: Host, kind: string, ...list: string[]): Promise<T[]> {
  const ids = await identifiers(host, kind, ...list);
  const found: T[] = [];
  for (let from = 0; from < ids.length; from += BATCH) {
    // An object that is removed between listing and inspection makes the command fail, but the command
    // still prints the others.
    const { stdout } = await docker(host, kind, 'inspect', ...ids.slice(from, from + BATCH));
    found.push(...(JSON.parse(stdout) as T[]));
  }
  return found;
}

async function identifiers(host: Host, ...command: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await docker(host, ...command);
  if (code !== 0) throw new Error(`docker ${command.join(' ')} failed with code ${code}: ${stderr.trim()}`);
  // They are sorted, so that two inventories of one state are equal. The Engine sorts only by whole seconds.
  return [...new Set(stdout.split('\n').filter((line) => line !== ''))].sort();
}

function docker(host: Host, ...args: string[]): ReturnType<typeof capture> {
  const { PATH = '', HOME = '' } = process.env;
  // DOCKER_HOST and DOCKER_CONTEXT of this process are left out, because they may name another Engine.
  return capture(host.enter(['docker', ...args]), { environment: { PATH, HOME, ...host.environment } });
}
