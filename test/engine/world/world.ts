import type fc from 'fast-check';
import type { TaskKind } from '../../../lib/tasks';
import { aimTask } from './aim';
import { build } from './build';
import type { Abilities, Scenario } from './plan';
import { type Raw, raw } from './things';

/** Objects that take long to create. A world has them only for tasks of a kind that may select them, or must keep them. */
type Costly = 'builds' | 'networks' | 'plugIn' | 'projects' | 'services';

const NEEDED: Readonly<Record<TaskKind, readonly Costly[]>> = {
  ComposeDown: ['plugIn', 'projects', 'services'],
  DanglingImagePrune: [],
  UnusedImagePrune: [],
  StoppedContainerPrune: [],
  VolumePrune: ['plugIn', 'services'],
  NetworkPrune: ['networks', 'services'],
  BuildCachePrune: ['builds'],
  ShellTask: [],
};

function isNeeded(part: Costly, { tasks }: Pick<Raw, 'tasks'>): boolean {
  return tasks.some(({ kind }) => NEEDED[kind].includes(part));
}

/**
 * Generates worlds with tasks, for a host with these abilities. The same seed gives every host the same worlds,
 * except for objects that it does not support.
 */
export function scenarios(abilities: Abilities): fc.Arbitrary<Scenario> {
  return raw.map((all) => {
    const world = build(fitToTasks(all, abilities));
    const tasks = all.tasks.map((task) => aimTask(task, world, all.values));
    return { world, tasks, ...(all.fault && { fault: all.fault }) };
  });
}

/** Adds what the tasks need in order to remove something. Leaves out slow objects that the tasks do not need. */
function fitToTasks(all: Raw, { imageMounts }: Abilities): Raw {
  const services = isNeeded('services', all) ? all.services : undefined;
  // There is only one network if no task needs more, because networks take long to create.
  const most = isNeeded('networks', all) || services !== undefined ? 3 : 1;
  const builds = all.builds + (isNeeded('builds', all) ? 1 : 0);
  const plugIn = all.plugIn && isNeeded('plugIn', all);
  const fit = <T extends Pick<Raw, 'containers'>>(group: T): T => ({
    ...group,
    containers: group.containers.map((one) => ({ ...one, mount: imageMounts ? one.mount : undefined })),
  });
  const projects = fitProjectsToTasks(all).map(fit);
  return { ...fit(all), builds, networks: all.networks.slice(0, most), projects, plugIn, services };
}

function fitProjectsToTasks({ projects, spare, oneDirectory, tasks }: Raw): Raw['projects'] {
  if (!isNeeded('projects', { tasks })) return projects;
  if (tasks.every(({ directory }) => directory === undefined))
    return projects.length > 0 ? projects : [spare];
  const others = projects.filter(({ name }) => name !== spare.name);
  return [...others, spare].map((project) => {
    const directory = oneDirectory ? 0 : (project.start.directory ?? (project === spare ? 0 : undefined));
    return { ...project, start: { ...project.start, ...(directory !== undefined && { directory }) } };
  });
}
