import type fc from 'fast-check';
import { KEEP_LABEL } from '../../../lib/contract';
import { ONE_OFF_LABEL, PROJECT_LABEL, SERVICE_LABEL } from '../../../local/inventory';
import { aimed } from './aim';
import {
  COMPOSE_FILES,
  CONFIG_FILES_LABEL,
  DIRECTORIES,
  type Labels,
  type RawLabels,
  resolve,
  WORKING_DIR_LABEL,
} from './alphabet';
import type { ContainerPlan, DirectoryPlan, NamedPlan, Scenario, World } from './plan';
import type { RawTask } from './tasks';
import { type Group, type Raw, raw } from './things';

export const scenarios: fc.Arbitrary<Scenario> = raw.map((all) => {
  const world = build(fitting(all));
  return { world, tasks: all.tasks.map((task) => aimed(task, world, all.values)) };
});

/** The same with what its tasks need in order to have something to do, and without what takes long and they do not. */
function fitting(all: Raw): Raw {
  const asked = (test: (task: RawTask) => boolean): boolean => all.tasks.some(test);
  // A network takes longest to make of all that does not run.
  const most = asked(({ kind }) => kind === 'NetworkPrune') ? 3 : 1;
  const builds = all.builds + (asked(({ kind }) => kind === 'BuildCachePrune') ? 1 : 0);
  return { ...all, builds, networks: all.networks.slice(0, most), projects: fittingProjects(all) };
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

function build(all: Raw): World {
  const volumes: NamedPlan[] = [];
  const networks: NamedPlan[] = [];
  const containers: ContainerPlan[] = [];
  const owned = [...all.projects, all].map((group: Group) => ({
    group,
    volumes: group.volumes.map((volume) => {
      const name = `${prefix(group)}v${volumes.length}`;
      volumes.push({
        name: volume.hexadecimal ? hexadecimal(name) : name,
        labels: labelsOf(volume, group, all),
      });
      return volumes.length - 1;
    }),
    networks: group.networks.map((network) => {
      networks.push({ name: `${prefix(group)}n${networks.length}`, labels: labelsOf(network, group, all) });
      return networks.length - 1;
    }),
  }));
  for (const { group, ...own } of owned) {
    for (const { guest, image, state, anonymous, ...plan } of group.containers) {
      const near = <T>(everything: readonly T[], own: readonly number[]): T[] =>
        guest ? [...everything] : own.map((index) => everything[index] as T);
      const network = pick(near(networks, own.networks), plan.network)?.name;
      const [shares, whose] = plan.volumesFrom;
      const from = shares ? pick(containers, whose)?.name : undefined;
      containers.push({
        name: `${prefix(group)}c${containers.length}`,
        labels: {
          ...labelsOf(plan, group, all),
          ...(group.name !== undefined && composeLabels(plan.oneOff, group.start)),
        },
        image: image % all.images.length,
        state,
        volumes: [...new Set(plan.volumes.flatMap((n) => pick(near(volumes, own.volumes), n)?.name ?? []))],
        anonymous,
        ...(network !== undefined && { network }),
        ...(from !== undefined && { volumesFrom: from }),
      });
    }
  }
  const retags = all.retags.map(({ image, tag }) => ({ image: image % all.images.length, tag }));
  const { builds } = all;
  const directories = directoriesOf(all);
  return { images: images(all), retags, volumes, networks, containers, directories, builds };
}

/** No two of an archive have a tag in common: the containerd store may drop the first before it has unpacked it. */
function images(all: Raw): World['images'] {
  const given = new Set<string>();
  return all.images.map(({ tags, moreTags, parent, shared, own, age, ...plan }, index) => {
    const unused = [...new Set(tags.length > 0 ? [...tags, ...moreTags] : [])].filter(
      (tag) => !given.has(tag),
    );
    unused.forEach((tag) => given.add(tag));
    const [derived, base] = parent;
    const upon = derived && index > 0 ? { parent: base % index } : {};
    return { labels: labelsOf(plan, {}, all), tags: unused, shared, own, age, ...upon };
  });
}

interface Labelled {
  readonly labels: RawLabels;
  readonly keep: boolean;
  readonly ownWay?: boolean;
}

function labelsOf(
  { labels, keep, ownWay }: Labelled,
  group: Pick<Group, 'name' | 'labels'>,
  { values }: Raw,
): Labels {
  return {
    ...resolve((ownWay ? undefined : group.labels) ?? labels, values),
    ...(keep && { [KEEP_LABEL]: values[0] }),
    ...(group.name !== undefined && { [PROJECT_LABEL]: group.name }),
  };
}

/** As Compose writes them on a container: one that was started from a folder says which, and with which files. */
function composeLabels(oneOff: boolean, start: Group['start']): Labels {
  const labels = { [SERVICE_LABEL]: 'app', [ONE_OFF_LABEL]: oneOff ? 'True' : 'False' };
  if (start?.directory === undefined) return labels;
  const { path, link } = directoryPlan(start.directory);
  const from = start.throughLink ? link : path;
  const files = COMPOSE_FILES.slice(0, start.onlyFirstFile ? 1 : undefined);
  return {
    ...labels,
    [WORKING_DIR_LABEL]: from,
    [CONFIG_FILES_LABEL]: files.map((file) => (start.relative ? file : `${from}/${file}`)).join(','),
  };
}

function directoriesOf({ projects, directories }: Raw): World['directories'] {
  const used = new Set([...directories, ...projects.flatMap(({ start }) => start.directory ?? [])]);
  // The first is there with the second, which is in it.
  if (used.has(1)) used.add(0);
  return [...used].sort().map(directoryPlan);
}

function directoryPlan(n: number): DirectoryPlan {
  const path = DIRECTORIES[n] ?? '';
  return { path, link: `${path}-link`, files: COMPOSE_FILES };
}

function prefix({ name }: Group): string {
  return name === undefined ? '' : `${name}_`;
}

/** Taken round where there are fewer. */
function pick<T>(list: readonly T[], n: number | undefined): T | undefined {
  return n === undefined ? undefined : list[n % list.length];
}

/** Looks like the name that the Engine gives to an anonymous volume. */
function hexadecimal(name: string): string {
  return Buffer.from(name).toString('hex').padEnd(64, '0');
}
