import type { Command, CommandInvocation, CommandPlugin } from '@aws-sdk/client-ssm';
import { publishable } from '../../../lambda/report/host-report';
import { interpret } from '../../../lambda/report/interpret';
import type { HostReport, RunReport, StepResult } from '../../../lib/contract';
import { invokeReporter } from '../../../local/aws/invoke-reporter';
import type { ReporterAnswer } from '../../../local/aws/invoke-reporter';
import { LoopbackLogs } from '../../../local/aws/loopback-logs';
import { ConnectionBroken } from '../../../local/aws/loopback-service';
import { LoopbackSsm } from '../../../local/aws/loopback-ssm';

export const COMMAND_ID = 'e8d3c0e4-71f7-4491-898f-c9b35bee5f3b';
export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';
export const GROUP = '/housekeeping/reports';
export const STREAM = `2026/11/23/${COMMAND_ID}`;
export const CLAIM_TIMEOUT_SECONDS = 120;
/** 23:30 UTC, so that a stream named after the local day fails the test east of Greenwich. */
export const REQUESTED_AT = new Date('2026-11-23T23:30:00Z');

export function result(overrides: Partial<StepResult> = {}): StepResult {
  return { v: 1, task: 'DanglingImagePrune', outcome: 'nothing', dryRun: false, seconds: 1, ...overrides };
}

/** A step that ended by itself and printed `output`. */
export function plugin(name: string, output: string | StepResult, exitCode = 0): CommandPlugin {
  return {
    Name: name,
    Status: exitCode === 0 ? 'Success' : 'Failed',
    ResponseCode: exitCode,
    Output: typeof output === 'string' ? output : `${JSON.stringify(output)}\n`,
  };
}

export const HOST_PLUGIN = plugin(
  'host',
  result({
    task: 'Host',
    host: {
      engine: '29.4.0',
      store: 'containerd',
      compose: '5.1.0',
      diskPercent: 71,
      inodePercent: 12,
      images: 9,
      containers: 3,
    },
  }),
);

export const DISK_PLUGIN = plugin(
  'disk',
  result({ task: 'Disk', disk: { diskPercent: 64, inodePercent: 11 } }),
);

export function invocation(
  plugins: readonly CommandPlugin[],
  overrides: Partial<CommandInvocation> = {},
): CommandInvocation {
  return {
    CommandId: COMMAND_ID,
    InstanceId: 'i-0123456789abcdef0',
    Status: 'Success',
    StatusDetails: 'Success',
    CommandPlugins: [...plugins],
    ...overrides,
  };
}

export function command(overrides: Partial<Command> = {}): Command {
  return {
    CommandId: COMMAND_ID,
    DocumentName: 'Housekeeping-Document-1A2B3C',
    RequestedDateTime: REQUESTED_AT,
    Status: 'Success',
    StatusDetails: 'Success',
    Parameters: { DryRun: ['false'] },
    ...overrides,
  };
}

/** Hosts that each removed one image. */
export function fleet(size: number): CommandInvocation[] {
  const task = plugin(
    'DanglingImagePrune',
    result({ outcome: 'done', removed: { images: 1 }, bytesReclaimed: 10 }),
  );
  return Array.from({ length: size }, (_, i) =>
    invocation([HOST_PLUGIN, task], { InstanceId: `i-${String(i).padStart(17, '0')}` }),
  );
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html */
export function commandEvent(commandId: unknown = COMMAND_ID, time = new Date()): object {
  return {
    version: '0',
    id: '51c0891d-0e34-45b1-83d6-95db273d1602',
    'detail-type': 'EC2 Command Status-change Notification',
    source: 'aws.ssm',
    account: '123456789012',
    time: `${time.toISOString().slice(0, 19)}Z`,
    region: 'eu-central-1',
    resources: [],
    detail: {
      'command-id': commandId,
      'document-name': 'Housekeeping-Document-1A2B3C',
      'expire-after': '2026-11-24T00:30:00.000Z',
      parameters: { DryRun: ['false'] },
      'requested-date-time': '2026-11-23T23:30:00.000Z',
      status: 'Success',
    },
  };
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
export function sweepEvent(time = new Date()): object {
  return {
    version: '0',
    id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '123456789012',
    time: `${time.toISOString().slice(0, 19)}Z`,
    region: 'eu-central-1',
    resources: ['arn:aws:events:eu-central-1:123456789012:rule/Housekeeping-Sweep'],
    detail: {},
  };
}

/** Both endpoints, with the bundled reporter between them. */
export class Loopback {
  readonly ssm = new LoopbackSsm();
  readonly logs = new LoopbackLogs();
  endpoints = { ssm: '', logs: '' };

  async start(): Promise<void> {
    this.endpoints = { ssm: await this.ssm.start(), logs: await this.logs.start() };
    this.logs.createLogGroup(GROUP);
  }

  async stop(): Promise<void> {
    await Promise.all([this.ssm.stop(), this.logs.stop()]);
  }

  deliver(
    options: {
      event?: unknown;
      environment?: Record<string, string>;
      signal?: AbortSignal;
      timeoutSeconds?: number;
      logs?: string;
    } = {},
  ): Promise<ReporterAnswer> {
    return invokeReporter({
      event: options.event ?? commandEvent(),
      endpoints: { ...this.endpoints, ...(options.logs ? { logs: options.logs } : {}) },
      environment: {
        REPORT_LOG_GROUP: GROUP,
        HOUSEKEEPING: 'Stack/Housekeeping',
        CLAIM_TIMEOUT_SECONDS: String(CLAIM_TIMEOUT_SECONDS),
        // The day must be that of UTC in every time zone of the machine.
        TZ: 'Pacific/Auckland',
        ...options.environment,
      },
      ...(options.signal ? { signal: options.signal } : {}),
      timeoutSeconds: options.timeoutSeconds ?? 60,
    });
  }

  /** Lets an invocation die between two batches of hosts, so long ago that its claim has expired. */
  async crashAtBatch(batch: number): Promise<ReporterAnswer> {
    const crash = new AbortController();
    this.logs.clock = () => Date.now() - 1_000_000;
    this.logs.intercept = ({ operation, nth }, next) => {
      if (operation !== 'PutLogEvents' || nth < batch) return next();
      crash.abort();
      throw new ConnectionBroken();
    };
    const answer = await this.deliver({ signal: crash.signal });
    this.logs.clock = () => Date.now();
    this.logs.intercept = (_call, next) => next();
    return answer;
  }

  /** The report as you read it in the log group. */
  report(): { hosts: HostReport[]; runs: (RunReport & Record<string, unknown>)[]; lastIsRun: boolean } {
    const events = this.logs
      .events(GROUP, STREAM)
      .map(({ message }) => JSON.parse(message) as HostReport | (RunReport & Record<string, unknown>));
    return {
      hosts: events.filter((event) => event.type === 'host'),
      runs: events.filter((event) => event.type === 'run'),
      lastIsRun: events.at(-1)?.type === 'run',
    };
  }
}

/** How many objects each task of a full fleet lists, and how many of them arrive. */
export const LISTED = { objects: 20, arrived: 16 };

/** Adds a list to what a task printed, as long as Systems Manager keeps it, and the mark of the agent. */
function listing(task: CommandPlugin, host: number): CommandPlugin {
  const lines = Array.from({ length: LISTED.arrived }, (_, i) => {
    const id = (host * LISTED.objects + i).toString(16).padStart(12, '0');
    return `removed image ${id} 4123456B 3d preview-${host} preview-${host}_app:latest\n`;
  });
  return { ...task, Output: `${task.Output}${lines.join('')}removed image 3f2\n---Output truncated---` };
}

/**
 * Hosts whose steps print the longest results allowed: three tasks, containers that had to be killed,
 * and objects that are left. That is about 1 KB of output each, and a list of objects of more than 1 KB follows.
 */
export function fullFleet(size: number): CommandInvocation[] {
  const killed = ['app', 'worker', 'scheduler', 'proxy', 'cache'].map((service) => ({
    project: 'todobackend',
    service,
    container: `todobackend-${service}-1`,
    grace: 10,
  }));
  const left = Array.from({ length: 8 }, (_, i) => `image sha256:${String(i).padStart(64, '0')}`);
  const tasks = [
    plugin(
      'ComposeDown',
      result({
        task: 'ComposeDown',
        outcome: 'done',
        removed: { projects: 1, containers: 5, volumes: 2, networks: 1 },
        bytesReclaimed: 123_456_789,
        objects: LISTED.objects,
        killed,
        killedOmitted: 2,
        warnings: ['compose-missing', 'hooks-not-run'],
        message: 'took down project todobackend; '.repeat(12),
      }),
    ),
    plugin(
      'DanglingImagePrune',
      result({
        outcome: 'failed',
        reason: 'leftovers',
        message: 'the Engine refused to remove images that a container refers to; '.repeat(2),
        removed: { images: 6 },
        bytesReclaimed: 987_654_321,
        passedOver: { inUse: 3, young: 2, tagged: 1, gone: 1 },
        objects: LISTED.objects,
        left,
        leftOmitted: 12,
      }),
      1,
    ),
    plugin(
      'UnusedImagePrune',
      result({
        task: 'UnusedImagePrune',
        outcome: 'done',
        removed: { images: 11 },
        bytesReclaimed: 55_555_555,
        passedOver: { inUse: 3, young: 2, newest: 17, excluded: 1, capped: 4 },
        objects: LISTED.objects,
        message: 'kept the newest images of every repository; '.repeat(15),
      }),
    ),
  ];
  return Array.from({ length: size }, (_, i) =>
    invocation([HOST_PLUGIN, ...tasks.map((task) => listing(task, i)), DISK_PLUGIN], {
      InstanceId: `i-${String(i).padStart(17, '0')}`,
      InstanceName: `docker-host-${i}.eu-central-1.compute.internal`,
      Status: 'Failed',
      StatusDetails: 'Failed',
    }),
  );
}

/** How the reporter judges a host by its steps. */
export function judged(
  plugins: readonly CommandPlugin[],
  overrides: Partial<CommandInvocation> = {},
): HostReport {
  const run = { housekeeping: 'Stack/Housekeeping', commandId: COMMAND_ID, dryRun: false };
  return publishable(interpret(invocation(plugins, overrides), run));
}
