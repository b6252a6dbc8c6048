import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { MOTO } from '../../../local/setup/requirements';
import { findLacking, skip } from '../../support/lacking';
import { CLAIM_TIMEOUT_SECONDS, GROUP, Loopback, STREAM, command, commandEvent, fleet } from './support';
import { WorkerReporter } from './worker-reporter';

/** The loopback endpoint is part of this project. moto implements CloudWatch Logs independently of it. */
const NAME = 'with moto as CloudWatch Logs';
const lacks = findLacking([MOTO], { optional: true });
if (lacks !== undefined) skip(NAME, lacks);

(lacks === undefined ? describe : describe.skip)(NAME, () => {
  const loopback = new Loopback();
  let server: ChildProcess;
  let endpoint: string;
  let logs: CloudWatchLogsClient;

  beforeAll(async () => {
    await loopback.start();
    server = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
    endpoint = await address(server);
    const credentials = { accessKeyId: 'loopback', secretAccessKey: 'loopback' };
    logs = new CloudWatchLogsClient({ endpoint, region: 'eu-central-1', credentials });
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
  });
  afterAll(async () => {
    logs.destroy();
    server.kill();
    await once(server, 'exit');
    await loopback.stop();
  });

  test('two deliveries make one complete report', async () => {
    loopback.ssm.put(command(), fleet(1500));
    const deliver = (): Promise<unknown> => loopback.deliver({ logs: endpoint });
    expect(await deliver()).toMatchObject({ result: { outcome: 'reported' } });
    expect(await deliver()).toMatchObject({ result: { outcome: 'already reported' } });

    await expectReport(1500);
  });

  test('an abandoned, half-written report is taken over', async () => {
    const where = { logGroupName: GROUP, logStreamName: STREAM };
    await logs.send(new DeleteLogStreamCommand(where));
    await logs.send(new CreateLogStreamCommand(where));
    const left = { timestamp: Date.now(), message: JSON.stringify({ type: 'host' }) };
    await logs.send(new PutLogEventsCommand({ ...where, logEvents: [left] }));
    loopback.ssm.put(command(), fleet(2));
    // Moto uses the machine's clock, so the reporter's clock runs ahead instead.
    const shift = new Int32Array(new SharedArrayBuffer(4)).fill(CLAIM_TIMEOUT_SECONDS + 1);
    const reporter = new WorkerReporter();
    const answer = await reporter.invoke({
      event: commandEvent(),
      environment: {
        REPORT_LOG_GROUP: GROUP,
        HOUSEKEEPING: 'Stack/Housekeeping',
        CLAIM_TIMEOUT_SECONDS: String(CLAIM_TIMEOUT_SECONDS),
        AWS_ENDPOINT_URL_SSM: loopback.endpoints.ssm,
        AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint,
        AWS_ACCESS_KEY_ID: 'loopback',
      },
      shift: shift.buffer,
      deadline: Date.now() + CLAIM_TIMEOUT_SECONDS * 1000,
    });
    await reporter.stop();
    expect(answer).toMatchObject({ result: { outcome: 'reported' } });
    await expectReport(2);
  });

  async function expectReport(hosts: number): Promise<void> {
    const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName: GROUP }));
    expect(logStreams?.map(({ logStreamName }) => logStreamName)).toEqual([STREAM]);
    const { events = [] } = await logs.send(
      new GetLogEventsCommand({ logGroupName: GROUP, logStreamName: STREAM, startFromHead: true }),
    );
    const types = events.map(({ message }) => (JSON.parse(message ?? '') as { type: string }).type);
    expect(types).toEqual([...Array<string>(hosts).fill('host'), 'run']);
  }
});

/** Reads the address of the server from its output. */
async function address(server: ChildProcess): Promise<string> {
  let printed = '';
  for await (const chunk of server.stderr ?? []) {
    printed += String(chunk);
    const found = /Running on (http:\S+)/.exec(printed)?.[1];
    if (found) {
      server.stderr?.resume();
      return found;
    }
  }
  throw new Error(`moto_server ended: ${printed}`);
}
