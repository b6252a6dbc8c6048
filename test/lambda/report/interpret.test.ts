import type { CommandInvocation, CommandPlugin } from '@aws-sdk/client-ssm';
import { interpret, isInFlight } from '../../../lambda/report/interpret';
import { MAX_RESULT_BYTES } from '../../../lib/contract';
import type { HostReport, StepResult } from '../../../lib/contract';
import { combinedOutput } from '../../../local/ssm-agent/output';
import { COMMAND_ID, HOST_PLUGIN, invocation, plugin, result } from './support';

function judged(plugins: readonly CommandPlugin[], overrides: Partial<CommandInvocation> = {}): HostReport {
  const run = { housekeeping: 'Stack/Housekeeping', commandId: COMMAND_ID, dryRun: false };
  return interpret(invocation(plugins, overrides), run);
}

const NOTHING = plugin('Prune', result());
const LOCKED = plugin(
  'Prune',
  result({ outcome: 'skipped', reason: 'locked', message: 'another run is at it' }),
);
const FAILED = plugin('Down', result({ outcome: 'failed', reason: 'leftovers', left: ['volume v'] }), 1);

describe('an invocation whose steps did not come to their end is judged by its status details', () => {
  test.each([
    ['ExecutionTimedOut', 'timed-out', 'timed-out'],
    ['DeliveryTimedOut', 'unreachable', 'delivery-timed-out'],
    ['Delivery Timed Out', 'unreachable', 'delivery-timed-out'],
    ['Undeliverable', 'unreachable', 'undeliverable'],
    ['AccessDenied', 'unreachable', 'access-denied'],
    ['InvalidPlatform', 'unreachable', 'invalid-platform'],
    ['Terminated', 'skipped', 'terminated'],
    ['Cancelled', 'skipped', 'cancelled'],
    ['Canceled', 'skipped', 'cancelled'],
    ['BrandNewStatus', 'failed', 'unknown-status'],
  ])('%s: %s, %s', (StatusDetails, outcome, reason) => {
    // The coarse status says success, which must not be believed.
    const report = judged([HOST_PLUGIN, NOTHING], { Status: 'Success', StatusDetails });
    expect(report).toMatchObject({ outcome, reason });
    expect(report.message).toBeTruthy();
  });

  test('no status at all is a failure', () => {
    const none = { Status: undefined, StatusDetails: undefined } as Partial<CommandInvocation>;
    expect(judged([HOST_PLUGIN, NOTHING], none)).toMatchObject({
      outcome: 'failed',
      reason: 'unknown-status',
    });
  });

  test('what its steps had removed until then still counts', () => {
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
  ['Success', false],
  ['Failed', false],
  ['TimedOut', false],
  ['Cancelled', false],
] as const)('%s is in flight: %s', (Status, expected) => {
  expect(isInFlight(invocation([], { Status, StatusDetails: Status }))).toBe(expected);
});

describe('an invocation that ended is judged by its steps', () => {
  test.each<[string, CommandPlugin[], string, string | undefined]>([
    ['all went well', [HOST_PLUGIN, NOTHING], 'succeeded', undefined],
    ['one task skipped, one not', [HOST_PLUGIN, LOCKED, NOTHING], 'succeeded', undefined],
    ['all tasks skipped', [HOST_PLUGIN, LOCKED, LOCKED], 'skipped', 'locked'],
    ['one task failed', [HOST_PLUGIN, FAILED, NOTHING], 'failed', 'leftovers'],
    ['a failure among the skipped', [HOST_PLUGIN, LOCKED, FAILED], 'failed', 'leftovers'],
    ['no step at all', [], 'failed', 'no-result'],
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

  test('a step that the agent did not run is no success', () => {
    const skipped = plugin('Prune', 'Step execution skipped due to unsupported platform');
    expect(judged([HOST_PLUGIN, skipped])).toMatchObject({ outcome: 'failed', reason: 'not-run' });
  });

  test('failed as a whole without a failed step is not believed to be a success', () => {
    const report = judged([HOST_PLUGIN, NOTHING], {
      Status: 'Failed',
      StatusDetails: 'Failed',
      TraceOutput: 'document worker died',
    });
    expect(report).toMatchObject({
      outcome: 'failed',
      reason: 'contradiction',
      message: 'document worker died',
    });
  });

  test('facts, removals and killed containers of all steps are gathered', () => {
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

describe('a result that contradicts what the agent saw is not believed, yet shown', () => {
  test.each<[string, CommandPlugin]>([
    ['done with exit code 1', plugin('Prune', result({ outcome: 'done', removed: { images: 2 } }), 1)],
    [
      'done in a step that failed',
      { ...plugin('Prune', result({ outcome: 'done', removed: { images: 2 } })), Status: 'Failed' },
    ],
    [
      'done as a dry run though sent as none',
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

describe('output as the agent cuts it', () => {
  const filler = 'x'.repeat(MAX_RESULT_BYTES - JSON.stringify(result({ message: '' })).length);
  const largest = JSON.stringify(result({ message: filler })) + '\n';

  test.each([
    ['no stderr', largest, ''],
    ['a small stderr', largest, 'failed to run commands: exit status 1'],
    ['a large stderr', largest, 'log line\n'.repeat(2000)],
    [
      'a large stderr and more stdout than there is room for',
      largest + 'noise\n'.repeat(1000),
      'log\n'.repeat(2000),
    ],
    ['more stdout than there is room for', largest + 'noise\n'.repeat(1000), ''],
  ])('the largest result survives %s', (_name, stdout, stderr) => {
    expect(Buffer.byteLength(largest)).toBe(MAX_RESULT_BYTES + 1);
    const output = agentOutput(stdout, stderr);
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(2500);
    expect(judged([HOST_PLUGIN, plugin('Prune', output)]).steps[1]?.result?.message).toBe(filler);
  });

  test('a result that was cut off is none', () => {
    const output = agentOutput(JSON.stringify(result({ message: 'x'.repeat(4000) })), 'log\n'.repeat(2000));
    expect(judged([HOST_PLUGIN, plugin('Prune', output)])).toMatchObject({
      outcome: 'failed',
      reason: 'no-result',
    });
  });

  test('output that is none of ours is shown in short', () => {
    const output = agentOutput('', `sh: 1: docker: not found\n${'y'.repeat(3000)}`);
    const [, step] = judged([HOST_PLUGIN, plugin('Prune', output, 127)]).steps;
    expect(step?.reason).toBe('no-result');
    expect(step?.message).toMatch(/^sh: 1: docker: not found y+…$/);
    expect(step?.message?.length).toBeLessThanOrEqual(300);
  });

  const loose = (members: object): string => JSON.stringify({ ...result(), ...members });
  test.each([
    ['empty', ''],
    ['not JSON', 'hello'],
    ['null', 'null'],
    ['an array', '[]'],
    ['preceded by another line', `hello\n${JSON.stringify(result())}`],
    ['of another version', loose({ v: 2 })],
    ['of an unknown outcome', loose({ outcome: 'great' })],
    ['without an outcome', loose({ outcome: undefined })],
    ['without dryRun', loose({ dryRun: undefined })],
    ['with a negative number', loose({ bytesReclaimed: -1 })],
    ['with a number in quotes', loose({ bytesReclaimed: '1' })],
    ['with an infinite number', loose({}).replace('"seconds":1', '"seconds":1e999')],
    ['with a negative count', loose({ removed: { images: -1 } })],
    ['with null for a count', loose({ removed: null })],
    [
      'with a killed container that lacks its service',
      loose({ killed: [{ project: 'p', container: 'c', grace: 1 }] }),
    ],
    ['with a list that is none', loose({ left: 'volume v' })],
    ['with something but a text in a list', loose({ warnings: [1] })],
    ['with half of the host facts', loose({ host: { engine: '1' } })],
    ['with an unknown image store', loose({ host: { ...hostFacts(), store: 'zfs' } })],
    ['failed without a reason', loose({ outcome: 'failed' })],
    ['skipped without a reason', loose({ outcome: 'skipped' })],
    ['longer than the contract allows', loose({ message: 'x'.repeat(MAX_RESULT_BYTES) })],
  ])('a result is not ours when it is %s', (_name, output) => {
    const report = judged([HOST_PLUGIN, plugin('Prune', output)]);
    expect(report).toMatchObject({ outcome: 'failed', reason: 'no-result' });
    expect(report.steps[1]).not.toHaveProperty('result');
  });

  test('members that a later version may add do no harm', () => {
    expect(judged([HOST_PLUGIN, plugin('Prune', loose({ novelty: [1] }))]).outcome).toBe('succeeded');
  });
});

function hostFacts(): StepResult['host'] {
  return (JSON.parse(HOST_PLUGIN.Output ?? '') as StepResult).host;
}

function agentOutput(stdout: string, stderr = ''): string {
  return combinedOutput(Buffer.from(stdout), Buffer.from(stderr));
}
