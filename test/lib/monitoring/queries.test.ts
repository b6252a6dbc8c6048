import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { ListedObject } from '../../../lib/contract';
import { INSIGHTS_QUERIES, SavedQueries } from '../../../lib/monitoring/queries';
import type { LogEvent } from '../../insights/discover';
import { DISCOVERED, discover } from '../../insights/discover';
import { evaluate } from '../../insights/evaluate';
import type { Row } from '../../insights/evaluate';
import { APP, facts, on, report, samples, task } from '../../insights/samples';
import { only, resources, strictApp, text } from '../stack';

const EVENTS = samples().flatMap(({ events }) => events);

function answer(name: keyof typeof INSIGHTS_QUERIES, events: readonly LogEvent[] = EVENTS): Row[] {
  return evaluate(INSIGHTS_QUERIES[name].text, events);
}

/** These columns of the rows. */
function columns(rows: readonly Row[], ...names: readonly string[]): unknown[][] {
  return rows.map((row) => names.map((name) => row[name]));
}

const byFirst = (rows: unknown[][]): unknown[][] =>
  rows.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));

test('last run by host: each host once, with its newest event, also of a dry run', () => {
  const rows = answer('lastRunByHost');
  expect(byFirst(columns(rows, 'instanceId', 'outcome', 'reason', 'commandId'))).toEqual([
    ['i-1', 'succeeded', undefined, 'd'],
    ['i-2', 'timed-out', 'timed-out', 'c'],
    ['i-3', 'unreachable', 'access-denied', 'd'],
    ['i-4', 'failed', 'leftovers', 'c'],
    // Both spellings.
    ['i-5', 'skipped', 'cancelled', 'd'],
    ['i-6', 'skipped', 'cancelled', 'd'],
    ['i-7', 'unreachable', 'delivery-timed-out', 'd'],
    ['i-8', 'unreachable', 'not-registered', 'd'],
  ]);
  expect(rows[0]).toMatchObject({ '@timestamp': '2026-11-22 18:01:29.999', dryRun: false });
  const untilDryRun = samples()
    .slice(0, 2)
    .flatMap(({ events }) => events);
  expect(columns(answer('lastRunByHost', untilDryRun), 'commandId', 'dryRun')).toContainEqual(['b', true]);
});

test('what was reclaimed: one row a day, the newest first, without dry runs', () => {
  expect(answer('reclaimedOverTime')).toEqual([
    {
      day: '2026-11-22 00:00:00.000',
      runs: 2,
      mebibytes: 3,
      projects: 0,
      containers: 1,
      images: 3,
      volumes: 1,
      networks: 0,
      cacheRecords: 0,
    },
    {
      day: '2026-11-21 00:00:00.000',
      runs: 1,
      mebibytes: 3,
      projects: 1,
      containers: 5,
      images: 4,
      volumes: 1,
      networks: 2,
      cacheRecords: 5,
    },
  ]);
});

test('what was removed, by name: one row for each object, the newest first, and in a dry run marked as such', () => {
  const rows = answer('removedByName');
  const names = ['commandId', 'instanceId', 'fate', 'kind', 'project', 'id', 'name', 'bytes', 'age'];
  const volume = ['volumes', 'todobackend'];
  const image = ['images', 'todobackend', '3f2a91bc04d7', 'todobackend_app:latest', 4 * 1024 * 1024, '3d'];
  const all = columns(rows, ...names);
  expect(all.slice(0, 2)).toEqual([
    ['d', 'i-1', 'removed', ...volume, 'shop_db', undefined, undefined, undefined],
    ['b', 'i-1', 'would-remove', ...image],
  ]);
  // Of the same event.
  expect(all).toHaveLength(4);
  expect(all.slice(2)).toEqual(
    expect.arrayContaining([
      ['a', 'i-1', 'removed', ...image],
      ['a', 'i-1', 'removed', ...volume, 'todobackend_db', undefined, undefined, undefined],
    ]),
  );
  expect(rows[0]).toMatchObject({ '@timestamp': '2026-11-22 18:01:29.999', instanceName: 'host-1' });
});

test('failures by reason: how many hosts and how often, with an example, the most frequent first', () => {
  const rows = answer('failuresByReason');
  const all = columns(rows, 'reason', 'outcome', 'hosts', 'times', 'exampleHost', 'lastReport');
  expect(all[0]).toEqual(['delivery-timed-out', 'unreachable', 2, 2, 'i-3', '2026/11/22/d']);
  expect(byFirst(all.slice(1))).toEqual([
    ['access-denied', 'unreachable', 1, 1, 'i-3', '2026/11/22/d'],
    ['docker-unreachable', 'failed', 1, 1, 'i-2', '2026/11/22/b'],
    ['leftovers', 'failed', 1, 1, 'i-4', '2026/11/22/c'],
    ['not-registered', 'unreachable', 1, 1, 'i-8', '2026/11/22/d'],
    ['timed-out', 'timed-out', 1, 1, 'i-2', '2026/11/22/c'],
    ['undeliverable', 'unreachable', 1, 1, 'i-3', '2026/11/21/a'],
  ]);
  expect(rows.find(({ reason }) => reason === 'leftovers')?.exampleMessage).toContain(
    'volume todobackend_public is left',
  );
});

test('failures by reason counts every host of a fleet, also those that the event of the run does not name', () => {
  const names = Array.from({ length: 120 }, (_, i) => String(i + 1));
  const hung = task({ outcome: 'failed', reason: 'docker-hung', message: 'no answer for 30 s' });
  const { run, events } = report(
    'large',
    '2026-11-23T03:00:00Z',
    names.map((name) => on(name, [facts(), hung])),
  );
  expect(run.troubled.length).toBeLessThan(120);
  expect(answer('failuresByReason', events)).toEqual([
    {
      hosts: 120,
      times: 120,
      exampleHost: 'i-1',
      exampleMessage: expect.stringContaining('no answer for 30 s') as string,
      lastReport: '2026/11/23/large',
      outcome: 'failed',
      reason: 'docker-hung',
    },
  ]);
});

test('failures: failed and timed out, with the reason, the newest first', () => {
  const rows = columns(answer('failures'), 'commandId', 'instanceId', 'outcome', 'reason', 'dryRun');
  expect(rows.slice(0, 2)).toEqual(
    expect.arrayContaining([
      ['c', 'i-2', 'timed-out', 'timed-out', false],
      ['c', 'i-4', 'failed', 'leftovers', false],
    ]),
  );
  expect(rows.slice(2)).toEqual([['b', 'i-2', 'failed', 'docker-unreachable', true]]);
  expect(answer('failures')[2]?.message).toContain('no answer');
});

test('services that ignore SIGTERM: the most expensive first, counted over hosts, with the remedy', () => {
  const rows = answer('ignoresSigterm');
  const names = ['container.project', 'container.service', 'kills', 'hosts', 'secondsLost', 'lastReport'];
  expect(columns(rows, ...names)).toEqual([
    ['shop', 'web', 1, 1, 45, '2026/11/21/a'],
    ['todobackend', 'app', 3, 2, 30, '2026/11/22/d'],
  ]);
  for (const word of ['process of app', 'SIGTERM', '--die-on-term', 'init: true', 'stop_signal']) {
    expect(rows[1]?.remedy).toContain(word);
  }
});

test('hosts not reached: how often, with the last reason', () => {
  const rows = answer('notReached');
  expect(columns(rows, 'instanceId', 'runs', 'lastReason', 'lastReport')[0]).toEqual([
    'i-3',
    3,
    'access-denied',
    '2026/11/22/d',
  ]);
  expect(byFirst(columns(rows, 'instanceId', 'runs', 'lastReason')).slice(1)).toEqual([
    ['i-7', 1, 'delivery-timed-out'],
    // Systems Manager did not even try.
    ['i-8', 1, 'not-registered'],
  ]);
  expect(rows[0]?.lastMessage).toContain("compare the instance's tags");
});

test('disk use: the host with the fullest disk first, from the last run of each', () => {
  const names = ['instanceId', 'diskPercent', 'diskPercentBefore', 'inodePercent', 'lastReport'];
  expect(columns(answer('diskUse'), ...names)).toEqual([
    // It was killed before it could measure again.
    ['i-2', 93, 93, 31, '2026/11/22/c'],
    ['i-3', 61, 64, 12, '2026/11/22/c'],
    ['i-1', 37, 41, 9, '2026/11/22/d'],
    // It could not see its file system the last time.
    ['i-4', 20, 20, 12, '2026/11/21/a'],
  ]);
  // A fact that is missing from a host's last run is not taken from an earlier run.
  expect(
    columns(answer('diskUse'), 'instanceId', 'images', 'danglingImages', 'containers', 'volumes'),
  ).toEqual([
    ['i-2', 9, 4, 3, 2],
    ['i-3', 9, undefined, 3, undefined],
    ['i-1', 9, 0, 3, 7],
    ['i-4', 9, 4, 3, 2],
  ]);
});

test('Engines: each host once, from its last run', () => {
  expect(answer('engines')).toEqual([
    { engine: '29.4.0', imageStore: 'containerd', compose: '5.1.0', hosts: 3 },
    { engine: '20.10.24', imageStore: 'classic', compose: '1.29.2', hosts: 1 },
  ]);
});

test('the queries find all they need, for any number of killed containers and listed objects', () => {
  const killed = Array.from({ length: 15 }, (_, i) => ({ ...APP, project: 'p', container: `c${i}` }));
  const objects = Array.from({ length: DISCOVERED }, (_, i): ListedObject => ({
    fate: 'removed',
    kind: 'volumes',
    id: `volume-${i}`,
    project: 'p',
    name: 'n',
    size: 1,
    age: '3d',
  }));
  const full = task({ outcome: 'done', killed, killedOmitted: 40, bytesReclaimed: 1 });
  const crowded = report(
    'full',
    '2026-11-23T03:00:00Z',
    [on('8', [facts({ diskPercent: 88 }), full, full, full, full])],
    { details: { 'i-8': { diskPercentAfter: 71, inodePercentAfter: 9, objects } } },
  );
  expect(crowded.hosts[0]?.killed).toHaveLength(60);
  expect(discover(crowded.events[0] as LogEvent).size).toBeGreaterThan(DISCOVERED);
  expect(answer('diskUse', crowded.events)).toMatchObject([{ instanceId: 'i-8', diskPercent: 71 }]);
  expect(columns(answer('removedByName', crowded.events), 'id')).toEqual(objects.map(({ id }) => [id]));
  expect(answer('engines', crowded.events)).toMatchObject([{ engine: '29.4.0', hosts: 1 }]);
  expect(answer('ignoresSigterm', crowded.events)).toMatchObject([{ kills: 60, hosts: 1, secondsLost: 600 }]);
  expect(answer('reclaimedOverTime', crowded.events)).toMatchObject([{ runs: 1, mebibytes: 4 / 2 ** 20 }]);
});

describe('saved queries', () => {
  const stack = new Stack(strictApp(), 'Stack');
  const reportLogGroup = new LogGroup(stack, 'Reports');
  new SavedQueries(stack, 'Queries', { reportLogGroup, housekeeping: 'Fleet/Housekeeping' });
  const template = Template.fromStack(stack);
  const saved = resources(template, 'AWS::Logs::QueryDefinition').map(([, { Properties }]) => Properties);

  test('are in the folder of the construct, and read only its reports', () => {
    expect(saved.map(({ Name }) => Name)).toEqual(
      Object.values(INSIGHTS_QUERIES).map(({ name }) => `Fleet/Housekeeping/${name}`),
    );
    const [group] = only(template, 'AWS::Logs::LogGroup');
    for (const { LogGroupNames } of saved)
      expect((LogGroupNames as unknown[]).map(text)).toEqual([`<${group}>`]);
  });

  test('are the tested ones, within the limit of the service', () => {
    expect(saved.map(({ QueryString }) => QueryString)).toEqual(
      Object.values(INSIGHTS_QUERIES).map((query) => query.text),
    );
    for (const { QueryString } of saved) expect(String(QueryString).length).toBeLessThanOrEqual(10_000);
  });
});
