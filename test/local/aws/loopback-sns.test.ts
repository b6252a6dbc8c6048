import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { PublishCommandInput } from '@aws-sdk/client-sns';
import { LoopbackSns } from '../../../local/aws/loopback-sns';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:housekeeping';
const credentials = { accessKeyId: 'loopback', secretAccessKey: 'loopback' };
const server = new LoopbackSns();
let sns: SNSClient;

beforeAll(async () => {
  const endpoint = await server.start();
  sns = new SNSClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
  server.createTopic(TOPIC);
  server.createTopic(`${TOPIC}.fifo`);
  server.createTopic(`${TOPIC}-closed`, { denied: true });
});
beforeEach(() => (server.messages.length = 0));
afterAll(async () => {
  sns.destroy();
  await server.stop();
});

const publish = (input: Partial<PublishCommandInput>): Promise<{ MessageId?: string | undefined }> =>
  sns.send(new PublishCommand({ TopicArn: TOPIC, Message: 'm', ...input }));

test('a message arrives as it was published', async () => {
  const message = 'line 1\nline 2: é & = + %20 \u{1F40B}';
  const { MessageId } = await publish({ Subject: '[attention] x', Message: message });
  expect(MessageId).toBeTruthy();
  expect(server.messages).toEqual([{ topicArn: TOPIC, subject: '[attention] x', message }]);
});

test.each<[string, Partial<PublishCommandInput>, string | undefined]>([
  ['a subject of 99 characters', { Subject: 'x'.repeat(99) }, undefined],
  ['a subject of 100 characters', { Subject: 'x'.repeat(100) }, 'InvalidParameterException'],
  ['a subject of two lines', { Subject: 'x\ny' }, 'InvalidParameterException'],
  ['a subject that is not ASCII', { Subject: 'é' }, 'InvalidParameterException'],
  ['a subject that begins with a space', { Subject: ' x' }, 'InvalidParameterException'],
  ['a message of 262,144 bytes', { Message: 'x'.repeat(262_144) }, undefined],
  ['too many bytes in few characters', { Message: 'é'.repeat(131_073) }, 'InvalidParameterException'],
  ['an empty message', { Message: '' }, 'InvalidParameterException'],
  ['a malformed topic', { TopicArn: 'x' }, 'InvalidParameterException'],
  ['an unknown topic', { TopicArn: `${TOPIC}-other` }, 'NotFoundException'],
  ['a topic that denies access', { TopicArn: `${TOPIC}-closed` }, 'AuthorizationErrorException'],
  ['a FIFO topic without a group', { TopicArn: `${TOPIC}.fifo` }, 'InvalidParameterException'],
])('%s: %s', async (_name, input, error) => {
  if (error) {
    await expect(publish(input)).rejects.toMatchObject({ name: error });
    expect(server.messages).toEqual([]);
  } else {
    await publish(input);
    expect(server.messages).toHaveLength(1);
  }
});
