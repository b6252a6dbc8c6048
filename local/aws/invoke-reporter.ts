import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { devNull } from 'node:os';
import { resolve } from 'node:path';

/** The asset that is deployed, as `npm run bundle` makes it. */
export const REPORTER_ASSET = resolve(__dirname, '../../assets/reporter/index.js');

/** The endpoints of the services. The function cannot reach a service that is left out. */
export interface ReporterEndpoints {
  readonly ssm: string;
  readonly logs: string;
  readonly ec2?: string;
  readonly sns?: string;
}

export interface ReporterInvocation {
  /** @default the bundled asset of this checkout */
  readonly asset?: string;
  /** The event as EventBridge delivers it. */
  readonly event: unknown;
  readonly endpoints: ReporterEndpoints;
  /** The function's own environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** The function's timeout. @default 60 */
  readonly timeoutSeconds?: number;
  /** Kills the function, as a crash does. */
  readonly signal?: AbortSignal;
}

/** The account that the function belongs to. */
const ACCOUNT = '123456789012';

/** An endpoint on which no service listens. Without it, the SDK would call AWS. */
const NOWHERE = 'http://127.0.0.1:1';

export interface ReporterAnswer {
  /** What the handler returned. */
  readonly result?: unknown;
  /** What the handler threw, or how its process ended. */
  readonly error?: { readonly name: string; readonly message: string };
  /** The lines that the function printed. */
  readonly logs: readonly string[];
}

/**
 * The program that runs a handler as the Lambda runtime does. It receives the invocation and sends the answer
 * over the process's message channel.
 */
const RUNTIME = `
process.once('message', async ({ asset, event, awsRequestId, deadline }) => {
  const context = {
    awsRequestId,
    functionName: 'reporter',
    invokedFunctionArn: 'arn:aws:lambda:' + process.env.AWS_REGION + ':${ACCOUNT}:function:reporter',
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  let answer;
  try {
    answer = { result: await require(asset).handler(event, context) };
  } catch (error) {
    answer = { error: { name: error.name, message: error.message } };
  }
  process.send(answer, () => process.exit());
});
`;

/**
 * Invokes the bundled reporter as Lambda does on a cold start: in its own process, whose environment
 * tells the SDK where the services are.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export async function invokeReporter(invocation: ReporterInvocation): Promise<ReporterAnswer> {
  const { asset = REPORTER_ASSET, event, endpoints, environment, timeoutSeconds = 60, signal } = invocation;
  const child = spawn(process.execPath, ['-e', RUNTIME], {
    // The process gets nothing from the caller's environment: no credentials and no AWS profile.
    env: {
      PATH: process.env.PATH,
      // The deployed function runs on Lambda's Node.js, not on this machine's.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'loopback',
      AWS_SECRET_ACCESS_KEY: 'loopback',
      AWS_ENDPOINT_URL_SSM: endpoints.ssm,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoints.logs,
      AWS_ENDPOINT_URL_EC2: endpoints.ec2 ?? NOWHERE,
      AWS_ENDPOINT_URL_SNS: endpoints.sns ?? NOWHERE,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let answer: Omit<ReporterAnswer, 'logs'> | undefined;
  let printed = '';
  const note = (chunk: string): void => void (printed += chunk);
  child.stdout?.setEncoding('utf8').on('data', note);
  child.stderr?.setEncoding('utf8').on('data', note);
  child.on('message', (message) => (answer = message as Omit<ReporterAnswer, 'logs'>));
  const kill = (): void => void child.kill('SIGKILL');
  if (signal?.aborted) kill();
  signal?.addEventListener('abort', kill, { once: true });
  const timer = setTimeout(() => {
    answer = {
      error: { name: 'Sandbox.Timedout', message: `Task timed out after ${timeoutSeconds} seconds` },
    };
    kill();
  }, timeoutSeconds * 1000);
  try {
    const end = new Promise<string>((resolveEnd, reject) => {
      child.once('error', reject);
      child.once('close', (code, killedBy) =>
        resolveEnd(killedBy ? `signal: ${killedBy}` : `exit status ${code}`),
      );
    });
    child.send(
      { asset, event, awsRequestId: randomUUID(), deadline: Date.now() + timeoutSeconds * 1000 },
      () => {
        // If the process died before it could listen, its exit event reports that.
      },
    );
    const ended = await end;
    return {
      ...(answer ?? { error: { name: 'Runtime.ExitError', message: `Runtime exited with ${ended}` } }),
      logs: printed.split('\n').filter((line) => line !== ''),
    };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
  }
}
