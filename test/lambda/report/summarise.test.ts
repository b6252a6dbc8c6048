import fc from 'fast-check';
import { summarise, withMetrics } from '../../../lambda/report/summarise';
import { HOST_OUTCOMES, METRICS, METRIC_DIMENSION, METRIC_NAMESPACE, REMOVABLE } from '../../../lib/contract';
import type {
  Coverage,
  HostOutput,
  HostReport,
  MetricName,
  RunReport,
  StepReport,
} from '../../../lib/contract';
import { discover } from '../../insights/discover';
import { ACCOUNT, COMMAND_ID, GROUP, REGION, REQUESTED_AT, STREAM, result } from './support';

const STREAM_OF_RUN = { logGroupName: GROUP, logStreamName: STREAM };
const REPORTED_AT = new Date(REQUESTED_AT.getTime() + 90_500);

function host(overrides: Partial<HostReport> = {}): HostReport {
  return {
    type: 'host',
    housekeeping: 'Stack/Housekeeping',
    commandId: COMMAND_ID,
    instanceId: 'i-1',
    outcome: 'succeeded',
    dryRun: false,
    removed: { projects: 0, containers: 0, images: 0, volumes: 0, networks: 0, cacheRecords: 0 },
    bytesReclaimed: 0,
    sizeOfRemoved: 0,
    killedOmitted: 0,
    objectsMissing: 0,
    killed: [],
    steps: [],
    objects: [],
    ...overrides,
  };
}

const KNOWN: Coverage = { state: 'known', running: 1, notReached: 0 };

function run(
  hosts: readonly HostReport[],
  sent: { dryRun?: boolean; targetCount?: number } = {},
  coverage = KNOWN,
  hostOutput?: HostOutput,
): RunReport {
  const command = {
    commandId: COMMAND_ID,
    documentName: 'Document',
    requestedAt: REQUESTED_AT,
    status: 'Success',
    trigger: { by: 'hand' } as const,
    dryRun: false,
    targetCount: 0,
    targets: [],
    ...sent,
  };
  const origin = { housekeeping: 'Stack/Housekeeping', account: ACCOUNT, region: REGION };
  const findings = { coverage, stream: STREAM_OF_RUN, ...(hostOutput ? { hostOutput } : {}) };
  return summarise(origin, command, hosts, findings, REPORTED_AT);
}

interface Emf {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly string[][];
      readonly Metrics: readonly { readonly Name: MetricName; readonly Unit: string }[];
    }[];
  };
}

const amount = fc.nat(1_000_000);
const KILLED = { project: 'p', service: 'app', container: 'p-app-1', grace: 10 };
const FACTS = {
  engine: '1',
  store: 'classic',
  compose: 'none',
  inodePercent: 1,
  images: 1,
  containers: 1,
} as const;
const hosts = fc.array(
  fc.record({
    outcome: fc.constantFrom(...HOST_OUTCOMES),
    removed: fc.record({
      projects: amount,
      containers: amount,
      images: amount,
      volumes: amount,
      networks: amount,
      cacheRecords: amount,
    }),
    bytesReclaimed: amount,
    sizeOfRemoved: amount,
    objectsMissing: amount,
    diskPercentAfter: fc.option(fc.nat(100), { nil: undefined }),
    killed: fc.array(fc.constant(KILLED), { maxLength: 3 }),
    killedOmitted: fc.nat(3),
    host: fc.option(
      fc.nat(100).map((diskPercent) => ({ ...FACTS, diskPercent })),
      { nil: undefined },
    ),
  }),
  { maxLength: 80 },
);

test('the run is the sum of its hosts, and its metrics are those of the contract', () => {
  fc.assert(
    fc.property(hosts, fc.boolean(), fc.nat(100), (drawn, dryRun, targetCount) => {
      const all = drawn.map((overrides) => host(overrides as Partial<HostReport>));
      const report = run(all, { dryRun, targetCount });
      const sum = (of: (each: HostReport) => number): number =>
        all.reduce((total, each) => total + of(each), 0);
      for (const outcome of HOST_OUTCOMES) {
        expect(report.hosts[outcome]).toBe(all.filter((each) => each.outcome === outcome).length);
      }
      expect(report.hosts.targeted).toBe(Math.max(all.length, targetCount));
      for (const kind of REMOVABLE) expect(report.removed[kind]).toBe(sum((each) => each.removed[kind]));
      expect(report.bytesReclaimed).toBe(sum((each) => each.bytesReclaimed));
      expect(report.sizeOfRemoved).toBe(sum((each) => each.sizeOfRemoved));
      expect(report.objectsMissing).toBe(sum((each) => each.objectsMissing));
      const after = all.flatMap(({ diskPercentAfter }) => diskPercentAfter ?? []);
      expect(report.highestDiskPercentAfter).toBe(after.length === 0 ? undefined : Math.max(...after));
      expect(report.reasons.reduce((total, { count }) => total + count, 0)).toBe(report.troubledTotal);
      expect(report.killedTotal).toBe(sum((each) => each.killed.length + each.killedOmitted));
      expect(report.killed.length).toBeLessThanOrEqual(50);
      expect(report.troubled.length).toBe(Math.min(50, report.troubledTotal));

      const published = withMetrics(report) as unknown as Emf & Record<string, unknown>;
      const [directive] = published._aws.CloudWatchMetrics;
      const absent = new Set<string>([
        // The sweep publishes this one, not a run.
        'ReportAge',
        ...(dryRun ? ['BytesReclaimed', 'ContainersKilled', 'HighestDiskUseAfter', ...removals()] : []),
        ...(all.some((each) => each.host) ? [] : ['HighestDiskUse']),
        ...(after.length > 0 ? [] : ['HighestDiskUseAfter']),
      ]);
      const expected = Object.entries(METRICS)
        .filter(([name]) => !absent.has(name))
        .map(([name, { unit }]) => [name, unit] as const);
      expect(directive?.Metrics.map(({ Name, Unit }) => [Name, Unit])).toEqual(expected);
      for (const [name] of expected) expect(Number.isFinite(published[name])).toBe(true);
      for (const name of absent) expect(published).not.toHaveProperty(name);
      expect(directive).toMatchObject({ Namespace: METRIC_NAMESPACE, Dimensions: [[METRIC_DIMENSION]] });
      expect(published[METRIC_DIMENSION]).toBe('Stack/Housekeeping');
    }),
  );
});

function removals(): string[] {
  return Object.keys(METRICS).filter((name) => name.endsWith('Removed'));
}

test('the report has the times of the run', () => {
  expect(run([])).toMatchObject({
    requestedAt: '2026-11-23T23:30:00.000Z',
    reportedAt: '2026-11-23T23:31:30.500Z',
    seconds: 90.5,
  });
});

test('the report says where the run was, and what started it', () => {
  expect(run([])).toMatchObject({
    account: ACCOUNT,
    region: REGION,
    stream: STREAM_OF_RUN,
    trigger: { by: 'hand' },
  });
});

test('each killed container comes with its host and its remedy', () => {
  const [killed] = run([host({ instanceId: 'i-7', instanceName: 'web-7', killed: [KILLED] })]).killed;
  expect(killed).toMatchObject({ instanceId: 'i-7', instanceName: 'web-7', service: 'app' });
  for (const word of ['"app"', 'SIGTERM', '10 s', '--die-on-term', 'init: true', 'stop_signal']) {
    expect(killed?.remedy).toContain(word);
  }
});

test('the report names the gravest trouble first, no skipped hosts, and 50 hosts at most', () => {
  const report = run([
    ...Array.from({ length: 60 }, (_, i) =>
      host({ instanceId: `i-${i}`, outcome: 'unreachable', reason: 'undeliverable' }),
    ),
    host({ instanceId: 'i-skipped', outcome: 'skipped', reason: 'locked' }),
    host({
      instanceId: 'i-failed',
      instanceName: 'web-1',
      outcome: 'failed',
      reason: 'leftovers',
      message: 'volume v is left',
    }),
  ]);
  expect(report.troubled[0]).toEqual({
    instanceId: 'i-failed',
    instanceName: 'web-1',
    outcome: 'failed',
    reason: 'leftovers',
    message: 'volume v is left',
  });
  expect(report.troubled).toHaveLength(50);
  expect(report.troubledTotal).toBe(61);
  expect(report.troubled.map(({ outcome }) => outcome)).not.toContain('skipped');
});

const warning = (code: string): StepReport => ({ step: 'Prune', result: result({ warnings: [code] }) });
const LOSS = warning('tag-removed');
const WARNING = warning('compose-missing');

describe('a run needs attention', () => {
  test.each<[string, HostReport[], Coverage, boolean]>([
    ['when all succeeded: no', [host()], KNOWN, false],
    ['when a host was skipped on purpose: no', [host({ outcome: 'skipped' })], KNOWN, false],
    ['when a host failed', [host(), host({ outcome: 'failed' })], KNOWN, true],
    ['when a host timed out', [host({ outcome: 'timed-out' })], KNOWN, true],
    ['when a host was not reached', [host({ outcome: 'unreachable' })], KNOWN, true],
    ['when there was no host', [], KNOWN, true],
    ['when a warning says that something was lost', [host({ steps: [LOSS] })], KNOWN, true],
    ['when a warning says something else: no', [host({ steps: [WARNING] })], KNOWN, false],
    ['when it was not sent by tags, and there was no host', [], { state: 'not-applicable' }, true],
    ['when it was not sent by tags: no', [host()], { state: 'not-applicable' }, false],
    ['when its coverage is not known', [host()], { state: 'unknown', message: 'refused' }, true],
  ])('%s', (_name, hosts, coverage, expected) => {
    const report = run(hosts, {}, coverage);
    expect(report.needsAttention).toBe(expected);
    expect(report.coverage).toEqual(coverage);
  });
});

test('hosts that the command was not sent to count as targeted and as unreachable', () => {
  const coverage: Coverage = { state: 'known', running: 3, notReached: 2 };
  const hosts = [host(), ...['i-2', 'i-3'].map((instanceId) => host({ instanceId, outcome: 'unreachable' }))];
  const report = run(hosts, { targetCount: 1 }, coverage);
  expect(report.hosts).toMatchObject({ targeted: 3, succeeded: 1, unreachable: 2 });
  expect(withMetrics(report)).toMatchObject({ HostsTargeted: 3, HostsUnreachable: 2 });
  // A host that Systems Manager targeted and reports nothing about still counts as targeted.
  expect(run(hosts, { targetCount: 4 }, coverage).hosts.targeted).toBe(6);
});

test('Logs Insights discovers all fields of a run but those of lists, within its limit of 200', () => {
  const worst = Array.from({ length: 50 }, (_, i) =>
    host({
      instanceId: `i-${i}`,
      outcome: 'failed',
      reason: 'r',
      message: 'm',
      killed: [KILLED],
      host: { ...FACTS, diskPercent: 9 },
      diskPercentAfter: 8,
      steps: [LOSS],
      objects: [{ fate: 'removed', kind: 'images', id: '1', project: `p-${i}` }],
    }),
  );
  const hostOutput = {
    logGroupName: '/housekeeping/output',
    hostsWithout: 7,
    examples: [{ instanceId: 'i-1' }],
  };
  const report = run(worst, {}, { ...KNOWN, message: 'm' }, hostOutput);
  const published = withMetrics({ ...report, digestFailed: 'added last' });
  const fields = [...discover({ logStream: 's', timestamp: 0, message: JSON.stringify(published) }).keys()];
  const needed = Object.entries(published).flatMap(([name, value]) =>
    Array.isArray(value) || name === '_aws'
      ? []
      : typeof value === 'object'
        ? Object.entries(value as object).flatMap(([member, inner]) =>
            Array.isArray(inner) ? [] : [`${name}.${member}`],
          )
        : [name],
  );
  expect(needed).toEqual(
    expect.arrayContaining([
      'BytesReclaimed',
      'killedTotal',
      'troubledTotal',
      'highestDiskPercent',
      'highestDiskPercentAfter',
      'sizeOfRemoved',
      'objectsMissing',
      'projectsOmitted',
      'account',
      'trigger.by',
      'hostOutput.hostsWithout',
      'digestFailed',
      'coverage.state',
    ]),
  );
  for (const field of needed) expect(fields).toContain(field);
  // Otherwise this would prove nothing.
  expect(fields).not.toContain('killed.49.remedy');
});

test('the run event fits the 256 KB of the embedded metric format for any output of hosts', () => {
  const long = '\u0001'.repeat(190);
  const killed = { project: long, service: '', container: '', grace: 10 };
  const wide = (i: number): string => `${i}${'\ufffd'.repeat(1000)}`;
  const worst = Array.from({ length: 1000 }, () =>
    host({ outcome: 'failed', reason: long, message: long, killed: [killed] }),
  );
  const various = Array.from({ length: 1000 }, (_, i) =>
    host({
      instanceName: wide(i),
      outcome: 'failed',
      reason: wide(i),
      message: wide(i),
      killed: [{ ...killed, project: wide(i) }],
      steps: [warning(wide(i))],
      objects: [{ fate: 'removed', kind: 'images', id: '1', project: wide(i) }],
    }),
  );
  for (const hosts of [worst, various]) {
    const report = run(hosts);
    expect(Buffer.byteLength(JSON.stringify(withMetrics(report)))).toBeLessThan(256 * 1024);
    // What has no room is counted.
    expect(report.reasons.reduce((total, { count }) => total + count, 0)).toBe(1000);
  }
});
