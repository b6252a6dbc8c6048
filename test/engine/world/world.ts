import type fc from 'fast-check';
import { aimed } from './aim';
import { build } from './build';
import type { Abilities, Scenario } from './plan';
import type { RawTask } from './tasks';
import { type Raw, raw } from './things';

/** Worlds of a host that can so much, with tasks. The same number makes the same world, but for what a host cannot. */
export function scenarios(abilities: Abilities): fc.Arbitrary<Scenario> {
  return raw.map((all) => {
    const world = build(fitting(all, abilities));
    const tasks = all.tasks.map((task) => aimed(task, world, all.values));
    return { world, tasks, ...(all.fault && { fault: all.fault }) };
  });
}

/** The same with what its tasks need in order to have something to do, and without what takes long and they do not. */
function fitting(all: Raw, { imageMounts }: Abilities): Raw {
  const asked = (test: (task: RawTask) => boolean): boolean => all.tasks.some(test);
  const asksFor = (...kinds: RawTask['kind'][]): boolean => asked(({ kind }) => kinds.includes(kind));
  const services = asksFor('VolumePrune', 'NetworkPrune', 'ComposeDown') ? all.services : undefined;
  // A network takes longest to make of all that does not run.
  const most = asksFor('NetworkPrune') || services !== undefined ? 3 : 1;
  const builds = all.builds + (asksFor('BuildCachePrune') ? 1 : 0);
  const plugIn = all.plugIn && asksFor('VolumePrune', 'ComposeDown');
  const fit = <T extends Pick<Raw, 'containers'>>(group: T): T => ({
    ...group,
    containers: group.containers.map((one) => ({ ...one, mount: imageMounts ? one.mount : undefined })),
  });
  const projects = fittingProjects(all).map(fit);
  return { ...fit(all), builds, networks: all.networks.slice(0, most), projects, plugIn, services };
}

function fittingProjects({ projects, spare, oneDirectory, tasks }: Raw): Raw['projects'] {
  if (!tasks.some(({ kind }) => kind === 'ComposeDown')) return projects;
  if (tasks.every(({ directory }) => directory === undefined))
    return projects.length > 0 ? projects : [spare];
  const others = projects.filter(({ name }) => name !== spare.name);
  return [...others, spare].map((project) => {
    const directory = oneDirectory ? 0 : (project.start.directory ?? (project === spare ? 0 : undefined));
    return { ...project, start: { ...project.start, ...(directory !== undefined && { directory }) } };
  });
}
