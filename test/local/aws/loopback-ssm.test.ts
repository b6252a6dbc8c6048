import {
  DescribeInstanceInformationCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { Command, CommandFilterKey } from '@aws-sdk/client-ssm';
import { LoopbackSsm } from '../../../local/aws/loopback-ssm';
import {
  COMMAND_ID,
  HOST_PLUGIN,
  REQUESTED_AT,
  command,
  fleet,
  invocation,
  plugin,
} from '../../lambda/report/support';

const credentials = { accessKeyId: 'loopback', secretAccessKey: 'loopback' };
const server = new LoopbackSsm();
let ssm: SSMClient;

beforeAll(async () => {
  ssm = new SSMClient({
    endpoint: await server.start(),
    region: 'eu-central-1',
    credentials,
    maxAttempts: 1,
  });
  server.put(command(), fleet(101));
});
afterAll(async () => {
  ssm.destroy();
  await server.stop();
});

test('a command is returned as it was put, including its dates', async () => {
  const { Commands } = await ssm.send(new ListCommandsCommand({ CommandId: COMMAND_ID }));
  expect(Commands).toEqual([expect.objectContaining({ ...command(), RequestedDateTime: REQUESTED_AT })]);
});

test('invocations come in pages, with their steps only when asked for', async () => {
  const sizes: number[] = [];
  for (let NextToken: string | undefined; ;) {
    const page = await ssm.send(
      new ListCommandInvocationsCommand({ CommandId: COMMAND_ID, Details: true, MaxResults: 50, NextToken }),
    );
    sizes.push(page.CommandInvocations?.length ?? 0);
    expect(page.CommandInvocations?.[0]?.CommandPlugins?.[0]).toEqual(HOST_PLUGIN);
    NextToken = page.NextToken;
    if (!NextToken) break;
  }
  expect(sizes).toEqual([50, 50, 1]);
  const bare = await ssm.send(new ListCommandInvocationsCommand({ CommandId: COMMAND_ID, MaxResults: 1 }));
  expect(bare.CommandInvocations?.[0]?.CommandPlugins).toEqual([]);
});

test('an unknown command has no entry and no invocations', async () => {
  const CommandId = COMMAND_ID.replace('e', 'f');
  expect((await ssm.send(new ListCommandsCommand({ CommandId }))).Commands).toEqual([]);
  expect((await ssm.send(new ListCommandInvocationsCommand({ CommandId }))).CommandInvocations).toEqual([]);
});

test.each([
  ['a page of 0', { MaxResults: 0 }, 'ValidationException'],
  ['a page of 51', { MaxResults: 51 }, 'ValidationException'],
  ['an invented token', { NextToken: 'x' }, 'InvalidNextToken'],
  ['a malformed id', { CommandId: 'x' }, 'ValidationException'],
])('%s is refused', async (_name, input, name) => {
  await expect(
    ssm.send(new ListCommandInvocationsCommand({ CommandId: COMMAND_ID, ...input })),
  ).rejects.toMatchObject({
    name,
  });
});

test('managed nodes come in pages of 10, or by their ids', async () => {
  server.putNodes(
    Array.from({ length: 12 }, (_, i) => ({ InstanceId: `i-${i}`, LastPingDateTime: REQUESTED_AT })),
  );
  const all = await ssm.send(new DescribeInstanceInformationCommand({}));
  expect(all.InstanceInformationList).toHaveLength(10);
  expect(all.InstanceInformationList?.[0]).toEqual({ InstanceId: 'i-0', LastPingDateTime: REQUESTED_AT });
  const rest = await ssm.send(new DescribeInstanceInformationCommand({ NextToken: all.NextToken }));
  expect(rest.InstanceInformationList).toHaveLength(2);
  const Filters = [{ Key: 'InstanceIds', Values: ['i-11', 'i-other'] }];
  const some = await ssm.send(new DescribeInstanceInformationCommand({ Filters }));
  expect(some.InstanceInformationList?.map(({ InstanceId }) => InstanceId)).toEqual(['i-11']);
});

test.each([
  ['a page of 4 nodes', { MaxResults: 4 }, 'ValidationException'],
  ['a page of 51 nodes', { MaxResults: 51 }, 'ValidationException'],
  [
    '101 ids',
    { Filters: [{ Key: 'InstanceIds', Values: Array.from({ length: 101 }, String) }] },
    'ValidationException',
  ],
  ['another filter', { Filters: [{ Key: 'PingStatus', Values: ['Online'] }] }, 'InvalidFilterKey'],
])('%s is refused', async (_name, input, name) => {
  await expect(ssm.send(new DescribeInstanceInformationCommand(input))).rejects.toMatchObject({ name });
});

describe('ListCommands', () => {
  const sent = (n: number): string => `${String(n).padStart(8, '0')}${COMMAND_ID.slice(8)}`;
  const list = async (...filters: [string, string][]): Promise<number[]> => {
    const Filters = filters.map(([key, value]) => ({ key: key as CommandFilterKey, value }));
    const { Commands = [] } = await ssm.send(new ListCommandsCommand({ Filters }));
    return Commands.map(({ CommandId = '' }) => Number(CommandId.slice(0, 8)));
  };

  beforeAll(() => {
    const at = (hour: number): Date => new Date(Date.UTC(2026, 9, 1, hour));
    const DocumentName = 'Mine';
    const put = (n: number, overrides: Partial<Command>): void =>
      server.put(command({ CommandId: sent(n), DocumentName, ...overrides }), []);
    put(1, { RequestedDateTime: at(1) });
    put(2, { RequestedDateTime: at(2), Status: 'InProgress', StatusDetails: 'InProgress' });
    put(3, { RequestedDateTime: at(3), Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut' });
    put(4, { RequestedDateTime: at(4), Status: 'Failed', StatusDetails: 'RateExceeded' });
    put(5, { RequestedDateTime: at(5), DocumentName: 'Other' });
  });

  test.each<[string, [string, string][], number[]]>([
    ['by document, the newest first', [['DocumentName', 'Mine']], [4, 3, 2, 1]],
    [
      'sent then or later',
      [
        ['DocumentName', 'Mine'],
        ['InvokedAfter', '2026-10-01T03:00:00Z'],
      ],
      [4, 3],
    ],
    [
      'sent before',
      [
        ['DocumentName', 'Mine'],
        ['InvokedBefore', '2026-10-01T03:00:00Z'],
      ],
      [2, 1],
    ],
    ['by coarse status', [['Status', 'TimedOut']], [3]],
    ['by status detail', [['Status', 'DeliveryTimedOut']], [3]],
    ['by the one status that the filter names differently', [['Status', 'LimitExceeded']], [4]],
    ['still executing', [['ExecutionStage', 'Executing']], [2]],
    [
      'completed',
      [
        ['DocumentName', 'Mine'],
        ['ExecutionStage', 'Complete'],
      ],
      [4, 3, 1],
    ],
  ])('%s', async (_name, filters, expected) => {
    expect(await list(...filters)).toEqual(expected);
  });

  test.each<[string, [string, string][]]>([
    ['an unknown key', [['Comment', 'x']]],
    ['a malformed time', [['InvokedAfter', 'yesterday']]],
    ['an unknown status', [['Status', 'Done']]],
    ['an unknown stage', [['ExecutionStage', 'Pending']]],
    ['an empty value', [['DocumentName', '']]],
    ['no filter', []],
    ['six filters', Array.from({ length: 6 }, () => ['DocumentName', 'Mine'] as [string, string])],
  ])('%s is refused', async (_name, filters) => {
    await expect(list(...filters)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

test('output that is longer than the service keeps is refused', () => {
  const long = invocation([plugin('Prune', 'x'.repeat(2501))]);
  expect(() => server.put(command(), [long])).toThrow(/step "Prune" has 2501 characters/);
});
