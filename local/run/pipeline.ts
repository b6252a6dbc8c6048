import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Instance } from '@aws-sdk/client-ec2';
import type { Command, CommandInvocation } from '@aws-sdk/client-ssm';
import type { HostReport, RunReport } from '../../lib/contract';
import { invokeReporter } from '../aws/invoke-reporter';
import { LoopbackEc2 } from '../aws/loopback-ec2';
import { LoopbackLogs } from '../aws/loopback-logs';
import { LoopbackSsm } from '../aws/loopback-ssm';
import type { Deployment } from './deployment';
import type { Host } from '../host/private-host';
import { runDocument, type AgentResult } from '../ssm-agent';
import { documentSteps } from '../ssm-agent/document';

export interface PipelineOptions {
  readonly host: Host;
  readonly deployment: Deployment;
  /** Called with each step of the work. @default - no progress is shown */
  readonly progress?: (what: string) => void;
  /** Ends the run, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A run's report as CloudWatch Logs holds it. */
export interface Published {
  readonly logStream: string;
  readonly run: RunReport;
  /** The run's log event, word for word. */
  readonly runEvent: string;
  readonly hosts: readonly HostReport[];
}

/** The one managed node of a local run. */
const INSTANCE_ID = 'i-00000000000000001';

/** How many steps `runPipeline` shows: those of the document, and the report. */
export function countSteps({ document, request }: Deployment): number {
  return documentSteps(document, request.Parameters ?? {}).length + 1;
}

/**
 * Does what happens at the scheduled time. Systems Manager runs the document on the host, its event
 * starts the reporter, and the reporter writes into CloudWatch Logs.
 */
export async function runPipeline(options: PipelineOptions): Promise<Published> {
  const { host, deployment, progress = () => undefined, signal } = options;
  const { document, request } = deployment;
  const commandId = randomUUID();
  const requestedAt = new Date();
  const result = await runDocument(document, {
    host,
    parameters: request.Parameters ?? {},
    commandId,
    instanceId: INSTANCE_ID,
    onStep: (name) => progress(`running step ${name}`),
    ...(signal && { signal }),
  });
  progress('writing the report');
  return publish(deployment, sent(deployment, commandId, requestedAt, result), result, signal);
}

/** The command as Systems Manager reports it after its end. */
function sent({ request }: Deployment, commandId: string, requestedAt: Date, result: AgentResult): Command {
  return {
    CommandId: commandId,
    DocumentName: request.DocumentName,
    DocumentVersion: request.DocumentVersion,
    // EventBridge Scheduler puts the id of its execution there.
    Comment: request.Comment?.replace('<aws.scheduler.execution-id>', randomUUID()),
    Parameters: request.Parameters,
    Targets: request.Targets,
    RequestedDateTime: requestedAt,
    Status: result.status,
    StatusDetails: result.statusDetails,
    TargetCount: 1,
    CompletedCount: 1,
    ErrorCount: result.status === 'Success' ? 0 : 1,
    DeliveryTimedOutCount: 0,
  };
}

async function publish(
  { reporter }: Deployment,
  command: Command,
  result: AgentResult,
  signal: AbortSignal | undefined,
): Promise<Published> {
  const ssm = new LoopbackSsm();
  const ec2 = new LoopbackEc2();
  const logs = new LoopbackLogs();
  const group = reporter.environment.REPORT_LOG_GROUP ?? '';
  logs.createLogGroup(group);
  ssm.put(command, [invocation(command, result)]);
  ec2.put([instance(command)]);
  try {
    const answer = await invokeReporter({
      event: commandEnded(command),
      endpoints: { ssm: await ssm.start(), ec2: await ec2.start(), logs: await logs.start() },
      environment: reporter.environment,
      // A claim must outlast any invocation, so the function's own timeout applies here too.
      timeoutSeconds: reporter.timeoutSeconds - 1,
      ...(signal && { signal }),
    });
    signal?.throwIfAborted();
    if (answer.error) throw new Error(`the reporter failed: ${answer.error.name}: ${answer.error.message}`);
    return readPublished(logs, group);
  } finally {
    await Promise.all([ssm.stop(), ec2.stop(), logs.stop()]);
  }
}

/** The node as EC2 describes it: running, with the tags that the command was sent to. */
function instance({ Targets = [], RequestedDateTime }: Command): Instance {
  return {
    InstanceId: INSTANCE_ID,
    State: { Name: 'running' },
    LaunchTime: RequestedDateTime,
    Tags: Targets.map(({ Key = '', Values = [] }) => ({ Key: Key.replace(/^tag:/, ''), Value: Values[0] })),
  };
}

function invocation(command: Command, result: AgentResult): CommandInvocation {
  return {
    CommandId: command.CommandId,
    InstanceId: INSTANCE_ID,
    InstanceName: hostname(),
    Comment: command.Comment,
    DocumentName: command.DocumentName,
    DocumentVersion: command.DocumentVersion,
    RequestedDateTime: command.RequestedDateTime,
    Status: result.status,
    StatusDetails: result.statusDetails,
    CommandPlugins: result.steps.map(({ plugin }) => plugin),
  };
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html */
function commandEnded(command: Command): object {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'EC2 Command Status-change Notification',
    source: 'aws.ssm',
    account: '123456789012',
    time: new Date().toISOString(),
    region: 'eu-central-1',
    resources: [],
    detail: {
      'command-id': command.CommandId,
      'document-name': command.DocumentName,
      parameters: command.Parameters,
      'requested-date-time': command.RequestedDateTime,
      status: command.Status,
    },
  };
}

function readPublished(logs: LoopbackLogs, group: string): Published {
  const [logStream, ...others] = logs.streams(group);
  if (logStream === undefined || others.length > 0) {
    throw new Error(`the reporter wrote ${others.length + (logStream ? 1 : 0)} log streams, expected one`);
  }
  const messages = logs.events(group, logStream).map(({ message }) => message);
  const runEvent = messages.at(-1) ?? '';
  return {
    logStream,
    run: JSON.parse(runEvent) as RunReport,
    runEvent,
    hosts: messages.slice(0, -1).map((message) => JSON.parse(message) as HostReport),
  };
}
