import { withMetrics } from '../../../lambda/report/summarise';
import { runMetrics } from '../../../lib/contract';
import type { MetricName, Removable } from '../../../lib/contract';
import { APP, facts, on, report, task } from '../../insights/samples';
import { plugin, result } from './support';

const removed: Readonly<Record<Removable, number>> = {
  projects: 7,
  containers: 8,
  images: 9,
  volumes: 10,
  networks: 11,
  cacheRecords: 12,
};

/** What each metric must be for the run below. No run has `ReportAge`: the hourly sweep publishes it. */
const EXPECTED: Readonly<Record<Exclude<MetricName, 'ReportAge'>, number>> = {
  RunsReported: 1,
  HostsTargeted: 20,
  HostsSucceeded: 2,
  HostsFailed: 3,
  HostsTimedOut: 4,
  HostsUnreachable: 5,
  HostsSkipped: 6,
  ProjectsRemoved: 7,
  ContainersRemoved: 8,
  ImagesRemoved: 9,
  VolumesRemoved: 10,
  NetworksRemoved: 11,
  CacheRecordsRemoved: 12,
  BytesReclaimed: 13,
  ContainersKilled: 14,
  HighestDiskUse: 71,
  HighestDiskUseAfter: 63,
  RunDuration: 90,
};

type Host = Parameters<typeof report>[2][number];

function times(count: number, name: string, make: (name: string) => Host): Host[] {
  return Array.from({ length: count }, (_, n) => make(`${name}-${n}`));
}

const { run } = report(
  'metrics',
  '2026-11-21T03:00:00Z',
  [
    on('full', [
      facts({ diskPercent: 71 }),
      task({ outcome: 'done', removed, bytesReclaimed: 13, killed: [APP], killedOmitted: 13 }),
      plugin('disk', result({ task: 'Disk', outcome: 'done', disk: { diskPercent: 63 } })),
    ]),
    on('clean', [facts({ diskPercent: 70 }), task({ outcome: 'nothing' })]),
    ...times(3, 'failed', (name) =>
      on(name, [facts(), task({ outcome: 'failed', reason: 'leftovers', message: 'm' })]),
    ),
    ...times(4, 'late', (name) =>
      on(name, [facts()], { Status: 'TimedOut', StatusDetails: 'ExecutionTimedOut' }),
    ),
    ...times(4, 'lost', (name) => on(name, [], { Status: 'Failed', StatusDetails: 'Undeliverable' })),
    ...times(6, 'busy', (name) =>
      on(name, [facts(), task({ outcome: 'skipped', reason: 'locked', message: 'm' })]),
    ),
  ],
  { notReached: ['i-unknown'] },
);

test('each metric of a run has the value of what it counts', () => {
  expect(runMetrics(run)).toEqual(EXPECTED);
});

test('the event of the run has each metric with its value', () => {
  expect(withMetrics(run)).toMatchObject(EXPECTED);
});
