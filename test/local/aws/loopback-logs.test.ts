import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { InputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { SSMClient, ListCommandsCommand } from '@aws-sdk/client-ssm';
import { LoopbackLogs } from '../../../local/aws/loopback-logs';

const credentials = { accessKeyId: 'loopback', secretAccessKey: 'loopback' };
const IN = { logGroupName: 'group', logStreamName: 'stream' };
const NOW = Date.now();
const HOUR = 3_600_000;

let server: LoopbackLogs;
let endpoint: string;
let logs: CloudWatchLogsClient;

beforeEach(async () => {
  server = new LoopbackLogs();
  endpoint = await server.start();
  logs = new CloudWatchLogsClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
  server.clock = () => NOW;
  await logs.send(new CreateLogGroupCommand({ logGroupName: 'group' }));
  await logs.send(new CreateLogStreamCommand(IN));
});
afterEach(async () => {
  logs.destroy();
  await server.stop();
});

const put = (logEvents: InputLogEvent[]): Promise<{ rejectedLogEventsInfo?: object | undefined }> =>
  logs.send(new PutLogEventsCommand({ ...IN, logEvents }));
const event = (timestamp: number, message = 'm'): InputLogEvent => ({ timestamp, message });

test('groups and streams exist once, and only after they were created', async () => {
  await expect(logs.send(new CreateLogGroupCommand({ logGroupName: 'group' }))).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException',
  });
  await expect(logs.send(new CreateLogStreamCommand(IN))).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException',
  });
  await expect(logs.send(new CreateLogStreamCommand({ ...IN, logGroupName: 'other' }))).rejects.toMatchObject(
    { name: 'ResourceNotFoundException' },
  );
  await logs.send(new DeleteLogStreamCommand(IN));
  await expect(logs.send(new DeleteLogStreamCommand(IN))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  await expect(put([event(NOW)])).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

describe('PutLogEvents keeps the limits of the service', () => {
  test.each<[string, InputLogEvent[], boolean]>([
    ['no event', [], false],
    ['10,000 events', Array.from({ length: 10_000 }, () => event(NOW)), true],
    ['10,001 events', Array.from({ length: 10_001 }, () => event(NOW)), false],
    ['1,048,576 bytes', [event(NOW, 'x'.repeat(1_048_576 - 26))], true],
    ['1,048,577 bytes', [event(NOW, 'x'.repeat(1_048_576 - 25))], false],
    ['too many bytes in few characters', [event(NOW, 'é'.repeat(600_000))], false],
    ['events out of order', [event(NOW), event(NOW - 1)], false],
    ['24 hours', [event(NOW - 24 * HOUR), event(NOW)], true],
    ['more than 24 hours', [event(NOW - 24 * HOUR - 1), event(NOW)], false],
    ['an empty message', [event(NOW, '')], false],
  ])('%s', async (_name, events, accepted) => {
    if (accepted) {
      await put(events);
      expect(server.events('group', 'stream')).toHaveLength(events.length);
    } else {
      await expect(put(events)).rejects.toMatchObject({ name: 'InvalidParameterException' });
      expect(server.events('group', 'stream')).toHaveLength(0);
    }
  });

  test('too old and too new events are left out, and the answer says which', async () => {
    const old = NOW - 14 * 24 * HOUR - 1;
    expect((await put([event(old), event(old)])).rejectedLogEventsInfo).toEqual({
      tooOldLogEventEndIndex: 2,
    });
    expect((await put([event(NOW), event(NOW + 2 * HOUR + 1)])).rejectedLogEventsInfo).toEqual({
      tooNewLogEventStartIndex: 1,
    });
    expect(server.events('group', 'stream').map(({ timestamp }) => timestamp)).toEqual([NOW]);
  });
});

test('GetLogEvents pages from either end until a token comes back unchanged', async () => {
  await put([1, 2, 3, 4, 5].map((n) => event(NOW + n, `m${n}`)));
  const read = async (startFromHead: boolean): Promise<string[]> => {
    const pages: string[] = [];
    for (let nextToken: string | undefined; ;) {
      const page = await logs.send(new GetLogEventsCommand({ ...IN, startFromHead, limit: 2, nextToken }));
      const token = startFromHead ? page.nextForwardToken : page.nextBackwardToken;
      if (token === nextToken) return pages;
      pages.push((page.events ?? []).map(({ message }) => message).join());
      nextToken = token;
    }
  };
  expect(await read(true)).toEqual(['m1,m2', 'm3,m4', 'm5']);
  expect(await read(false)).toEqual(['m4,m5', 'm2,m3', 'm1']);
});

test('GetLogEvents returns at most 1 MB at a time', async () => {
  for (let n = 0; n < 3; n++) await put([event(NOW + n, 'x'.repeat(500_000))]);
  const page = await logs.send(new GetLogEventsCommand(IN));
  expect(page.events?.map(({ timestamp }) => timestamp)).toEqual([NOW + 1, NOW + 2]);
  const rest = await logs.send(new GetLogEventsCommand({ ...IN, nextToken: page.nextBackwardToken }));
  expect(rest.events?.map(({ timestamp }) => timestamp)).toEqual([NOW]);
});

test('DescribeLogStreams finds by prefix, with the time of creation by the service clock', async () => {
  server.clock = () => NOW - HOUR;
  await logs.send(new CreateLogStreamCommand({ ...IN, logStreamName: 'stream.2' }));
  await logs.send(new CreateLogStreamCommand({ ...IN, logStreamName: 'other' }));
  const found = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName: 'group', logStreamNamePrefix: 'stream' }),
  );
  expect(found.logStreams?.map((s) => [s.logStreamName, s.creationTime])).toEqual([
    ['stream', NOW],
    ['stream.2', NOW - HOUR],
  ]);
});

test('DescribeLogStreams orders by last event, in either direction, page by page, and then refuses a prefix', async () => {
  for (const [name, at] of [
    ['b', NOW - 1],
    ['a', NOW - 3],
    ['c', NOW - 2],
  ] as const) {
    await logs.send(new CreateLogStreamCommand({ ...IN, logStreamName: name }));
    await logs.send(new PutLogEventsCommand({ ...IN, logStreamName: name, logEvents: [event(at)] }));
  }
  const read = async (input: { orderBy?: 'LastEventTime'; descending?: boolean }): Promise<string> => {
    const names: (string | undefined)[] = [];
    for (let nextToken: string | undefined; ;) {
      const page = await logs.send(
        new DescribeLogStreamsCommand({ logGroupName: 'group', limit: 3, nextToken, ...input }),
      );
      names.push(...(page.logStreams ?? []).map(({ logStreamName }) => logStreamName));
      nextToken = page.nextToken;
      if (!nextToken) return names.join();
    }
  };
  expect(await read({ orderBy: 'LastEventTime', descending: true })).toBe('b,c,a,stream');
  expect(await read({ orderBy: 'LastEventTime' })).toBe('stream,a,c,b');
  expect(await read({ descending: true })).toBe('stream,c,b,a');
  await expect(
    logs.send(
      new DescribeLogStreamsCommand({
        logGroupName: 'group',
        orderBy: 'LastEventTime',
        logStreamNamePrefix: 's',
      }),
    ),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

test('DescribeLogGroups finds by prefix, in the order of names, with the time of creation', async () => {
  server.clock = () => NOW - HOUR;
  for (const logGroupName of ['group-2', 'other']) {
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
  }
  const found = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: 'group' }));
  expect(found.logGroups?.map((group) => [group.logGroupName, group.creationTime])).toEqual([
    ['group', NOW],
    ['group-2', NOW - HOUR],
  ]);
  const first = await logs.send(new DescribeLogGroupsCommand({ limit: 1 }));
  expect(first.logGroups?.map(({ logGroupName }) => logGroupName)).toEqual(['group']);
  const rest = await logs.send(new DescribeLogGroupsCommand({ nextToken: first.nextToken }));
  expect(rest.logGroups?.map(({ logGroupName }) => logGroupName)).toEqual(['group-2', 'other']);
});

test('requests that the service would refuse are refused: other services, other operations, no signature', async () => {
  const ssm = new SSMClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
  await expect(ssm.send(new ListCommandsCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  });
  ssm.destroy();
  const unsigned = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.CreateLogGroup' },
    body: '{"logGroupName":"g"}',
  });
  expect(unsigned.status).toBe(403);
});
