import { DescribeInstancesCommand, EC2Client, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import type { DescribeInstancesCommandInput, Instance, InstanceStateName } from '@aws-sdk/client-ec2';
import { SNSClient, PublishCommand } from '@aws-sdk/client-sns';
import { LoopbackEc2 } from '../../../local/aws/loopback-ec2';
import { AwsError, ConnectionBroken } from '../../../local/aws/loopback-service';

const credentials = { accessKeyId: 'loopback', secretAccessKey: 'loopback' };
const LAUNCHED = new Date('2026-11-20T10:00:00Z');
const server = new LoopbackEc2();
let endpoint: string;
let ec2: EC2Client;

beforeAll(async () => {
  endpoint = await server.start();
  ec2 = new EC2Client({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
});
beforeEach(() => (server.intercept = (_call, next) => next()));
afterAll(async () => {
  ec2.destroy();
  await server.stop();
});

function instance(
  InstanceId: string,
  tags: Record<string, string>,
  state: InstanceStateName = 'running',
): Instance {
  return {
    InstanceId,
    LaunchTime: LAUNCHED,
    State: { Name: state },
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

async function ids(input: Partial<DescribeInstancesCommandInput>): Promise<(string | undefined)[]> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand(input));
  return Reservations.flatMap(({ Instances = [] }) => Instances).map(({ InstanceId }) => InstanceId);
}

test('an instance is returned as it was put', async () => {
  server.put([instance('i-1', { Name: 'a <b> & "c"\r\n', empty: '' })]);
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
  expect(Reservations?.[0]?.Instances?.[0]).toMatchObject({
    ...instance('i-1', { Name: 'a <b> & "c"\r\n', empty: '' }),
    State: { Code: 16, Name: 'running' },
  });
});

test('filters are ANDed, their values ORed, and wildcards stand for characters unless escaped', async () => {
  server.put([
    instance('i-web', { role: 'web', Stage: 'test' }),
    instance('i-job', { role: 'job', Stage: 'prod' }),
    instance('i-star', { role: 'w*' }),
    instance('i-slash', { role: 'w\\b' }),
    instance('i-stopped', { role: 'web' }, 'stopped'),
  ]);
  const by = (...filters: [string, ...string[]][]): Promise<unknown> =>
    ids({ Filters: filters.map(([Name, ...Values]) => ({ Name, Values })) });
  expect(await by(['tag:role', 'web', 'job'], ['instance-state-name', 'running'])).toEqual([
    'i-web',
    'i-job',
  ]);
  expect(await by(['tag:role', 'web'], ['tag:Stage', 'test'])).toEqual(['i-web']);
  expect(await by(['tag:role', 'w*'])).toEqual(['i-web', 'i-star', 'i-slash', 'i-stopped']);
  expect(await by(['tag:role', 'w?b'])).toEqual(['i-web', 'i-slash', 'i-stopped']);
  expect(await by(['tag:role', 'w\\*'])).toEqual(['i-star']);
  expect(await by(['tag:role', 'w\\\\b'])).toEqual(['i-slash']);
  expect(await by(['tag:Role', 'web'])).toEqual([]);
});

test('instances come in pages and reservations', async () => {
  server.put(Array.from({ length: 12 }, (_, i) => instance(`i-${i}`, {})));
  const sizes: number[] = [];
  for (let NextToken: string | undefined; ;) {
    const page = await ec2.send(new DescribeInstancesCommand({ MaxResults: 5, NextToken }));
    sizes.push((page.Reservations ?? []).reduce((sum, { Instances = [] }) => sum + Instances.length, 0));
    expect(page.Reservations?.[0]?.Instances).toHaveLength(2);
    NextToken = page.NextToken;
    if (!NextToken) break;
  }
  expect(sizes).toEqual([5, 5, 2]);
});

test.each<[string, Partial<DescribeInstancesCommandInput>, string]>([
  ['a page of 4', { MaxResults: 4 }, 'InvalidParameterValue'],
  ['a page of 1001', { MaxResults: 1001 }, 'InvalidParameterValue'],
  ['an invented token', { NextToken: 'x' }, 'InvalidParameterValue'],
  ['an unknown filter', { Filters: [{ Name: 'x', Values: ['y'] }] }, 'InvalidParameterValue'],
  [
    '201 filter values',
    { Filters: [{ Name: 'tag:x', Values: Array.from({ length: 201 }, String) }] },
    'FilterLimitExceeded',
  ],
])('%s is refused', async (_name, input, name) => {
  await expect(ids(input)).rejects.toMatchObject({ name });
});

test('the client gets faults as the service answers them', async () => {
  const refused = new AwsError('UnauthorizedOperation', 'You are not authorized.', 403);
  server.intercept = () => {
    throw refused;
  };
  await expect(ids({})).rejects.toMatchObject({
    name: 'UnauthorizedOperation',
    message: 'You are not authorized.',
    $fault: 'client',
    $metadata: { httpStatusCode: 403 },
  });
  server.intercept = () => {
    throw new ConnectionBroken();
  };
  await expect(ids({})).rejects.toThrow('socket hang up');
});

test('requests that the service would refuse are refused: other services, other operations, no signature', async () => {
  await expect(ec2.send(new DescribeVpcsCommand({}))).rejects.toMatchObject({ name: 'InvalidAction' });
  const sns = new SNSClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
  await expect(sns.send(new PublishCommand({ Message: 'm' }))).rejects.toMatchObject({
    name: 'InvalidAction',
  });
  sns.destroy();
  const unsigned = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=DescribeInstances&Version=2016-11-15',
  });
  expect(unsigned.status).toBe(403);
  expect(await unsigned.text()).toContain('<Code>AuthFailure</Code>');
});
