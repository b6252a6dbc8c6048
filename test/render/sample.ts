import type { HostReport, ListedObject } from '../../lib/contract';
import { GIB, host, measured, MIB, reportOf, step } from './report-of';
import type { Report } from './report-of';

const id = (n: number): string => `i-0${(0x3f2a91bc04d7 + n * 7919).toString(16).padStart(16, '7')}`;
const digest = (n: number): string => (0x3f2a91bc04d7 + n * 104_729).toString(16).padStart(12, '0');

/** The project of the example, as `ComposeDown` removes it. */
function todobackend(n: number): ListedObject[] {
  const of = { project: 'todobackend', age: '3d', fate: 'removed' } as const;
  return [
    { ...of, kind: 'projects', id: 'todobackend' },
    { ...of, kind: 'volumes', id: 'todobackend_public', size: 12 * MIB },
    { ...of, kind: 'volumes', id: 'todobackend_db', size: 340 * MIB },
    ...['app', 'db', 'web'].map((name, i): ListedObject => ({
      ...of,
      kind: 'containers',
      id: digest(n + i),
      name: `todobackend-${name}-1`,
    })),
    { ...of, kind: 'networks', id: digest(n + 7), name: 'todobackend_default' },
  ];
}

/** Images without a tag, which builds left. */
function leftImages(n: number, count: number): ListedObject[] {
  return Array.from({ length: count }, (_, i) => ({
    fate: 'removed',
    kind: 'images',
    id: digest(100 * n + i),
    size: (180 + 37 * i) * MIB,
    age: `${i + 1}d`,
    project: 'shop',
  }));
}

const KEPT: readonly ListedObject[] = [
  {
    fate: 'inUse',
    kind: 'images',
    id: digest(900),
    name: 'shop_web:latest',
    project: 'shop',
    size: 410 * MIB,
    age: '2d',
  },
  { fate: 'young', kind: 'images', id: digest(901), size: 395 * MIB, age: '20m', project: 'shop' },
];

const name = (n: number): string => `build-${String(n).padStart(2, '0')}`;

function cleaned(n: number, before: number, after: number, freed: number): HostReport {
  const facts = measured(before, after);
  return host(id(n), {
    instanceName: name(n),
    ...facts,
    steps: [...facts.steps, step('DanglingImagePrune', { passedOver: { inUse: 1, young: 1 }, seconds: 6 })],
    bytesReclaimed: freed,
    objects: [...todobackend(n), ...leftImages(n, 2 + (n % 3)), ...KEPT],
  });
}

/** A run on fourteen hosts, with everything that a person on call may meet in one report. */
export function sample(): Report {
  const hosts = [
    cleaned(1, 93, 61, 0.9 * GIB),
    cleaned(2, 88, 58, 0.8 * GIB),
    host(id(3), {
      instanceName: name(3),
      ...measured(97, 96),
      outcome: 'failed',
      reason: 'leftovers',
      message: 'volume todobackend_public is in use by container nightly-import',
      bytesReclaimed: 90 * MIB,
      objects: [
        ...todobackend(3).filter(({ kind }) => kind === 'containers'),
        {
          fate: 'left',
          kind: 'volumes',
          id: 'todobackend_public',
          project: 'todobackend',
          size: 14 * MIB,
          age: '41d',
        },
      ],
    }),
    host(id(4), {
      instanceName: name(4),
      ...measured(91, 91),
      outcome: 'failed',
      reason: 'leftovers',
      message: 'volume todobackend_public is in use by container nightly-import',
    }),
    host(id(5), {
      instanceName: name(5),
      outcome: 'failed',
      reason: 'docker-hung',
      message: 'the Docker daemon did not answer "docker info" for 30 s',
    }),
    host(id(6), { instanceName: name(6), outcome: 'unreachable', reason: 'connection-lost' }),
    host(id(7), {
      instanceName: name(7),
      outcome: 'skipped',
      reason: 'locked',
      message: 'another run was active on the host',
      ...measured(72, 72),
    }),
    ...[8, 9, 10, 11, 12, 13].map((n) => cleaned(n, 60 + 2 * n, 38 + 2 * n, (n / 16) * GIB)),
    {
      ...cleaned(14, 84, 55, 0.7 * GIB),
      killed: [
        { project: 'todobackend', service: 'app', container: 'todobackend-app-1', grace: 10 },
        { project: 'shop', service: 'worker', container: 'shop-worker-1', grace: 45 },
      ],
      steps: [...measured(84, 55).steps, step('ComposeDown', { warnings: ['compose-missing'] })],
      objectsMissing: 4,
    },
  ];
  return reportOf(hosts, {
    hostOutput: {
      logGroupName: '/housekeeping/output',
      hostsWithout: 1,
      examples: [{ instanceId: id(5), instanceName: name(5) }],
    },
  });
}

/** The same run as a dry run. */
export function drySample(): Report {
  const hosts = sample().hosts.map((each) => ({
    ...each,
    dryRun: true,
    bytesReclaimed: 0,
    killed: [],
    objects: each.objects.map((object) =>
      object.fate === 'removed' ? { ...object, fate: 'would-remove' as const } : object,
    ),
  }));
  return reportOf(hosts);
}

/** A fleet in which every tenth host failed, with objects and names as a large fleet has them. */
export function fleet(size: number): Report {
  const hosts = Array.from({ length: size }, (_, n): HostReport => {
    const own = {
      ...cleaned(n, 50 + (n % 50), 30 + (n % 45), (1 + (n % 90) / 10) * GIB),
      instanceName: `docker-host-${n}`,
    };
    if (n % 10 > 0) return own;
    const message = `volume data_${n} is in use by container job-${n}`;
    return n % 100 === 0
      ? host(own.instanceId, {
          instanceName: own.instanceName,
          outcome: 'unreachable',
          reason: 'connection-lost',
        })
      : { ...own, outcome: 'failed', reason: n % 30 === 0 ? 'not-removed' : 'leftovers', message };
  });
  return reportOf(hosts);
}
