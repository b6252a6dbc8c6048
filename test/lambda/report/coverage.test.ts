import { EC2Client } from '@aws-sdk/client-ec2';
import type { Instance, InstanceStateName } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Target } from '@aws-sdk/client-ssm';
import type { SentCommand } from '../../../lambda/report/collect';
import { findNotReached } from '../../../lambda/report/coverage';
import { LoopbackEc2 } from '../../../local/aws/loopback-ec2';
import { LoopbackSsm } from '../../../local/aws/loopback-ssm';
import { AwsError, ConnectionBroken } from '../../../local/aws/loopback-service';
import { COMMAND_ID, REQUESTED_AT } from './support';

const RUN = { housekeeping: 'Stack/Housekeeping', commandId: COMMAND_ID, dryRun: false };
const TARGETS = [{ Key: 'tag:DockerHost', Values: ['true'] }];
const LAUNCHED = new Date('2026-11-20T10:00:00Z');
const LOST = new Date('2026-11-22T08:15:00Z');

let servers: { ec2: LoopbackEc2; ssm: LoopbackSsm };
let clients: { ec2: EC2Client; ssm: SSMClient };

beforeEach(async () => {
  servers = { ec2: new LoopbackEc2(), ssm: new LoopbackSsm() };
  const common = {
    region: 'eu-central-1',
    credentials: { accessKeyId: 'loopback', secretAccessKey: 'loopback' },
  };
  clients = {
    ec2: new EC2Client({ ...common, endpoint: await servers.ec2.start(), maxAttempts: 3 }),
    ssm: new SSMClient({ ...common, endpoint: await servers.ssm.start(), maxAttempts: 3 }),
  };
});
afterEach(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await Promise.all([servers.ec2.stop(), servers.ssm.stop()]);
});

function instance(
  id: string,
  tags: Record<string, string> = { DockerHost: 'true' },
  { state = 'running', launched = LAUNCHED }: { state?: InstanceStateName; launched?: Date } = {},
): Instance {
  return {
    InstanceId: id,
    LaunchTime: launched,
    State: { Name: state },
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

function find(
  reached: readonly string[],
  { targets = TARGETS, status = 'Success' }: { targets?: readonly Target[]; status?: string } = {},
): ReturnType<typeof findNotReached> {
  const command: SentCommand = {
    commandId: COMMAND_ID,
    documentName: 'Document',
    requestedAt: REQUESTED_AT,
    status,
    trigger: { by: 'hand' },
    dryRun: false,
    targetCount: reached.length,
    targets,
  };
  return findNotReached(clients, command, new Set(reached), RUN);
}

const ids = ({ hosts }: Awaited<ReturnType<typeof find>>): string[] =>
  hosts.map(({ instanceId }) => instanceId);

test('each instance that was not reached is named, with the reason and what to do', async () => {
  servers.ec2.put([
    instance('i-reached'),
    instance('i-unregistered', { DockerHost: 'true', Name: 'build-7' }),
    instance('i-lost'),
    instance('i-inactive'),
    instance('i-online'),
  ]);
  servers.ssm.putNodes([
    { InstanceId: 'i-reached', PingStatus: 'Online' },
    { InstanceId: 'i-lost', PingStatus: 'ConnectionLost', LastPingDateTime: LOST },
    { InstanceId: 'i-inactive', PingStatus: 'Inactive' },
    { InstanceId: 'i-online', PingStatus: 'Online' },
  ]);
  const { coverage, hosts } = await find(['i-reached']);
  expect(coverage).toEqual({ state: 'known', running: 5, notReached: 4 });
  expect(hosts.map(({ instanceId, reason }) => [instanceId, reason])).toEqual([
    ['i-unregistered', 'not-registered'],
    ['i-lost', 'connection-lost'],
    ['i-inactive', 'connection-lost'],
    ['i-online', 'not-targeted'],
  ]);
  for (const host of hosts)
    expect(host).toMatchObject({ type: 'host', ...RUN, outcome: 'unreachable', steps: [] });
  const [unregistered, lost, , online] = hosts;
  expect(unregistered).toMatchObject({ instanceName: 'build-7', bytesReclaimed: 0, killed: [] });
  expect(unregistered?.message).toMatch(/2026-11-20T10:00:00.000Z.*AmazonSSMManagedInstanceCore/);
  expect(lost).not.toHaveProperty('instanceName');
  expect(lost?.message).toMatch(/2026-11-22T08:15:00.000Z.*restart the SSM Agent/);
  expect(online?.message).toMatch(/tagged or registered only after/);
});

test('Systems Manager is not asked when all instances were reached', async () => {
  servers.ec2.put([instance('i-1'), instance('i-2')]);
  expect(await find(['i-1', 'i-2'])).toEqual({
    coverage: { state: 'known', running: 2, notReached: 0 },
    hosts: [],
  });
  expect(servers.ssm.calls).toEqual([]);
});

test('an instance that does not run, or was launched after the command was sent, does not count', async () => {
  const launched = (millis: number): { launched: Date } => ({
    launched: new Date(REQUESTED_AT.getTime() + millis),
  });
  servers.ec2.put([
    instance('i-stopped', undefined, { state: 'stopped' }),
    instance('i-pending', undefined, { state: 'pending' }),
    instance('i-later', undefined, launched(1000)),
    instance('i-just', undefined, launched(0)),
  ]);
  const found = await find([]);
  expect(ids(found)).toEqual(['i-just']);
  expect(found.coverage).toEqual({ state: 'known', running: 1, notReached: 1 });
});

test('tags select as in Systems Manager: keys ANDed, values ORed, no wildcards', async () => {
  servers.ec2.put([
    instance('i-a', { role: 'a*', stage: 'x' }),
    instance('i-b', { role: 'b?\\', stage: 'x' }),
    instance('i-abc', { role: 'abc', stage: 'x' }),
    instance('i-bcd', { role: 'bc\\', stage: 'x' }),
    instance('i-other-stage', { role: 'a*', stage: 'y' }),
    instance('i-untagged', {}),
  ]);
  const targets = [
    { Key: 'tag:role', Values: ['a*', 'b?\\'] },
    { Key: 'tag:stage', Values: ['x'] },
  ];
  expect(ids(await find([], { targets }))).toEqual(['i-a', 'i-b']);
});

test.each<[string, Target[]]>([
  ['ids', [{ Key: 'InstanceIds', Values: ['i-1'] }]],
  ['a resource group', [{ Key: 'resource-groups:Name', Values: ['g'] }]],
  ['a tag key', [{ Key: 'tag-key', Values: ['DockerHost'] }]],
  ['tags and more', [...TARGETS, { Key: 'resource-groups:Name', Values: ['g'] }]],
  ['nothing', []],
])('a command that was sent by %s is not compared with instances', async (_name, targets) => {
  expect(await find([], { targets })).toEqual({ coverage: { state: 'not-applicable' }, hosts: [] });
  expect(servers.ec2.calls).toEqual([]);
});

test('a large fleet takes few calls: 1,000 instances and 50 managed nodes each', async () => {
  const all = Array.from({ length: 2101 }, (_, i) => `i-${i}`);
  servers.ec2.put(all.map((id) => instance(id)));
  servers.ssm.putNodes(all.slice(0, 60).map((InstanceId) => ({ InstanceId, PingStatus: 'Online' })));
  const found = await find(all.slice(120));
  expect(ids(found)).toEqual(all.slice(0, 120));
  expect(found.hosts.filter(({ reason }) => reason === 'not-targeted')).toHaveLength(60);
  expect(servers.ec2.count('DescribeInstances')).toBe(3);
  expect(servers.ec2.calls.map(({ input }) => input.MaxResults)).toEqual(['1000', '1000', '1000']);
  expect(servers.ssm.count('DescribeInstanceInformation')).toBe(3);
});

test.each([
  ['RateExceeded', 'rate-exceeded'],
  ['Rate Exceeded', 'rate-exceeded'],
  ['AccessDenied', 'access-denied'],
  ['NoInstancesInTag', 'not-targeted'],
  ['Success', 'not-targeted'],
])('an online instance was not reached by a command of status %s: %s', async (status, reason) => {
  servers.ec2.put([instance('i-1')]);
  servers.ssm.putNodes([{ InstanceId: 'i-1', PingStatus: 'Online' }]);
  expect((await find([], { status })).hosts).toMatchObject([{ outcome: 'unreachable', reason }]);
});

const refused = (code: string, status: number): AwsError => new AwsError(code, `${code} it is`, status);

describe('the coverage is unknown when EC2 does not answer, and says what to do', () => {
  test.each<[string, Error, RegExp]>([
    ['refused', refused('UnauthorizedOperation', 403), /UnauthorizedOperation.*allow ec2:DescribeInstances/],
    ['throttled for ever', refused('RequestLimitExceeded', 503), /RequestLimitExceeded.*who else/],
    ['broken', refused('InternalError', 500), /InternalError.*Health Dashboard/],
    ['cut off', new ConnectionBroken(), /socket hang up.*can reach the service/],
  ])('%s', async (_name, fault, message) => {
    servers.ec2.put([instance('i-1')]);
    servers.ec2.intercept = () => {
      throw fault;
    };
    const { coverage, hosts } = await find([]);
    expect(coverage).toEqual({ state: 'unknown', message: expect.stringMatching(message) as string });
    expect(hosts).toEqual([]);
  });

  test('on its last page only', async () => {
    servers.ec2.put(Array.from({ length: 1500 }, (_, i) => instance(`i-${i}`)));
    servers.ec2.intercept = ({ input }, next) => {
      if (input.NextToken) throw refused('InvalidParameterValue', 400);
      return next();
    };
    expect((await find([])).coverage.state).toBe('unknown');
  });
});

test('temporary faults are retried', async () => {
  servers.ec2.put([instance('i-1')]);
  servers.ec2.intercept = ({ nth }, next) => {
    if (nth === 1) throw refused('RequestLimitExceeded', 503);
    if (nth === 2) throw new ConnectionBroken();
    return next();
  };
  servers.ssm.intercept = ({ nth }, next) => {
    if (nth === 1) throw refused('ThrottlingException', 400);
    if (nth === 2) throw refused('InternalServerError', 500);
    return next();
  };
  expect((await find([])).hosts).toMatchObject([{ instanceId: 'i-1', reason: 'not-registered' }]);
});

test('the instances are named even if Systems Manager does not say why they were not reached', async () => {
  servers.ec2.put(Array.from({ length: 120 }, (_, i) => instance(`i-${i}`)));
  servers.ssm.intercept = ({ nth }, next) => {
    if (nth > 1) throw refused('AccessDeniedException', 400);
    return next();
  };
  const { coverage, hosts } = await find([]);
  expect(coverage).toEqual({ state: 'known', running: 120, notReached: 120 });
  expect(hosts.filter(({ reason }) => reason === 'not-registered')).toHaveLength(50);
  expect(hosts[119]).toMatchObject({ outcome: 'unreachable', reason: 'not-reached' });
  expect(hosts[119]?.message).toMatch(/AccessDeniedException.*allow ssm:DescribeInstanceInformation/);
  // After one refusal, the reporter does not call the service again for the others.
  expect(servers.ssm.count('DescribeInstanceInformation')).toBe(2);
});
