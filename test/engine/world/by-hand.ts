import { KEEP_LABEL, type StepResult } from '../../../lib/contract';
import { PROJECT_LABEL } from '../../../local/inventory';
import type { Labels } from './alphabet';
import { type Container, type Image, type Network, NOTHING, type Snapshot } from './objects';

export const LABELS = { app: 'todo' };
export const KEPT = { ...LABELS, [KEEP_LABEL]: '' };
export const OLD = 1000;
export const NOW = Date.now() / 1000;

export const project = (name: string, more: Labels = LABELS): Labels => ({ ...more, [PROJECT_LABEL]: name });

/** A volume, a network or a record of the build cache. */
export function named(id: string, labels: Labels = LABELS, since = OLD): Network {
  return { id, name: id, labels, since, line: JSON.stringify([id, labels]) };
}

export function image(id: string, more: Partial<Image> = {}): Image {
  return { ...named(id), tags: [], parent: '', ...more };
}

export function container(id: string, more: Partial<Container> = {}): Container {
  const state = { image: 'none', state: 'exited', created: OLD, networks: [] };
  return { ...named(id), ...state, volumes: [], anonymous: [], volumesFrom: [], ...more };
}

/** An Engine that holds just this. */
export function holding(things: Partial<Snapshot>): Snapshot {
  return { ...NOTHING, ...things };
}

export function says(outcome: StepResult['outcome'], more: Partial<StepResult> = {}): StepResult {
  return { v: 1, task: 'VolumePrune', outcome, dryRun: false, seconds: 0, ...more };
}
