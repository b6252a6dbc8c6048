import type { MetricName } from '../../../lib/contract';
import type { ReporterAnswer } from '../../../local/aws/invoke-reporter';
import { AwsError, ConnectionBroken } from '../../../local/aws/loopback-service';
import {
  CLAIM_TIMEOUT_SECONDS,
  COMMAND_ID,
  GROUP,
  HOST_PLUGIN,
  LISTED,
  Loopback,
  STREAM,
  command,
  commandEvent,
  fleet,
  fullFleet,
  invocation,
  plugin,
  result,
} from './support';

let loopback: Loopback;

beforeEach(async () => {
  loopback = new Loopback();
  await loopback.start();
});
afterEach(() => loopback.stop());

function expectOneReport(hosts: number): void {
  const report = loopback.report();
  expect(report.runs).toHaveLength(1);
  expect(report.lastIsRun).toBe(true);
  expect(report.runs[0]?.hosts.targeted).toBe(hosts);
  expect(report.hosts).toHaveLength(hosts);
  expect(new Set(report.hosts.map(({ instanceId }) => instanceId)).size).toBe(hosts);
  expect(loopback.logs.streams(GROUP)).toEqual([STREAM]);
}

function abandonedStream(name: string): void {
  loopback.logs.clock = () => Date.now() - (CLAIM_TIMEOUT_SECONDS + 1) * 1000;
  loopback.logs.createLogStream(GROUP, name);
  loopback.logs.clock = () => Date.now();
}

/** A claim whose invocation died long ago, with the hosts that it had written. */
function abandonedClaim(...messages: string[]): void {
  abandonedStream(STREAM);
  loopback.logs.append(GROUP, STREAM, messages);
}

describe('a run', () => {
  test('is reported with one event per host and one for the run that carries the metrics', async () => {
    loopback.ssm.put(command({ Status: 'Success', TargetCount: 2 }), [
      invocation([
        HOST_PLUGIN,
        plugin(
          'ComposeDown',
          result({
            task: 'ComposeDown',
            outcome: 'done',
            removed: { projects: 1, containers: 3, volumes: 1, networks: 1 },
            killed: [{ project: 'todobackend', service: 'app', container: 'todobackend-app-1', grace: 10 }],
          }),
        ),
        plugin(
          'DanglingImagePrune',
          result({ outcome: 'done', removed: { images: 6 }, bytesReclaimed: 4096 }),
        ),
      ]),
      invocation([], { InstanceId: 'i-lost', Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut' }),
    ]);
    const before = Date.now();
    const answer = await loopback.deliver();
    expect(answer).toMatchObject({ result: { outcome: 'reported', commandId: COMMAND_ID } });

    expectOneReport(2);
    const { hosts, runs } = loopback.report();
    expect(hosts.map(({ outcome }) => outcome)).toEqual(['succeeded', 'unreachable']);
    const metrics: Partial<Record<MetricName, number>> = {
      RunsReported: 1,
      HostsTargeted: 2,
      HostsSucceeded: 1,
      HostsUnreachable: 1,
      HostsFailed: 0,
      ProjectsRemoved: 1,
      ImagesRemoved: 6,
      BytesReclaimed: 4096,
      ContainersKilled: 1,
      HighestDiskUse: 71,
    };
    expect(runs[0]).toMatchObject({ ...metrics, Housekeeping: 'Stack/Housekeeping', killedTotal: 1 });
    expect((runs[0]?._aws as { Timestamp: number }).Timestamp).toBeGreaterThanOrEqual(before);
    const logLine = answer.logs.map((line) => JSON.parse(line) as object);
    expect(logLine).toEqual([expect.objectContaining({ level: 'INFO', outcome: 'reported' })]);
  });

  test('of a dry run shows what would be removed, and publishes no metric of removal', async () => {
    loopback.ssm.put(command({ Parameters: { DryRun: ['true'] } }), [
      invocation([
        plugin('host', result({ task: 'Host', dryRun: true })),
        plugin('DanglingImagePrune', result({ outcome: 'done', dryRun: true, removed: { images: 6 } })),
      ]),
    ]);
    await loopback.deliver();
    expect(loopback.report().runs[0]).toMatchObject({
      dryRun: true,
      removed: { images: 6 },
      HostsSucceeded: 1,
    });
    expect(loopback.report().runs[0]).not.toHaveProperty('ImagesRemoved');
  });

  test('without a host is reported as such', async () => {
    loopback.ssm.put(command({ StatusDetails: 'NoInstancesInTag' }), []);
    await loopback.deliver();
    expectOneReport(0);
    expect(loopback.report().runs[0]).toMatchObject({ commandStatus: 'NoInstancesInTag', HostsTargeted: 0 });
  });

  test('of 10,000 hosts with the longest results and lists is read and written within all limits, also after a crash', async () => {
    loopback.ssm.put(command(), fullFleet(10_000));
    expect(await loopback.crashAtBatch(20)).toMatchObject({
      error: { name: 'Runtime.ExitError', message: expect.stringContaining('SIGKILL') as string },
    });
    const { hosts, runs } = loopback.report();
    expect(hosts.length).toBeGreaterThan(0);
    expect(hosts.length).toBeLessThan(10_000);
    expect(runs).toHaveLength(0);

    for (const service of [loopback.ssm, loopback.logs]) service.calls.length = 0;
    const answer = await loopback.deliver({ environment: { NODE_OPTIONS: '--max-old-space-size=128' } });
    expect(answer).toMatchObject({ result: { outcome: 'reported', hosts: { targeted: 10_000 } } });
    expectOneReport(10_000);
    expect(loopback.ssm.count('ListCommands')).toBe(1);
    expect(loopback.ssm.count('ListCommandInvocations')).toBe(10_000 / 50);
    expect(loopback.ssm.calls).toHaveLength(1 + 10_000 / 50);
    const each = { objectsMissing: 3 * (LISTED.objects - LISTED.arrived), diskPercentAfter: 64 };
    for (const report of loopback.report().hosts) {
      expect(report).toMatchObject(each);
      expect(report.objects).toHaveLength(3 * LISTED.arrived);
    }
    expect(loopback.report().runs[0]).toMatchObject({
      objectsMissing: 10_000 * each.objectsMissing,
      projectsOmitted: 10_000 - 50,
      reasons: [{ outcome: 'failed', reason: 'leftovers', count: 10_000 }],
    });
    const bytes = loopback.logs
      .events(GROUP, STREAM)
      .slice(0, -1)
      .reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);
    const puts = loopback.logs.calls.filter(({ operation }) => operation === 'PutLogEvents');
    expect(puts.at(-1)?.input.logEvents).toHaveLength(1);
    expect(puts.length - 1).toBeLessThanOrEqual(Math.ceil(bytes / 1_048_576) + 1);
  });
});

describe('any number of deliveries make one report', () => {
  test('a second delivery finds the report complete and writes nothing', async () => {
    loopback.ssm.put(command(), fleet(3));
    await loopback.deliver();
    const written = loopback.logs.count('PutLogEvents');
    expect(await loopback.deliver()).toMatchObject({ result: { outcome: 'already reported' } });
    expect(loopback.logs.count('PutLogEvents')).toBe(written);
    expectOneReport(3);
  });

  test('a complete report is recognised behind empty pages, and at any age of its claim', async () => {
    loopback.ssm.put(command(), fleet(1));
    abandonedClaim(JSON.stringify({ type: 'host' }), JSON.stringify({ type: 'run', commandId: COMMAND_ID }));
    loopback.logs.intercept = ({ operation, input }, next) =>
      operation === 'GetLogEvents' && input.nextToken === undefined
        ? { events: [], nextForwardToken: 'f/2', nextBackwardToken: 'b/2' }
        : next();
    expect(await loopback.deliver()).toMatchObject({ result: { outcome: 'already reported' } });
    expect(loopback.logs.count('PutLogEvents')).toBe(0);
    expect(loopback.logs.count('DeleteLogStream')).toBe(0);
  });

  test('three simultaneous deliveries make one report', async () => {
    loopback.ssm.put(command(), fleet(120));
    const answers = await Promise.all([loopback.deliver(), loopback.deliver(), loopback.deliver()]);
    const reported = answers.filter(({ result: r }) => (r as { outcome?: string })?.outcome === 'reported');
    expect(reported).toHaveLength(1);
    expectOneReport(120);
  });

  test('an incomplete report whose claim has not expired is not touched', async () => {
    loopback.ssm.put(command(), fleet(1));
    loopback.logs.createLogStream(GROUP, STREAM);
    const answer = await loopback.deliver();
    expect(answer.error?.message).toMatch(/claimed by another invocation/);
    expect(JSON.parse(answer.logs[0] ?? '')).toMatchObject({ level: 'ERROR', outcome: 'not reported' });
    expect(loopback.logs.events(GROUP, STREAM)).toHaveLength(0);
    expect(loopback.logs.count('DeleteLogStream')).toBe(0);
  });

  test('if two invocations find the same abandoned claim, the slower does not delete the claim of the faster', async () => {
    loopback.ssm.put(command(), fleet(5));
    abandonedClaim(JSON.stringify({ type: 'host', instanceId: 'i-left-by-the-dead' }));
    // The first to see the abandoned claim waits until the second has reported.
    let second: ReporterAnswer | undefined;
    loopback.logs.intercept = async ({ operation, nth }, next) => {
      const answer = next();
      if (operation === 'GetLogEvents' && nth === 1) second = await loopback.deliver();
      return answer;
    };
    expect(await loopback.deliver()).toMatchObject({ result: { outcome: 'already reported' } });
    expect(second).toMatchObject({ result: { outcome: 'reported' } });
    expectOneReport(5);
  });

  test('only one invocation at a time takes over an abandoned claim', async () => {
    loopback.ssm.put(command(), fleet(5));
    abandonedClaim();
    let second: ReporterAnswer | undefined;
    // Another delivery comes when the first has decided and not yet acted.
    loopback.logs.intercept = async ({ operation, nth }, next) => {
      if (operation === 'DeleteLogStream' && nth === 1) second = await loopback.deliver();
      return next();
    };
    expect(await loopback.deliver()).toMatchObject({ result: { outcome: 'reported' } });
    expect(second?.error?.message).toMatch(/claimed by another invocation/);
    expectOneReport(5);
  });

  test('simultaneous take-overs make one report', async () => {
    loopback.ssm.put(command(), fleet(120));
    abandonedClaim(JSON.stringify({ type: 'host', instanceId: 'i-left-by-the-dead' }));
    const answers = await Promise.all([loopback.deliver(), loopback.deliver(), loopback.deliver()]);
    const reported = answers.filter(({ result: r }) => (r as { outcome?: string })?.outcome === 'reported');
    expect(reported).toHaveLength(1);
    expectOneReport(120);
  });

  test('a take-over that died is taken over too, and nothing of either is left', async () => {
    loopback.ssm.put(command(), fleet(1));
    abandonedClaim();
    abandonedStream(`${STREAM}.takeover-1`);
    expect(await loopback.deliver()).toMatchObject({ result: { outcome: 'reported' } });
    expectOneReport(1);
  });

  test('a take-over in progress is not touched, at any age of the claim', async () => {
    loopback.ssm.put(command(), fleet(1));
    abandonedClaim();
    loopback.logs.createLogStream(GROUP, `${STREAM}.takeover-1`);
    expect((await loopback.deliver()).error?.message).toMatch(/claimed by another invocation/);
    expect(loopback.logs.count('DeleteLogStream')).toBe(0);
  });

  test('a complete report is not taken over, even if events came after its last one', async () => {
    loopback.ssm.put(command(), fleet(1));
    const run = { type: 'run', commandId: COMMAND_ID, hosts: {}, reportedAt: '2026-11-24T00:00:00Z' };
    abandonedClaim(JSON.stringify(run), JSON.stringify({ type: 'host' }));
    expect(await loopback.deliver()).toMatchObject({ result: { outcome: 'already reported' } });
    expect(loopback.logs.streams(GROUP)).toEqual([STREAM]);
    expect(loopback.logs.count('PutLogEvents')).toBe(0);
  });
});

describe('an error on the way', () => {
  test('throttling by Systems Manager is waited out', async () => {
    loopback.ssm.put(command(), fleet(60));
    loopback.ssm.intercept = ({ operation, nth }, next) => {
      if (operation === 'ListCommandInvocations' && nth <= 2) {
        throw new AwsError('ThrottlingException', 'Rate exceeded');
      }
      return next();
    };
    expect(await loopback.deliver()).toMatchObject({ result: { outcome: 'reported' } });
    expectOneReport(60);
    expect(loopback.ssm.count('ListCommandInvocations')).toBe(4);
  });

  test('throttling by CloudWatch Logs is waited out, and nothing is written twice', async () => {
    loopback.ssm.put(command(), fleet(2));
    loopback.logs.intercept = ({ operation, nth }, next) => {
      if (operation === 'PutLogEvents' && nth !== 2 && nth < 5) {
        throw new AwsError('ThrottlingException', 'Rate exceeded');
      }
      return next();
    };
    expect(await loopback.deliver()).toMatchObject({ result: { outcome: 'reported' } });
    expectOneReport(2);
    expect(loopback.logs.count('PutLogEvents')).toBe(5);
  });

  test('a refused batch makes the reporter give up the claim, and the next delivery reports', async () => {
    loopback.ssm.put(command(), fleet(2));
    loopback.logs.intercept = ({ operation, nth }, next) => {
      if (operation === 'PutLogEvents' && nth === 1)
        throw new AwsError('InvalidParameterException', 'not so');
      return next();
    };
    expect((await loopback.deliver()).error?.name).toBe('InvalidParameterException');
    expect(loopback.logs.streams(GROUP)).toEqual([]);
    expect(await loopback.deliver()).toMatchObject({ result: { outcome: 'reported' } });
    expectOneReport(2);
  });

  test('a connection that breaks after the batch was accepted does not write its hosts twice', async () => {
    loopback.ssm.put(command(), fleet(2));
    loopback.logs.intercept = ({ operation, nth }, next) => {
      const answer = next();
      if (operation === 'PutLogEvents' && nth === 1) throw new ConnectionBroken();
      return answer;
    };
    expect((await loopback.deliver()).error).toBeDefined();
    expect(await loopback.deliver()).toMatchObject({ result: { outcome: 'reported' } });
    expectOneReport(2);
  });

  test.each([
    ['a connection that breaks', new ConnectionBroken()],
    ['a fault of the service', new AwsError('InternalFailure', 'try again', 500)],
  ])('%s after the run was accepted does not count its metrics twice', async (_name, fault) => {
    loopback.ssm.put(command(), fleet(2));
    let counted = 0;
    loopback.logs.intercept = ({ operation, input }, next) => {
      const answer = next();
      if (operation === 'PutLogEvents' && JSON.stringify(input).includes('RunsReported')) {
        counted += 1;
        throw fault;
      }
      return answer;
    };
    expect((await loopback.deliver()).error).toBeDefined();
    expect(await loopback.deliver()).toMatchObject({ result: { outcome: 'already reported' } });
    expect(counted).toBe(1);
    expectOneReport(2);
  });

  test('events that the service leaves out of a batch are an error', async () => {
    loopback.ssm.put(command(), fleet(2));
    loopback.logs.clock = () => Date.now() + 15 * 24 * 3_600_000;
    const answer = await loopback.deliver();
    expect(answer.error?.message).toMatch(/rejected events.*tooOldLogEventEndIndex/);
    expect(loopback.logs.streams(GROUP)).toEqual([]);
  });

  test.each([[undefined], [''], [7]])('an event without a command id: %j', async (commandId) => {
    const event = { ...commandEvent(), detail: { 'command-id': commandId } };
    expect((await loopback.deliver({ event })).error?.message).toMatch(/detail\["command-id"\]/);
  });

  test.each(['REPORT_LOG_GROUP', 'HOUSEKEEPING', 'CLAIM_TIMEOUT_SECONDS'])('without %s', async (name) => {
    const answer = await loopback.deliver({ environment: { [name]: '' } });
    expect(answer.error?.message).toBe(`environment variable ${name} is missing: the construct sets it`);
  });

  test('a claim timeout that a live invocation could outlast', async () => {
    const answer = await loopback.deliver({ timeoutSeconds: CLAIM_TIMEOUT_SECONDS + 60 });
    expect(answer.error?.message).toMatch(/CLAIM_TIMEOUT_SECONDS is "120": set it to the function/);
  });
});
