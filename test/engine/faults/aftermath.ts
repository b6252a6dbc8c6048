import type { StepResult } from '../../../lib/contract';
import type { PrivateHost } from '../../../local/host/private-host';
import { reasonsAfter } from '../../support/disturbances';
import { must } from '../support/images';
import { RUN_DIR } from '../support/interpose';
import type { TaskRun } from '../support/run-task';
import { difference, type EngineState } from '../support/state';
import { engineState } from '../support/task-worlds';
import { type Kind, KINDS } from '../world/objects';

/** The reasons for which a disturbed task may fail. Any other reason is a defect. */
const REASONS: readonly string[] = reasonsAfter('call', 'fault');

/** The state of a host before a task ran, and the part of it that the task must not remove. */
export interface Scene {
  readonly bystanders: EngineState;
  readonly before: EngineState;
}

/**
 * Checks what a disturbed task left and reported. It removed nothing outside its scope, added nothing and
 * released its lock. Its result follows the contract and is true.
 *
 * @returns whether the task removed anything
 */
export async function expectNoHarm(
  host: PrivateHost,
  { bystanders, before }: Scene,
  { result, exitCode }: TaskRun,
): Promise<boolean> {
  const after = await engineState(host);
  const { gone, come } = difference(before, after);
  const scope = before.filter((line) => !bystanders.includes(line));
  expect({ lost: gone.filter((line) => !scope.includes(line)), come }).toEqual({ lost: [], come: [] });
  await must(host, `flock -n ${RUN_DIR}/lock true`);

  expect(['done', 'nothing', 'failed']).toContain(result.outcome);
  expect(exitCode).toBe(result.outcome === 'failed' ? 1 : 0);
  if (result.outcome === 'failed') {
    expect(REASONS).toContain(result.reason);
    expect(result.message).toBeTruthy();
  } else {
    expect({
      [`left behind, yet "${result.outcome}"`]: scope.filter((line) => after.includes(line)),
    }).toEqual({
      [`left behind, yet "${result.outcome}"`]: [],
    });
  }
  expectNoBoast(result, gone);
  return gone.length > 0;
}

/** The first word of an object's line in the state of an Engine. */
const FIRST_WORD: Readonly<Record<Kind, string>> = {
  containers: 'container',
  images: 'image',
  volumes: 'volume',
  networks: 'network',
  cacheRecords: 'cache',
};

/** The task may have lost count, but it never reports more than it removed. */
function expectNoBoast({ removed = {} }: StepResult, gone: EngineState): void {
  for (const kind of KINDS) {
    const word = FIRST_WORD[kind];
    const claimed = removed[kind] ?? 0;
    expect({ [kind]: claimed }).toEqual({
      [kind]: Math.min(claimed, gone.filter((line) => line.startsWith(`${word} `)).length),
    });
  }
}

/** Adds to an error the name of the world in which it happened. */
export async function inWorld<T>(name: string, world: () => Promise<T>): Promise<T> {
  try {
    return await world();
  } catch (error) {
    if (error instanceof Error) error.message = `${name}: ${error.message}`;
    throw error;
  }
}
