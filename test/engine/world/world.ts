import type fc from 'fast-check';
import { aimTask } from './aim';
import { build } from './build';
import type { Abilities, Scenario } from './plan';
import type { RawTask } from './tasks';
import { type Raw, raw } from './things';

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
  const asked = (test: (task: RawTask) => boolean): boolean => all.tasks.some(test);
  const asksFor = (...kinds: RawTask['kind'][]): boolean => asked(({ kind }) => kinds.includes(kind));
  const services = asksFor('VolumePrune', 'NetworkPrune', 'ComposeDown') ? all.services : undefined;
  // There is only one network if no task needs more, because networks take long to create.
  const most = asksFor('NetworkPrune') || services !== undefined ? 3 : 1;
  const builds = all.builds + (asksFor('BuildCachePrune') ? 1 : 0);
  const plugIn = all.plugIn && asksFor('VolumePrune', 'ComposeDown');
  const fit = <T extends Pick<Raw, 'containers'>>(group: T): T => ({
    ...group,
    containers: group.containers.map((one) => ({ ...one, mount: imageMounts ? one.mount : undefined })),
  });
  const projects = fitProjectsToTasks(all).map(fit);
  return { ...fit(all), builds, networks: all.networks.slice(0, most), projects, plugIn, services };
}

function fitProjectsToTasks({ projects, spare, oneDirectory, tasks }: Raw): Raw['projects'] {
  if (!tasks.some(({ kind }) => kind === 'ComposeDown')) return projects;
  if (tasks.every(({ directory }) => directory === undefined))
    return projects.length > 0 ? projects : [spare];
  const others = projects.filter(({ name }) => name !== spare.name);
  return [...others, spare].map((project) => {
    const directory = oneDirectory ? 0 : (project.start.directory ?? (project === spare ? 0 : undefined));
    return { ...project, start: { ...project.start, ...(directory !== undefined && { directory }) } };
  });
}
