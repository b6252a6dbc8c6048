import type { Command } from '@aws-sdk/client-ssm';
import { METRIC_DIMENSION, METRIC_NAMESPACE } from '../../../lib/contract';
import type { RunReport } from '../../../lib/contract';
import type { ReporterAnswer } from '../../../local/aws/invoke-reporter';
import { AwsError } from '../../../local/aws/loopback-service';
import { COMMAND_ID, GROUP, Loopback, command, commandEvent, fleet, invocation, sweepEvent } from './support';

const HOUR = 3_600_000;
const DOCUMENT = 'Housekeeping-Document-1A2B3C';

let loopback: Loopback;

beforeEach(async () => {
  loopback = new Loopback();
  // Created a day before the sweep.
  loopback.logs.clock = () => Date.now() - 24 * HOUR;
  await loopback.start();
  loopback.logs.clock = () => Date.now();
});
afterEach(() => loopback.stop());

const commandId = (n: number): string => `${String(n).padStart(8, '0')}${COMMAND_ID.slice(8)}`;

/** A command of some hours ago, with one host. */
function put(n: number, hoursAgo: number, overrides: Partial<Command> = {}): string {
  const RequestedDateTime = new Date(Math.floor((Date.now() - hoursAgo * HOUR) / 1000) * 1000);
  const sent = command({ CommandId: commandId(n), RequestedDateTime, ...overrides });
  loopback.ssm.put(sent, [invocation(fleet(1)[0]?.CommandPlugins ?? [], { CommandId: commandId(n) })]);
  return `${RequestedDateTime.toISOString().slice(0, 10).replaceAll('-', '/')}/${commandId(n)}`;
}

function sweep(options: { timeoutSeconds?: number } = {}): Promise<ReporterAnswer> {
  return loopback.deliver({
    event: sweepEvent(),
    environment: { DOCUMENT_NAME: DOCUMENT },
    timeoutSeconds: 120,
    ...options,
  });
}

/** The metric as CloudWatch reads it out of the function's log. */
function reportAge({ logs }: ReporterAnswer): number {
  const lines = logs.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ _aws }) => _aws);
  expect(lines).toEqual([
    {
      _aws: {
        Timestamp: expect.any(Number) as number,
        CloudWatchMetrics: [
          {
            Namespace: METRIC_NAMESPACE,
            Dimensions: [[METRIC_DIMENSION]],
            Metrics: [{ Name: 'ReportAge', Unit: 'Seconds' }],
          },
        ],
      },
      [METRIC_DIMENSION]: 'Stack/Housekeeping',
      ReportAge: expect.any(Number) as number,
    },
  ]);
  return lines[0]?.ReportAge as number;
}

/** A report that was completed some hours ago. */
function complete(stream: string, hoursAgo: number): void {
  const reportedAt = new Date(Date.now() - hoursAgo * HOUR).toISOString();
  const run = { type: 'run', commandId: stream.slice(11), hosts: {}, reportedAt } as RunReport;
  loopback.logs.clock = () => Date.now() - hoursAgo * HOUR;
  loopback.logs.createLogStream(GROUP, stream);
  loopback.logs.append(GROUP, stream, [JSON.stringify({ type: 'host' }), JSON.stringify(run)]);
  loopback.logs.clock = () => Date.now();
}

describe('the sweep', () => {
  test('reports what was never reported, the oldest first, and nothing else', async () => {
    const younger = put(1, 2);
    const older = put(2, 40);
    const reported = put(3, 5);
    complete(reported, 4);
    put(4, 1, { Status: 'InProgress', StatusDetails: 'InProgress' });
    const held = put(5, 1);
    loopback.logs.createLogStream(GROUP, held);
    put(6, 2, { DocumentName: 'AWS-RunShellScript' });
    put(7, 73);

    const answer = await sweep();
    expect(answer.error).toBeUndefined();
    expect(answer.result).toMatchObject({
      outcome: 'swept',
      reported: 2,
      alreadyReported: 1,
      inFlight: 1,
      held: 1,
      left: 0,
    });
    expect(loopback.logs.streams(GROUP)).toEqual([older, younger, reported, held].sort());
    const asked = loopback.ssm.calls.filter(({ operation }) => operation === 'ListCommandInvocations');
    // The sweep reads no hosts of runs that are reported or still in progress.
    expect(asked.map(({ input }) => input.CommandId)).toEqual([commandId(2), commandId(1)]);
    expect(loopback.ssm.count('ListCommands')).toBe(1);
  });

  test('reads all pages of commands', async () => {
    for (let n = 0; n < 51; n++) complete(put(n, 2), 1);
    expect((await sweep()).result).toMatchObject({ alreadyReported: 51, reported: 0 });
  });

  test('takes over the report of an invocation that died, and a late event then finds it reported', async () => {
    const stream = put(1, 2);
    loopback.logs.clock = () => Date.now() - HOUR;
    loopback.logs.createLogStream(GROUP, stream);
    loopback.logs.clock = () => Date.now();
    expect((await sweep()).result).toMatchObject({ reported: 1 });
    const late = await loopback.deliver({ event: commandEvent(commandId(1)) });
    expect(late).toMatchObject({ result: { outcome: 'already reported' } });
    expect(loopback.logs.streams(GROUP)).toEqual([stream]);
  });

  test('that cannot report one command reports the others, and then names the failed one', async () => {
    put(1, 3);
    const other = put(2, 2);
    loopback.ssm.intercept = ({ operation, input }, next) => {
      if (operation === 'ListCommandInvocations' && input.CommandId === commandId(1)) {
        throw new AwsError('AccessDeniedException', 'not allowed');
      }
      return next();
    };
    const answer = await sweep();
    expect(answer.error?.message).toMatch(
      /^1 runs could not be reported: 00000001-\S+: .*not allowed; 1 others/,
    );
    expect(loopback.logs.streams(GROUP)).toEqual([other]);
    expect(reportAge(answer)).toBeLessThan(HOUR / 1000);
  });

  test('begins no run without enough time, and says how many are left', async () => {
    put(1, 3);
    put(2, 2);
    const answer = await sweep({ timeoutSeconds: 59 });
    expect(answer.result).toMatchObject({ outcome: 'swept', reported: 0, left: 2 });
    expect(loopback.logs.streams(GROUP)).toEqual([]);
    reportAge(answer);
  });

  test('needs to know the document', async () => {
    const answer = await loopback.deliver({ event: sweepEvent() });
    expect(answer.error?.message).toBe(
      'environment variable DOCUMENT_NAME is missing: the construct sets it',
    );
  });
});

describe('the age of the newest report', () => {
  const hours = async (): Promise<number> => (reportAge(await sweep()) / 3600) | 0;

  test('counts from the newest report of the sweep, before CloudWatch Logs shows its time', async () => {
    complete(put(1, 60), 50);
    complete(put(2, 30), 20);
    expect(await hours()).toBe(20);
    expect(loopback.logs.calls.filter(({ input }) => input.orderBy)).toEqual([]);
  });

  test('counts from the newest report of all when the sweep found no younger one', async () => {
    complete('2026/01/01/older', 200);
    complete('2026/01/02/newer', 100);
    // An empty claim is not a report, nor is half a report, nor what a take-over left.
    loopback.logs.createLogStream(GROUP, '2026/01/03/claimed');
    loopback.logs.createLogStream(GROUP, '2026/01/04/half');
    loopback.logs.append(GROUP, '2026/01/04/half', [JSON.stringify({ type: 'host' })]);
    loopback.logs.createLogStream(GROUP, '2026/01/04/half.takeover-1');
    expect(await hours()).toBe(100);
  });

  test('counts from the creation of the group as long as there is no report', async () => {
    loopback.logs.createLogGroup(`${GROUP}-of-another`);
    expect(await hours()).toBe(24);
  });
});
