import { devNull } from 'node:os';
import { Worker } from 'node:worker_threads';
import { REPORTER_ASSET } from '../../../local/aws/invoke-reporter';

/** What the handler returned, or that it failed; `crashed` when it ended during its work. */
export type WorkerAnswer =
  { readonly result: { readonly outcome: string } } | { readonly error: string; readonly crashed?: boolean };

/**
 * The Lambda runtime in a thread. `shift` shifts its clock, in seconds. Short timers run many times
 * faster, so that tests do not wait for back-offs; long timers are time limits and run normally.
 */
const RUNTIME = `
const { parentPort, workerData } = require('node:worker_threads');
let shift = new Int32Array(1);
const now = Date.now;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args) { args.length > 0 ? super(...args) : super(Date.now()); }
  static now() { return now() + Atomics.load(shift, 0) * 1000; }
};
const { setTimeout } = globalThis;
const hurried = (ms = 0) => (ms < 2000 ? ms / 100 : ms);
globalThis.setTimeout = (work, ms, ...args) => setTimeout(work, hurried(ms), ...args);
const promises = require('node:timers/promises');
const sleep = promises.setTimeout;
promises.setTimeout = (ms, ...args) => sleep(hurried(ms), ...args);
// The services' own clock would tell the SDK that this one is wrong, which it retries for.
const { ClientRequest } = require('node:http');
const { emit } = ClientRequest.prototype;
ClientRequest.prototype.emit = function (name, ...args) {
  if (name === 'response') delete args[0].headers.date;
  return emit.call(this, name, ...args);
};
process.stdout.write = () => true;
const { handler } = require(workerData.asset);
parentPort.on('message', async ({ event, environment, shift: buffer, deadline }) => {
  shift = new Int32Array(buffer);
  Object.assign(process.env, environment);
  try {
    const context = {
      invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:reporter',
      getRemainingTimeInMillis: () => deadline - Date.now(),
    };
    parentPort.postMessage({ result: await handler(event, context) });
  } catch (error) {
    parentPort.postMessage({ error: String(error) });
  }
});
`;

/** One invocation of the function. */
export interface WorkerInvocation {
  readonly event: object;
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds, in an Int32Array of one, by which the function's clock is ahead of the machine's. */
  readonly shift: SharedArrayBuffer;
  /** When Lambda ends it, by that clock. */
  readonly deadline: number;
}

/** An execution environment, which serves one invocation at a time. */
export class WorkerReporter {
  private readonly worker = new Worker(RUNTIME, {
    eval: true,
    env: {
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_REGION: 'eu-central-1',
      AWS_SECRET_ACCESS_KEY: 'loopback',
    },
    workerData: { asset: REPORTER_ASSET },
    stdout: true,
  });
  private end: ((answer: WorkerAnswer) => void) | undefined;

  constructor() {
    this.worker.on('message', (answer: WorkerAnswer) => this.answer(answer));
    this.worker.on('error', (error) => this.answer({ error: String(error) }));
  }

  invoke(invocation: WorkerInvocation): Promise<WorkerAnswer> {
    return new Promise((resolve) => {
      this.end = resolve;
      this.worker.postMessage(invocation);
    });
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }

  private answer(answer: WorkerAnswer): void {
    this.end?.(answer);
    this.end = undefined;
  }
}

/** Execution environments that wait for work, as Lambda keeps them. They are created on demand. */
export class WorkerPool {
  private readonly idle: WorkerReporter[] = [];

  take(): WorkerReporter {
    return this.idle.pop() ?? new WorkerReporter();
  }

  give(reporter: WorkerReporter): void {
    this.idle.push(reporter);
  }

  async stop(): Promise<void> {
    await Promise.all(this.idle.map((reporter) => reporter.stop()));
  }
}
