import type { PrivateHost } from '../../../local/host/private-host';
import { ask } from './engine-api';

/** All that an Engine holds, a line for each object, so that two states can be compared in full. */
export type EngineState = readonly string[];

/** What the Engine holds now: every image with its tags, container with its state, volume and network. */
export async function stateOf(host: PrivateHost): Promise<EngineState> {
  const [images, containers, volumes, networks] = await Promise.all([
    ask<{ Id: string; RepoTags: string[] | null }[]>(host, '/images/json?all=1'),
    ask<{ Names: string[]; State: string }[]>(host, '/containers/json?all=1'),
    ask<{ Volumes: { Name: string }[] | null }>(host, '/volumes'),
    ask<{ Name: string }[]>(host, '/networks'),
  ]);
  const tags = (all: string[] | null): string[] =>
    (all ?? []).filter((tag) => tag !== '<none>:<none>').sort();
  return [
    ...images.map(({ Id, RepoTags }) => `image ${Id} ${JSON.stringify(tags(RepoTags))}`),
    ...containers.map(({ Names, State }) => `container ${(Names[0] ?? '').slice(1)} ${State}`),
    ...(volumes.Volumes ?? []).map(({ Name }) => `volume ${Name}`),
    ...networks.map(({ Name }) => `network ${Name}`),
  ].sort();
}

/** What went and what came between two states. */
export function difference(before: EngineState, after: EngineState): { gone: string[]; come: string[] } {
  return {
    gone: before.filter((line) => !after.includes(line)),
    come: after.filter((line) => !before.includes(line)),
  };
}
