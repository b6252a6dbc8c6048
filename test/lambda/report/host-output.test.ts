import type { CommandInvocation } from '@aws-sdk/client-ssm';
import type { RunReport } from '../../../lib/contract';
import type { ReporterAnswer } from '../../../local/aws/invoke-reporter';
import { AwsError } from '../../../local/aws/loopback-service';
import { COMMAND_ID, Loopback, command, fleet, invocation } from './support';

const OUTPUT = '/housekeeping/output';
const OTHER_RUN = 'ffffffff-71f7-4491-898f-c9b35bee5f3b';

let loopback: Loopback;

beforeEach(async () => {
  loopback = new Loopback();
  await loopback.start();
  loopback.logs.createLogGroup(OUTPUT);
});
afterEach(() => loopback.stop());

function deliver(): Promise<ReporterAnswer> {
  return loopback.deliver({ environment: { HOST_OUTPUT_LOG_GROUP: OUTPUT } });
}

/** Writes the streams that the agents of these hosts write. */
function write(hosts: readonly CommandInvocation[], commandId = COMMAND_ID): void {
  for (const { InstanceId, CommandPlugins = [] } of hosts) {
    for (const { Name } of CommandPlugins) {
      for (const output of ['stdout', 'stderr']) {
        loopback.logs.createLogStream(OUTPUT, `${commandId}/${InstanceId}/${Name}/${output}`);
      }
    }
  }
}

/** The calls that read the group of the hosts' output. */
function calls(): number {
  return loopback.logs.calls.filter(({ input }) => input.logGroupName === OUTPUT).length;
}

function run(): RunReport | undefined {
  return loopback.report().runs[0];
}

test('the report counts and names the hosts that ran steps and wrote no output', async () => {
  const hosts = fleet(60).map((host, i) => ({ ...host, InstanceName: `web-${i}` }));
  const unreachable = invocation([], {
    InstanceId: 'i-lost',
    Status: 'TimedOut',
    StatusDetails: 'DeliveryTimedOut',
  });
  loopback.ssm.put(command(), [...hosts, unreachable]);
  write(hosts.slice(7));
  write(hosts.slice(0, 7), OTHER_RUN);
  await deliver();
  expect(run()?.hostOutput).toEqual({
    logGroupName: OUTPUT,
    hostsWithout: 7,
    examples: hosts.slice(0, 5).map(({ InstanceId, InstanceName }) => ({
      instanceId: InstanceId,
      instanceName: InstanceName,
    })),
  });
  // 53 hosts, two steps with two streams each, on pages of 50.
  expect(calls()).toBe(Math.ceil((53 * 4) / 50));
});

test('a run whose hosts all wrote output has no example', async () => {
  loopback.ssm.put(command(), fleet(2));
  write(fleet(2));
  await deliver();
  expect(run()?.hostOutput).toEqual({ logGroupName: OUTPUT, hostsWithout: 0 });
});

test('a run with more output than the reporter reads is reported without the number', async () => {
  const hosts = fleet(1_300);
  loopback.ssm.put(command(), hosts);
  write(hosts);
  expect(await deliver()).toMatchObject({ result: { outcome: 'reported' } });
  expect(run()?.hostOutput).toEqual({ logGroupName: OUTPUT });
  expect(calls()).toBe(100);
});

test.each([
  ['access is denied', new AwsError('AccessDeniedException', 'not allowed', 400)],
  ['the group does not exist', new AwsError('ResourceNotFoundException', 'no such group', 400)],
])('a run is reported even if %s, and the function says what to do', async (_name, fault) => {
  loopback.ssm.put(command(), fleet(1));
  loopback.logs.intercept = ({ input }, next) => {
    if (input.logGroupName === OUTPUT) throw fault;
    return next();
  };
  const answer = await deliver();
  expect(answer).toMatchObject({ result: { outcome: 'reported' } });
  expect(run()?.hostOutput).toEqual({ logGroupName: OUTPUT });
  const lines = answer.logs.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.find(({ level }) => level === 'WARN')?.hostOutputUnknown).toMatch(
    /logs:DescribeLogStreams on \/housekeeping\/output failed with .*allow the action on it to the reporter's role/,
  );
});

test('a run is reported even if the group does not answer', async () => {
  loopback.ssm.put(command(), fleet(1));
  loopback.logs.intercept = ({ input }, next) =>
    input.logGroupName === OUTPUT ? new Promise<never>(() => undefined) : next();
  expect(await deliver()).toMatchObject({ result: { outcome: 'reported' } });
  expect(run()?.hostOutput).toEqual({ logGroupName: OUTPUT });
});

test('without the setting the reporter makes no such call', async () => {
  loopback.ssm.put(command(), fleet(3));
  await loopback.deliver();
  expect(run()).not.toHaveProperty('hostOutput');
  expect(calls()).toBe(0);
});
