import { takeInventory } from '../../local/inventory';
import type { PrivateHost } from '../../local/private-host';

/** All that an Engine holds, a line for each object, so that two states can be compared in full. */
export type EngineState = readonly string[];

/** What the Engine holds now: every image with its tags, container with its state, volume and network. */
export async function stateOf(host: PrivateHost): Promise<EngineState> {
  const { images, containers, volumes, networks } = await takeInventory(host);
  return [
    ...images.map(({ id, tags }) => `image ${id} ${JSON.stringify(tags)}`),
    ...containers.map(({ name, state }) => `container ${name} ${state}`),
    ...volumes.map(({ name }) => `volume ${name}`),
    ...networks.map(({ name }) => `network ${name}`),
  ].sort();
}

/** What went and what came between two states. */
export function difference(before: EngineState, after: EngineState): { gone: string[]; come: string[] } {
  return {
    gone: before.filter((line) => !after.includes(line)),
    come: after.filter((line) => !before.includes(line)),
  };
}
