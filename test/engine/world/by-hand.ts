import { KEEP_LABEL, type StepResult } from '../../../lib/contract';
import { ONE_OFF_LABEL, PROJECT_LABEL } from '../../../local/host/inventory';
import type { Labels } from './alphabet';
import {
  type Container,
  type Image,
  labelledProject,
  type Network,
  NOTHING,
  projectOf,
  type Service,
  type Snapshot,
  type Volume,
} from './objects';

export const LABELS = { app: 'todo' };
export const KEPT = { ...LABELS, [KEEP_LABEL]: '' };
export const OLD = 1000;
export const NOW = Date.now() / 1000;

export const project = (name: string, more: Labels = LABELS): Labels => ({ ...more, [PROJECT_LABEL]: name });
/** Returns the labels of a container that Compose created. */
export const member = (name: string, more: Labels = LABELS): Labels => ({
  ...project(name, more),
  [ONE_OFF_LABEL]: 'False',
});

/** Makes a volume, a network or a record of the build cache. */
export function named(id: string, labels: Labels = LABELS, since = OLD): Volume & Network {
  const line = JSON.stringify([id, labels]);
  const project = labelledProject({ labels });
  return { id, name: id, labels, project, since, line, undescribed: false, scope: 'local' };
}

export function image(id: string, more: Partial<Image> = {}): Image {
  return { ...named(id, more.labels), tags: [], parent: '', created: OLD, tagged: OLD, ...more };
}

/** Makes a container. @param inherited the labels of its image */
export function container(id: string, more: Partial<Container> = {}, inherited?: Labels): Container {
  const state = { image: 'none', state: 'exited', created: OLD, networks: [], mountedImages: [] };
  const project = projectOf(more.labels ?? LABELS, inherited);
  return {
    ...named(id, more.labels),
    project,
    ...state,
    volumes: [],
    anonymous: [],
    volumesFrom: [],
    ...more,
  };
}

export function service(id: string, more: Partial<Service> = {}): Service {
  return { ...named(id), volumes: [], networks: [], ...more };
}

/** Returns the state of an Engine that holds only these objects. */
export function holding(things: Partial<Snapshot>): Snapshot {
  return { ...NOTHING, ...things };
}

export function says(outcome: StepResult['outcome'], more: Partial<StepResult> = {}): StepResult {
  return { v: 1, task: 'VolumePrune', outcome, dryRun: false, seconds: 0, ...more };
}
