import { ListCommandInvocationsCommand, ListCommandsCommand, SSMClient } from '@aws-sdk/client-ssm';
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

test('a command comes back as it was put, its dates included', async () => {
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

test('an unknown command has neither', async () => {
  const CommandId = COMMAND_ID.replace('e', 'f');
  expect((await ssm.send(new ListCommandsCommand({ CommandId }))).Commands).toEqual([]);
  expect((await ssm.send(new ListCommandInvocationsCommand({ CommandId }))).CommandInvocations).toEqual([]);
});

test.each([
  ['a page of none', { MaxResults: 0 }, 'ValidationException'],
  ['a page of 51', { MaxResults: 51 }, 'ValidationException'],
  ['a token of its own making', { NextToken: 'x' }, 'InvalidNextToken'],
  ['an id that is none', { CommandId: 'x' }, 'ValidationException'],
])('%s is refused', async (_name, input, name) => {
  await expect(
    ssm.send(new ListCommandInvocationsCommand({ CommandId: COMMAND_ID, ...input })),
  ).rejects.toMatchObject({
    name,
  });
});

test('output that the service could not have kept is not taken', () => {
  const long = invocation([plugin('Prune', 'x'.repeat(2501))]);
  expect(() => server.put(command(), [long])).toThrow(/step "Prune" has 2501 characters/);
});
