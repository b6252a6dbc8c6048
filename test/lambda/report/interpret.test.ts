import { CommandInvocationStatus, CommandPluginStatus, CommandStatus } from '@aws-sdk/client-ssm';
import type { CommandInvocation, CommandPlugin } from '@aws-sdk/client-ssm';
import { isInFlight, judgeTogether } from '../../../lambda/report/interpret';
import { REPORTER_REASONS as REASONS } from '../../../lib/contract';
import type { HostReport, KilledContainer, ReporterReason as ReasonCode } from '../../../lib/contract';
import { discover } from '../../insights/discover';
import { HOST_PLUGIN, invocation, judged, plugin, result } from './support';

const NOTHING = plugin('Prune', result());
const LOCKED = plugin(
  'Prune',
  result({ outcome: 'skipped', reason: 'locked', message: 'another run is active' }),
);
const FAILED = plugin('Down', result({ outcome: 'failed', reason: 'leftovers', left: ['volume v'] }), 1);

/** The documented statuses that are missing from the SDK's list, in both spellings. */
const STATUS_DETAILS = [
  ...['Pending', 'In Progress', 'Delayed', 'Success', 'Delivery Timed Out', 'Execution Timed Out', 'Failed'],
  ...['Incomplete', 'Cancelled', 'Canceled', 'Cancelling', 'Undeliverable', 'Terminated', 'Invalid Platform'],
  ...['Access Denied', 'Rate Exceeded', 'Limit Exceeded', 'No Instances In Tag'],
].flatMap((status) => [status, status.replaceAll(' ', '')]);

test.each([
  ...new Set([...Object.values(CommandInvocationStatus), ...Object.values(CommandStatus), ...STATUS_DETAILS]),
])('%s is a known status: either in flight, or with a reason that says what to do', (StatusDetails) => {
  const ended = invocation([HOST_PLUGIN, NOTHING], { StatusDetails });
  const { outcome, reason, message } = judged([HOST_PLUGIN, NOTHING], { StatusDetails });
  const verdict = isInFlight(ended)
    ? 'in flight'
    : outcome === 'succeeded'
      ? 'by its steps'
      : message?.includes(REASONS[reason as ReasonCode].action) && reason;
  expect(verdict).toBeTruthy();
  expect(verdict).not.toBe('unknown-status');
  if (verdict === 'by its steps') expect(['Success', 'Incomplete']).toContain(StatusDetails);
});

test.each([...new Set([...Object.values(CommandPluginStatus), ...STATUS_DETAILS])])(
  'a step of status %s succeeded only if that status is a success',
  (StatusDetails) => {
    const report = judged([HOST_PLUGIN, { ...NOTHING, StatusDetails, Status: 'Success' }]);
    const reason = report.steps[1]?.reason as ReasonCode | undefined;
    expect(reason === undefined).toBe(StatusDetails === 'Success');
    expect(report.message ?? '').toContain(reason ? REASONS[reason].action : '');
  },
);

test('every reason says what it means and what to do, and no success has one', () => {
  for (const { outcome, meaning, action } of Object.values(REASONS)) {
    expect(outcome).not.toBe('succeeded');
    expect(meaning).toBeTruthy();
    expect(action).toBeTruthy();
  }
});

describe('an invocation whose steps did not end is judged by its status details', () => {
  test.each([
    ['ExecutionTimedOut', 'timed-out', 'timed-out'],
    ['TimedOut', 'timed-out', 'timed-out'],
    ['DeliveryTimedOut', 'unreachable', 'delivery-timed-out'],
    ['Delivery Timed Out', 'unreachable', 'delivery-timed-out'],
    ['Undeliverable', 'unreachable', 'undeliverable'],
    ['AccessDenied', 'unreachable', 'access-denied'],
    ['InvalidPlatform', 'unreachable', 'invalid-platform'],
    ['NoInstancesInTag', 'unreachable', 'no-instances-in-tag'],
    ['RateExceeded', 'unreachable', 'rate-exceeded'],
    ['LimitExceeded', 'unreachable', 'rate-exceeded'],
    ['Terminated', 'skipped', 'terminated'],
    ['Cancelled', 'skipped', 'cancelled'],
    ['Canceled', 'skipped', 'cancelled'],
    ['BrandNewStatus', 'failed', 'unknown-status'],
    ['constructor', 'failed', 'unknown-status'],
  ])('%s: %s, %s', (StatusDetails, outcome, reason) => {
    // The coarse status says success, which must not be believed.
    const report = judged([HOST_PLUGIN, NOTHING], { Status: 'Success', StatusDetails });
    expect(report).toMatchObject({ outcome, reason });
    expect(report.message).toBeTruthy();
  });

  test("the message has the agent's own words", () => {
    const report = judged([], { StatusDetails: 'Undeliverable', TraceOutput: 'no such\u001b[31m document' });
    expect(report.message).toContain('(no such document)');
  });

  test('a missing status is a failure', () => {
    const none = { Status: undefined, StatusDetails: undefined } as Partial<CommandInvocation>;
    expect(judged([HOST_PLUGIN, NOTHING], none)).toMatchObject({
      outcome: 'failed',
      reason: 'unknown-status',
    });
  });

  test('objects that its steps removed before it was stopped count', () => {
    const done = plugin('Prune', result({ outcome: 'done', removed: { images: 4 }, bytesReclaimed: 7 }));
    const report = judged([HOST_PLUGIN, done], { StatusDetails: 'ExecutionTimedOut' });
    expect(report).toMatchObject({ outcome: 'timed-out', removed: { images: 4 }, bytesReclaimed: 7 });
  });
});

test.each([
  ['Pending', true],
  ['InProgress', true],
  ['Delayed', true],
  ['Cancelling', true],
  ['In Progress', true],
  ['Success', false],
  ['Failed', false],
  ['TimedOut', false],
  ['Cancelled', false],
] as const)('%s is in flight: %s', (StatusDetails, expected) => {
  expect(isInFlight(invocation([], { StatusDetails }))).toBe(expected);
  // Either field alone is enough.
  const Status = StatusDetails as NonNullable<CommandInvocation['Status']>;
  expect(isInFlight(invocation([], { Status }))).toBe(expected);
});

describe('an invocation that ended is judged by its steps', () => {
  test.each<[string, CommandPlugin[], string, string | undefined]>([
    ['all tasks succeeded', [HOST_PLUGIN, NOTHING], 'succeeded', undefined],
    ['one task skipped, one not', [HOST_PLUGIN, LOCKED, NOTHING], 'succeeded', undefined],
    ['all tasks skipped', [HOST_PLUGIN, LOCKED, LOCKED], 'skipped', 'locked'],
    ['one task failed', [HOST_PLUGIN, FAILED, NOTHING], 'failed', 'leftovers'],
    ['one task failed, the others skipped', [HOST_PLUGIN, LOCKED, FAILED], 'failed', 'leftovers'],
    ['no steps', [], 'failed', 'no-result'],
    ['no task', [HOST_PLUGIN], 'failed', 'no-result'],
    ['no host step', [NOTHING], 'failed', 'no-result'],
    [
      'the host step failed',
      [plugin('host', result({ task: 'Host', outcome: 'failed', reason: 'docker-unreachable' }), 1), NOTHING],
      'failed',
      'docker-unreachable',
    ],
  ])('%s', (_name, plugins, outcome, reason) => {
    expect(judged(plugins).outcome).toBe(outcome);
    expect(judged(plugins).reason).toBe(reason);
  });

  test.each<[NonNullable<CommandPlugin['Status']>, string, string]>([
    ['TimedOut', 'timed-out', 'timed-out'],
    ['Cancelled', 'failed', 'cancelled'],
    ['Pending', 'failed', 'not-run'],
    ['InProgress', 'failed', 'not-run'],
  ])('a step of status %s: %s, %s', (Status, outcome, reason) => {
    const report = judged([HOST_PLUGIN, { ...NOTHING, Status, ResponseCode: -1 }]);
    expect(report).toMatchObject({ outcome, reason });
    expect(report.steps[1]).toMatchObject({ step: 'Prune', reason });
  });

  test('a failure weighs more than a time-out, and the message names the step', () => {
    const report = judged([HOST_PLUGIN, { ...NOTHING, Status: 'TimedOut' }, FAILED]);
    expect(report).toMatchObject({ outcome: 'failed', reason: 'leftovers' });
    expect(report.message).toMatch(/^Down/);
  });

  test.each([
    'Step execution skipped due to unsupported platform',
    'Plugin with name Prune skipped due to prior step with an exit condition',
  ])('a step that the agent did not run is not a success: %s', (output) => {
    expect(judged([HOST_PLUGIN, plugin('Prune', output)])).toMatchObject({
      outcome: 'failed',
      reason: 'not-run',
    });
  });

  test.each<[string, Partial<CommandPlugin>, string, string]>([
    ['killed at its timeout', { Status: 'TimedOut', ResponseCode: 137 }, 'timed-out', 'timed-out'],
    ['killed otherwise', { Status: 'Failed', ResponseCode: 137 }, 'timed-out', 'timed-out'],
    ['timed out before its start', { Status: 'TimedOut', ResponseCode: -1 }, 'timed-out', 'timed-out'],
    ['not started', { Status: 'Failed', ResponseCode: -1 }, 'failed', 'not-run'],
  ])('a step without a result that was %s', (_name, members, outcome, reason) => {
    const report = judged([HOST_PLUGIN, { ...plugin('Prune', ''), ...members }]);
    expect(report).toMatchObject({ outcome, reason });
    expect(report.message).toMatch(/^Prune: .*it printed nothing/);
  });

  test('an invocation that failed without a failed step is not a success', () => {
    const report = judged([HOST_PLUGIN, NOTHING], {
      Status: 'Failed',
      StatusDetails: 'Failed',
      TraceOutput: 'document worker died',
    });
    expect(report).toMatchObject({
      outcome: 'failed',
      reason: 'contradiction',
      message: expect.stringContaining('(document worker died)') as string,
    });
  });

  test('the report gathers facts, removals and killed containers of all steps', () => {
    const killed = { project: 'p', service: 'app', container: 'p-app-1', grace: 10 };
    const report = judged([
      HOST_PLUGIN,
      plugin('Down', result({ outcome: 'done', removed: { projects: 1, containers: 2 }, killed: [killed] })),
      plugin(
        'Down2',
        result({ outcome: 'done', removed: { containers: 3 }, killed: [killed], killedOmitted: 2 }),
      ),
    ]);
    expect(report.removed).toEqual({
      projects: 1,
      containers: 5,
      images: 0,
      volumes: 0,
      networks: 0,
      cacheRecords: 0,
    });
    expect(report).toMatchObject({ killed: [killed, killed], killedOmitted: 2, host: { engine: '29.4.0' } });
  });
});

describe('a result that contradicts the agent is not believed, but shown', () => {
  test.each<[string, CommandPlugin]>([
    ['done with exit code 1', plugin('Prune', result({ outcome: 'done', removed: { images: 2 } }), 1)],
    [
      'done in a step that failed',
      { ...plugin('Prune', result({ outcome: 'done', removed: { images: 2 } })), Status: 'Failed' },
    ],
    [
      'done as a dry run, but not sent as one',
      plugin('Prune', result({ outcome: 'done', dryRun: true, removed: { images: 2 } })),
    ],
  ])('%s', (_name, contradictory) => {
    const report = judged([HOST_PLUGIN, contradictory]);
    expect(report).toMatchObject({ outcome: 'failed', reason: 'contradiction' });
    expect(report.steps[1]?.result?.removed).toEqual({ images: 2 });
  });

  test('failed with exit code 0 is failed, for its own reason', () => {
    const report = judged([HOST_PLUGIN, { ...FAILED, Status: 'Success', ResponseCode: 0 }]);
    expect(report).toMatchObject({ outcome: 'failed', reason: 'leftovers' });
  });
});

describe('hosts are compared with each other', () => {
  const down = plugin('Down', result());
  const on = (
    id: string,
    plugins: readonly CommandPlugin[],
    overrides: Partial<CommandInvocation> = {},
  ): HostReport => judged(plugins, { InstanceId: id, ...overrides });
  const complete = on('i-1', [HOST_PLUGIN, down, NOTHING]);

  test('a host that lacks a step of the others failed, even if all its steps succeeded', () => {
    const [whole, ...lacking] = judgeTogether([
      complete,
      on('i-2', [HOST_PLUGIN, NOTHING]),
      on('i-3', [HOST_PLUGIN, LOCKED]),
    ]);
    expect(whole).toBe(complete);
    for (const host of lacking) {
      expect(host).toMatchObject({ outcome: 'failed', reason: 'no-result' });
      expect(host.message).toContain('"Down"');
      expect(host.steps.at(-1)).toMatchObject({ step: 'Down', reason: 'no-result' });
    }
  });

  test.each<[string, HostReport]>([
    ['failed', on('i-2', [HOST_PLUGIN, FAILED])],
    ['unreachable', on('i-2', [], { StatusDetails: 'Undeliverable' })],
    ['cancelled', on('i-2', [HOST_PLUGIN], { StatusDetails: 'Cancelled' })],
    ['terminated', on('i-2', [], { StatusDetails: 'Terminated' })],
  ])('a host that is %s for another reason keeps that reason', (_name, host) => {
    expect(judgeTogether([on('i-1', [HOST_PLUGIN, plugin('Extra', result()), NOTHING]), host])[1]).toBe(host);
  });

  test('a step without a name is not missing on other hosts', () => {
    const nameless = { ...NOTHING, Name: undefined } as unknown as CommandPlugin;
    const whole = on('i-2', [HOST_PLUGIN, NOTHING]);
    expect(judgeTogether([on('i-1', [HOST_PLUGIN, NOTHING, nameless]), whole])[1]).toBe(whole);
  });
});

test('one field names the services that ignore SIGTERM, each once', () => {
  const killed = (service: string): KilledContainer => ({ project: 'p', service, container: 'c', grace: 10 });
  const task = (...services: string[]): CommandPlugin =>
    plugin('Down', result({ outcome: 'done', killed: services.map(killed) }));
  const report = judged([HOST_PLUGIN, task('web', 'app', 'web'), task('job')]);
  expect(report.ignoresSigterm).toBe('p/app, p/job, p/web');
  expect(judged([HOST_PLUGIN, NOTHING])).not.toHaveProperty('ignoresSigterm');
});

test('Logs Insights discovers all fields of a host but those of lists, within its limit of 200', () => {
  const killed = Array.from({ length: 10 }, () => ({ project: 'p', service: 's', container: 'c', grace: 1 }));
  const task = plugin('Down', result({ outcome: 'done', killed }));
  const report = judged([HOST_PLUGIN, task, task, task, task, task, task, { ...FAILED, Output: 'x' }]);
  const message = JSON.stringify({ ...report, instanceName: 'n' });
  const fields = discover({ logStream: 's', timestamp: 0, message });
  const needed = Object.entries(report).flatMap(([name, value]) =>
    Array.isArray(value)
      ? []
      : typeof value === 'object'
        ? Object.keys(value as object).map((member) => `${name}.${member}`)
        : [name],
  );
  expect(needed).toEqual(
    expect.arrayContaining(['host.diskPercent', 'ignoresSigterm', 'killedOmitted', 'reason']),
  );
  for (const field of needed) expect([...fields.keys()]).toContain(field);
  // Otherwise this would prove nothing.
  expect(fields.has('steps.7.message')).toBe(false);
});
