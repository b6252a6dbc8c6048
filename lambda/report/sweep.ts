import type { Clients } from './clients';
import { listCommands } from './collect';
import { groupCreation, newestReport, publishReportAge } from './report-age';
import { reportRun } from './report-run';
import type { Reported } from './report-run';
import type { Settings } from './settings';

/** How far back the sweep looks. A run without a report for that long has raised an alarm already. */
const LOOK_BACK_DAYS = 3;
/** How long the largest run may take, metric included. With less time left, the sweep begins no run. */
const SECONDS_FOR_A_RUN = 60;
/** How many failures the error names. */
const NAMED = 10;

/** The result of a sweep: how many commands it found in which state. */
export interface Swept {
  readonly outcome: 'swept';
  readonly reported: number;
  readonly alreadyReported: number;
  readonly inFlight: number;
  /** Claimed by another invocation. */
  readonly held: number;
  /** Not examined, because the time ran out: the next sweep does. */
  readonly left: number;
  readonly reportAgeSeconds: number;
}

/**
 * Reports the runs whose events never came or led to no report, and publishes the age of the newest
 * report.
 *
 * @param remainingMillis how long the invocation may still run
 * @throws when runs could not be reported, after all others were
 */
export async function sweep(
  clients: Clients,
  documentName: string,
  settings: Settings,
  remainingMillis: () => number,
): Promise<Swept> {
  const since = new Date(Date.now() - LOOK_BACK_DAYS * 24 * 3_600_000);
  const commands = await listCommands(clients.ssm, documentName, since);
  const done: Reported[] = [];
  const failures: string[] = [];
  let left = commands.length;
  for (const command of commands) {
    if (remainingMillis() < SECONDS_FOR_A_RUN * 1000) break;
    left -= 1;
    try {
      done.push(await reportRun(clients, command, settings));
    } catch (error) {
      failures.push(`${command.CommandId}: ${String(error)}`);
    }
  }
  const reportAgeSeconds = await reportAge(clients, settings, done);
  publishReportAge(settings.housekeeping, reportAgeSeconds);
  if (failures.length > 0) throw notReported(failures, done.length, left);
  const count = (outcome: Reported['outcome']): number =>
    done.filter((one) => one.outcome === outcome).length;
  return {
    outcome: 'swept',
    reported: count('reported'),
    alreadyReported: count('already reported'),
    inFlight: count('in flight'),
    held: count('held'),
    left,
    reportAgeSeconds,
  };
}

/**
 * Uses the runs that it has just examined. CloudWatch Logs shows the times of their streams only within
 * an hour.
 */
async function reportAge(
  { logs }: Clients,
  { logGroupName }: Settings,
  done: readonly Reported[],
): Promise<number> {
  const known = done.flatMap((one) => ('reportedAt' in one ? Date.parse(one.reportedAt) : []));
  const newest = known.length > 0 ? Math.max(...known) : await newestReport(logs, logGroupName);
  const since = newest ?? (await groupCreation(logs, logGroupName));
  return Math.max(0, (Date.now() - since) / 1000);
}

function notReported(failures: readonly string[], others: number, left: number): Error {
  const named = failures.slice(0, NAMED).join('; ');
  const more = failures.length > NAMED ? `; and ${failures.length - NAMED} more` : '';
  return new Error(
    `${failures.length} runs could not be reported: ${named}${more}; ` +
      `${others} others were processed, ${left} were not examined; the next sweep tries again`,
  );
}
