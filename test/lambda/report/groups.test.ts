import { countReasons, countWarnings } from '../../../lambda/report/groups';
import { countProjects } from '../../../lambda/report/projects';
import type { HostReport, ListedObject } from '../../../lib/contract';
import { HOST_PLUGIN, judged, plugin, result } from './support';

/** Hosts with ids and names of their own that end like this. */
function hosts(count: number, name: string, overrides: Partial<HostReport> = {}): HostReport[] {
  const base = judged([HOST_PLUGIN, plugin('Prune', result())]);
  return Array.from({ length: count }, (_, i) => ({
    ...base,
    instanceId: `i-${name}-${i}`,
    instanceName: `${name}-${i}`,
    ...overrides,
  }));
}

const failed = (reason: string, message = ''): Partial<HostReport> => ({
  outcome: 'failed',
  reason,
  message,
});

describe('trouble by reason', () => {
  test('is complete for a fleet of any size', () => {
    const reasons = countReasons([
      ...hosts(9_589, 'well'),
      ...hosts(30, 'lost', { outcome: 'unreachable', reason: 'connection-lost', message: 'lost it' }),
      ...hosts(200, 'docker', failed('docker-unreachable', 'no answer')),
      ...hosts(1, 'left', failed('leftovers', 'volume v is left')),
      ...hosts(200, 'slow', { outcome: 'timed-out', reason: 'timed-out' }),
      ...hosts(10, 'away', { outcome: 'unreachable', reason: 'not-registered' }),
    ]);
    expect(reasons.map(({ outcome, reason, count }) => `${outcome} ${reason} ${count}`)).toEqual([
      'failed docker-unreachable 200',
      'failed leftovers 1',
      'timed-out timed-out 200',
      'unreachable connection-lost 30',
      'unreachable not-registered 10',
    ]);
    expect(reasons[0]).toMatchObject({ message: 'no answer' });
    expect(reasons[0]?.examples).toHaveLength(5);
    expect(reasons[1]?.examples).toEqual([{ instanceId: 'i-left-0', instanceName: 'left-0' }]);
    expect(reasons[2]).not.toHaveProperty('message');
  });

  test('without a reason is named by its outcome', () => {
    const [only, ...others] = countReasons(hosts(2, 'odd', { outcome: 'failed' }));
    expect(only).toMatchObject({ reason: 'failed', count: 2 });
    expect(others).toEqual([]);
  });

  test('for which scripts of users give more reasons than there is room for has one group for the rest', () => {
    const reasons = countReasons([
      ...hosts(3, 'known', failed('leftovers')),
      ...Array.from({ length: 2_000 }, (_, i) => hosts(1, `x${i}`, failed(`custom-${i}`))[0]!),
      ...hosts(2, 'slow', { outcome: 'timed-out', reason: 'timed-out' }),
    ]);
    expect(reasons[0]).toMatchObject({ reason: 'leftovers', count: 3 });
    const others = reasons.filter(({ reason }) => reason === 'other');
    expect(others.map(({ outcome }) => outcome)).toEqual(['failed', 'timed-out']);
    expect(others[0]?.examples).toHaveLength(5);
    expect(reasons.reduce((sum, { count }) => sum + count, 0)).toBe(2_005);
  });
});

describe('warnings', () => {
  const warned = (...codes: string[]): HostReport => ({
    ...hosts(1, codes.join('-'))[0]!,
    steps: codes.map((code) => ({ step: 'Prune', result: result({ warnings: [code] }) })),
  });

  test('are counted by host, the most frequent first', () => {
    expect(
      countWarnings([
        warned('tag-removed'),
        warned('compose-missing', 'compose-missing'),
        warned('compose-missing'),
      ]),
    ).toMatchObject([
      { code: 'compose-missing', count: 2, examples: [{ instanceName: expect.any(String) as string }, {}] },
      { code: 'tag-removed', count: 1 },
    ]);
    expect(countWarnings(hosts(3, 'well'))).toEqual([]);
  });

  test('for which scripts of users give more codes than there is room for have one group for the rest', () => {
    const codes = Array.from({ length: 300 }, (_, i) => `custom-${i}`);
    const warnings = countWarnings([warned(...codes), ...hosts(2, 'well')]);
    expect(warnings.length).toBeLessThan(300);
    expect(warnings.at(-1)).toMatchObject({ code: 'other', count: 1 });
  });
});

describe('what was removed by project', () => {
  const object = (overrides: Partial<ListedObject>): ListedObject => ({
    fate: 'removed',
    kind: 'images',
    id: '3f2a91bc04d7',
    ...overrides,
  });
  const on = (name: string, ...objects: ListedObject[]): HostReport => hosts(1, name, { objects })[0]!;

  test('counts objects by kind and hosts, the project with the most objects first', () => {
    const { projects, projectsOmitted } = countProjects([
      on('1', object({}), object({ project: 'shop' }), object({ project: 'shop', kind: 'volumes' })),
      on('2', object({ project: 'shop', fate: 'would-remove' }), object({ project: 'blog' })),
      // A project is one of its own objects.
      on('3', object({ kind: 'projects', id: 'blog' }), object({ kind: 'projects', id: 'aaa' })),
    ]);
    expect(projects).toEqual([
      { project: 'shop', hosts: 2, removed: { images: 2, volumes: 1 } },
      { project: 'blog', hosts: 2, removed: { images: 1, projects: 1 } },
      { hosts: 1, removed: { images: 1 } },
      { project: 'aaa', hosts: 1, removed: { projects: 1 } },
    ]);
    expect(projectsOmitted).toBe(0);
  });

  test('leaves out what a task kept or could not remove', () => {
    const kept = (['left', 'young', 'inUse', 'kept'] as const).map((fate) => object({ fate, project: 'p' }));
    expect(countProjects([on('1', ...kept)])).toEqual({ projects: [], projectsOmitted: 0 });
  });

  test('names 50 projects, and counts the others', () => {
    const many = Array.from({ length: 70 }, (_, i) => object({ project: `preview-${i}` }));
    const { projects, projectsOmitted } = countProjects([
      on('1', ...many, object({ project: 'preview-69' })),
    ]);
    expect(projects).toHaveLength(50);
    expect(projects[0]).toMatchObject({ project: 'preview-69', removed: { images: 2 } });
    expect(projectsOmitted).toBe(20);
  });
});
