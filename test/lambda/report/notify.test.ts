import type { RunReport } from '../../../lib/contract';
import type { ReporterAnswer } from '../../../local/aws/invoke-reporter';
import { AwsError } from '../../../local/aws/loopback-service';
import { LoopbackSns } from '../../../local/aws/loopback-sns';
import { GROUP, Loopback, STREAM, command, fleet } from './support';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:Housekeeping-Digest';

let loopback: Loopback;
let sns: LoopbackSns;
let endpoint: string;

beforeEach(async () => {
  loopback = new Loopback();
  sns = new LoopbackSns();
  sns.createTopic(TOPIC);
  endpoint = await sns.start();
  await loopback.start();
});
afterEach(async () => {
  await loopback.stop();
  await sns.stop();
});

function deliver(environment: Record<string, string>): Promise<ReporterAnswer> {
  return loopback.deliver({ environment: { AWS_ENDPOINT_URL_SNS: endpoint, ...environment } });
}
const everyRun = { NOTIFY_TOPIC_ARN: TOPIC, NOTIFY_ON: 'every-run' };
const attention = { NOTIFY_TOPIC_ARN: TOPIC, NOTIFY_ON: 'attention' };

test.each<[string, Record<string, string>, number, number]>([
  ['no message without a topic', {}, 1, 0],
  ['a message about every run', everyRun, 1, 1],
  ['a message about a run that needs attention', attention, 0, 1],
  ['no message about a run that does not need attention', attention, 1, 0],
])('the reporter sends %s', async (_name, environment, hosts, told) => {
  loopback.ssm.put(command(), fleet(hosts));
  expect(await deliver(environment)).toMatchObject({ result: { outcome: 'reported' } });
  expect(sns.messages).toHaveLength(told);
});

test('the digest is sent once, after all hosts are written and before the report is complete', async () => {
  loopback.ssm.put(command(), fleet(3));
  let written: string[] = [];
  sns.intercept = (_call, next) => {
    written = loopback.logs
      .events(GROUP, STREAM)
      .map(({ message }) => (JSON.parse(message) as { type: string }).type);
    return next();
  };
  await deliver(everyRun);
  expect(written).toEqual(['host', 'host', 'host']);
  await deliver(everyRun);
  expect(sns.messages).toHaveLength(1);
  expect(sns.messages[0]?.message).toContain(STREAM);
});

test('a digest that cannot be sent does not stop the report, which records that', async () => {
  loopback.ssm.put(command(), fleet(1));
  sns.intercept = () => {
    throw new AwsError('AuthorizationError', 'not allowed', 403);
  };
  const answer = await deliver(everyRun);
  expect(answer).toMatchObject({ result: { outcome: 'reported' } });
  const run = loopback.report().runs[0] as RunReport;
  expect(run.digestFailed).toMatch(/not sent to arn:aws:sns.*not allowed/);
  const lines = answer.logs.map((line) => JSON.parse(line) as object);
  expect(lines).toContainEqual(expect.objectContaining({ level: 'ERROR', digestFailed: run.digestFailed }));
});

test('an unknown value of NOTIFY_ON', async () => {
  const answer = await deliver({ NOTIFY_TOPIC_ARN: TOPIC, NOTIFY_ON: 'always' });
  expect(answer.error?.message).toBe(
    'environment variable NOTIFY_ON is "always": set it to "every-run" or "attention"',
  );
});
