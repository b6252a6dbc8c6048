import type { Command } from '@aws-sdk/client-ssm';
import type { RunReport } from '../../lib/contract';
import { claim, removeLocks } from './claim';
import type { Clients } from './clients';
import { InFlight, listInvocations, refuseUnsent, sentCommand } from './collect';
import type { SentCommand } from './collect';
import { findNotReached } from './coverage';
import { notify } from './digest';
import { findHostOutput } from './host-output';
import type { JudgedHost } from './host-report';
import { interpret, judgeTogether } from './interpret';
import { publish } from './publish';
import { inspect, reportStream } from './report-stream';
import type { Found, ReportStream } from './report-stream';
import type { Settings } from './settings';
import { summarise, withMetrics } from './summarise';
import type { Findings } from './summarise';

/** The result of reporting a run. After it was `reported`, each further call returns `already reported`. */
export type Reported =
  | {
      readonly outcome: 'reported' | 'already reported';
      readonly commandId: string;
      readonly logStreamName: string;
      readonly hosts: RunReport['hosts'];
      /** When the report was written; ISO 8601. */
      readonly reportedAt: string;
    }
  | {
      /**
       * The run cannot be reported now: it has not ended, or another invocation is, or may be, writing
       * its report.
       */
      readonly outcome: 'in flight' | 'held';
      readonly commandId: string;
      readonly message: string;
    };

/**
 * Reports a run exactly once, however often this function is called, also by several invocations at
 * once.
 *
 * @throws when the run cannot be reported for another reason than those of `Reported`
 */
export async function reportRun(clients: Clients, command: Command, settings: Settings): Promise<Reported> {
  try {
    const sent = sentCommand(command);
    const stream = reportStream(settings.logGroupName, sent.commandId, sent.requestedAt);
    // Checked first: reading the invocations takes many calls, this check takes two.
    const found = await inspect(clients.logs, stream, settings.claimTimeoutSeconds);
    if (found.state === 'complete' || found.state === 'held') return leave(clients, stream, found);
    refuseUnsent(command);
    const { hosts, findings } = await readHosts(clients, sent, settings);
    const claimed = await claim(clients, stream, settings.claimTimeoutSeconds);
    if ('state' in claimed) return await leave(clients, stream, claimed);

    const reportedAt = new Date();
    const run = summarise(settings, sent, hosts, { ...findings, stream }, reportedAt);
    await publish(clients, claimed, hosts, reportedAt, async () =>
      withMetrics(await told(clients, run, stream, settings)),
    );
    // If this fails as well, the next invocation that finds the report complete does it.
    await removeLocks(clients, stream, [...found.locks, ...claimed.locks]).catch(() => undefined);
    return reported('reported', stream, run);
  } catch (error) {
    if (!(error instanceof InFlight)) throw error;
    return { outcome: 'in flight', commandId: command.CommandId ?? 'unknown', message: error.message };
  }
}

/** Reads the hosts that the command reached, and those that it should have reached. */
async function readHosts(
  clients: Clients,
  sent: SentCommand,
  { housekeeping, hostOutputLogGroup }: Settings,
): Promise<{ hosts: JudgedHost[]; findings: Omit<Findings, 'stream'> }> {
  const run = { housekeeping, commandId: sent.commandId, dryRun: sent.dryRun };
  const reached: JudgedHost[] = [];
  for await (const invocation of listInvocations(clients.ssm, sent.commandId)) {
    reached.push(interpret(invocation, run));
  }
  const ids = new Set(reached.map(({ instanceId }) => instanceId));
  const { coverage, hosts: notReached } = await findNotReached(clients, sent, ids, run);
  const hosts = [...judgeTogether(reached), ...notReached];
  if (!hostOutputLogGroup) return { hosts, findings: { coverage } };
  const hostOutput = await findHostOutput(clients.logs, hostOutputLogGroup, sent.commandId, reached);
  return { hosts, findings: { coverage, hostOutput } };
}

/**
 * Sends the digest when one is due. It comes before the run's event, so that a crash never leaves a
 * complete report without its digest: it sends the digest twice instead. A failed digest does not stop
 * the report.
 */
async function told(
  { sns }: Clients,
  run: RunReport,
  stream: ReportStream,
  { notify: wanted }: Settings,
): Promise<RunReport> {
  if (!wanted || !(wanted.onEveryRun || run.needsAttention)) return run;
  try {
    await notify(sns, wanted.topicArn, run, stream);
    return run;
  } catch (error) {
    const digestFailed = (error as Error).message;
    console.log(JSON.stringify({ level: 'ERROR', commandId: run.commandId, digestFailed }));
    return { ...run, digestFailed };
  }
}

/** The state of another invocation's report. */
async function leave(clients: Clients, stream: ReportStream, { run, locks }: Found): Promise<Reported> {
  if (run) {
    await removeLocks(clients, stream, locks);
    return reported('already reported', stream, run);
  }
  const { commandId, logStreamName } = stream;
  return {
    outcome: 'held',
    commandId,
    message:
      `log stream ${JSON.stringify(logStreamName)} is claimed by another invocation whose report is not complete; ` +
      'it is not touched until the claim times out',
  };
}

function reported(
  outcome: 'reported' | 'already reported',
  { commandId, logStreamName }: ReportStream,
  { hosts, reportedAt }: RunReport,
): Reported {
  return { outcome, commandId, logStreamName, hosts, reportedAt };
}
