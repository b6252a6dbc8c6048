import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Context, EventBridgeEvent } from 'aws-lambda';
import type { HostReport, RunReport } from '../../lib/contract';
import { claim, reportStream } from './claim';
import { findCommand, listInvocations } from './collect';
import { interpret } from './interpret';
import { publish } from './publish';
import { summarise, withMetrics } from './summarise';

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html */
export type CommandEvent = EventBridgeEvent<
  'EC2 Command Status-change Notification',
  { readonly 'command-id': string }
>;

/** What became of one delivery of a command's event. */
export interface Reported {
  readonly outcome: 'reported' | 'already reported';
  readonly commandId: string;
  readonly logStreamName: string;
  readonly hosts: RunReport['hosts'];
}

/** What the construct tells the function. */
interface Settings {
  readonly logGroupName: string;
  readonly housekeeping: string;
  readonly claimTimeoutSeconds: number;
}

/**
 * Reports the run that a command's event tells of, once, however often the event is delivered.
 *
 * @throws when the run cannot be reported now; Lambda then delivers the event again
 */
export async function handler(event: CommandEvent, context: Context): Promise<Reported> {
  const started = Date.now();
  const log = (line: object): void =>
    console.log(JSON.stringify({ ...line, seconds: (Date.now() - started) / 1000 }));
  try {
    const reported = await report(readCommandId(event), readSettings(process.env, context));
    log({ level: 'INFO', ...reported });
    return reported;
  } catch (error) {
    log({ level: 'ERROR', outcome: 'not reported', detail: event.detail, error: String(error) });
    throw error;
  }
}

async function report(commandId: string, settings: Settings): Promise<Reported> {
  // Clients live as long as the invocation: a connection kept over a freeze may be
  // dead, and the one that puts events must not try twice.
  const ssm = new SSMClient({ retryMode: 'adaptive', maxAttempts: 8 });
  const logs = new CloudWatchLogsClient({ retryMode: 'adaptive', maxAttempts: 8 });
  const putOnce = new CloudWatchLogsClient({ maxAttempts: 1 });
  try {
    const command = await findCommand(ssm, commandId);
    const { housekeeping, logGroupName, claimTimeoutSeconds } = settings;
    const hosts: HostReport[] = [];
    for await (const invocation of listInvocations(ssm, commandId)) {
      hosts.push(interpret(invocation, { housekeeping, commandId, dryRun: command.dryRun }));
    }
    const stream = reportStream(logGroupName, commandId, command.requestedAt);
    const claimed = (await claim(logs, stream, claimTimeoutSeconds)) === 'claimed';
    const reportedAt = new Date();
    const run = summarise(housekeeping, command, hosts, reportedAt);
    if (claimed) await publish(putOnce, stream, hosts, withMetrics(run), reportedAt);
    return {
      outcome: claimed ? 'reported' : 'already reported',
      commandId,
      logStreamName: stream.logStreamName,
      hosts: run.hosts,
    };
  } finally {
    for (const client of [ssm, logs, putOnce]) client.destroy();
  }
}

function readCommandId(event: CommandEvent): string {
  const commandId: unknown = event.detail?.['command-id'];
  if (typeof commandId !== 'string' || commandId === '') {
    throw new Error(
      `event has no detail["command-id"]: got ${JSON.stringify(event.detail)}; ` +
        'send "EC2 Command Status-change Notification" events of aws.ssm only',
    );
  }
  return commandId;
}

function readSettings(env: NodeJS.ProcessEnv, context: Context): Settings {
  const claimTimeoutSeconds = Number(variable(env, 'CLAIM_TIMEOUT_SECONDS'));
  const remainingSeconds = context.getRemainingTimeInMillis() / 1000;
  // Otherwise a claim could be taken from an invocation that is still writing.
  if (!(claimTimeoutSeconds >= remainingSeconds)) {
    throw new Error(
      `environment variable CLAIM_TIMEOUT_SECONDS is ${JSON.stringify(env.CLAIM_TIMEOUT_SECONDS)}: ` +
        `set it to the function's timeout or more, of which ${remainingSeconds} s remain`,
    );
  }
  return {
    logGroupName: variable(env, 'REPORT_LOG_GROUP'),
    housekeeping: variable(env, 'HOUSEKEEPING'),
    claimTimeoutSeconds,
  };
}

function variable(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`environment variable ${name} is missing: the construct sets it`);
  return value;
}
