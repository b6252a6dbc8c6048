import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invokeReporter } from '../../../local/aws/invoke-reporter';
import type { ReporterAnswer } from '../../../local/aws/invoke-reporter';

const directory = mkdtempSync(join(tmpdir(), 'invoke-reporter-'));
const asset = join(directory, 'index.js');
afterAll(() => rmSync(directory, { recursive: true }));

function invoke(
  handler: string,
  options: { timeoutSeconds?: number; signal?: AbortSignal } = {},
): Promise<ReporterAnswer> {
  writeFileSync(asset, `exports.handler = ${handler};`);
  const endpoints = { ssm: 'http://127.0.0.1:1', logs: 'http://127.0.0.1:2', ec2: 'http://127.0.0.1:3' };
  return invokeReporter({ asset, event: { id: 7 }, endpoints, environment: { OWN: 'yes' }, ...options });
}

test('the handler gets event, environment and context, and the caller gets its answer and lines', async () => {
  process.env.AWS_PROFILE = 'of-the-caller';
  try {
    const answer = await invoke(`async (event, context) => {
      console.log('to stdout');
      console.error('to stderr');
      const { OWN, AWS_PROFILE, AWS_ENDPOINT_URL_SSM, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS } = process.env;
      const { AWS_ENDPOINT_URL_EC2, AWS_ENDPOINT_URL_SNS } = process.env;
      const remaining = context.getRemainingTimeInMillis() > 1000;
      return { event, remaining, OWN, AWS_PROFILE, AWS_ENDPOINT_URL_SSM, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS,
        AWS_ENDPOINT_URL_EC2, AWS_ENDPOINT_URL_SNS };
    }`);
    expect(answer.result).toEqual({
      event: { id: 7 },
      remaining: true,
      OWN: 'yes',
      AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: 'http://127.0.0.1:2',
      AWS_ENDPOINT_URL_EC2: 'http://127.0.0.1:3',
      // The SDK must not look in AWS for an endpoint that is not given.
      AWS_ENDPOINT_URL_SNS: 'http://127.0.0.1:1',
    });
    expect([...answer.logs].sort()).toEqual(['to stderr', 'to stdout']);
  } finally {
    delete process.env.AWS_PROFILE;
  }
});

test('the answer has the error that the handler throws', async () => {
  const answer = await invoke(`async () => { throw new RangeError('too much'); }`);
  expect(answer.error).toEqual({ name: 'RangeError', message: 'too much' });
});

test('a process that ends by itself is an error', async () => {
  expect((await invoke('() => process.exit(3)')).error).toEqual({
    name: 'Runtime.ExitError',
    message: 'Runtime exited with exit status 3',
  });
});

test('a handler that does not end is killed at its timeout, or on request', async () => {
  const endless = '() => new Promise(() => setInterval(() => undefined, 1000))';
  expect((await invoke(endless, { timeoutSeconds: 0.5 })).error?.name).toBe('Sandbox.Timedout');
  expect((await invoke(endless, { signal: AbortSignal.abort() })).error?.message).toMatch(/SIGKILL/);
});
