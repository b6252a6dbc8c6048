import { GROUP } from './support';
import type { World } from './world';

/** The most sweeps after which a world must be at rest. */
const MAX_SWEEPS = 6;

/**
 * Advances the clock hour by hour, with a sweep in each, until no work is left. Returns the number of
 * sweeps.
 */
export async function quiesce(world: World): Promise<number> {
  await world.resume();
  for (const id of world.commands.keys()) world.end(id);
  for (let sweeps = 1; sweeps <= MAX_SWEEPS; sweeps++) {
    await world.jump(3600);
    const answer = await world.sweep();
    if (answer === 'paused' || 'error' in answer)
      throw new Error(`a sweep failed: ${JSON.stringify(answer)}`);
    const { alreadyReported, left } = answer.result as { alreadyReported?: number; left?: number };
    if (alreadyReported === world.commands.size && left === 0) return sweeps;
  }
  throw new Error(`no rest after ${MAX_SWEEPS} sweeps`);
}

/** What must hold after every history: each run has one complete report, and was counted once. */
export function violations(world: World): string[] {
  const found: string[] = [];
  for (const [id, { hosts }] of world.commands) {
    const report = world.report(id);
    const ids = new Set(report.hosts.map(({ instanceId }) => instanceId));
    if (report.runs.length !== 1 || !report.lastIsRun)
      found.push(`${id} has ${report.runs.length} run events`);
    if (report.hosts.length !== hosts || ids.size !== hosts) {
      found.push(`${id} has ${report.hosts.length} events of ${ids.size} hosts, not of ${hosts}`);
    }
    if (report.runs[0]?.hosts.succeeded !== hosts) found.push(`${id} does not report ${hosts} hosts`);
    if (world.counted.get(id) !== 1) found.push(`${id} was counted ${world.counted.get(id)} times`);
  }
  const streams = [...world.commands.values()].map(({ stream }) => stream).sort();
  const actual = world.logs.streams(GROUP);
  if (actual.join() !== streams.join()) found.push(`streams are ${actual.join()}, not ${streams.join()}`);
  return found;
}
