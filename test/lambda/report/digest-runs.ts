import { hostReport, publishable } from '../../../lambda/report/host-report';
import { summarise } from '../../../lambda/report/summarise';
import type { Coverage, HostOutcome, HostReport, RunReport } from '../../../lib/contract';
import { ACCOUNT, COMMAND_ID, REGION, REQUESTED_AT } from './support';

const ORIGIN = { housekeeping: 'Stack/Housekeeping', account: ACCOUNT, region: REGION };
/** Where the reports of these runs are. */
export const WHERE = {
  logGroupName: '/housekeeping/reports',
  logStreamName: `2026/11/23/${COMMAND_ID}`,
};
export const KNOWN: Coverage = { state: 'known', running: 40, notReached: 0 };

/** Hosts with ids of their own. */
export function hosts(
  count: number,
  outcome: HostOutcome = 'succeeded',
  overrides: Partial<HostReport> = {},
): HostReport[] {
  const run = { housekeeping: 'Stack/Housekeeping', commandId: COMMAND_ID, dryRun: false };
  return Array.from({ length: count }, (_, i) => ({
    ...publishable(hostReport(run, { id: `i-${outcome}-${i}` }, { outcome })),
    ...overrides,
  }));
}

/** The report of these hosts, 90.5 s after the request. */
export function run(
  all: readonly HostReport[],
  overrides: Partial<RunReport> = {},
  coverage = KNOWN,
): RunReport {
  const command = {
    commandId: COMMAND_ID,
    documentName: 'Document',
    requestedAt: REQUESTED_AT,
    status: 'Success',
    trigger: { by: 'schedule', executionId: 'e-1' } as const,
    dryRun: false,
    targetCount: all.length,
    targets: [],
  };
  const reportedAt = new Date(REQUESTED_AT.getTime() + 90_500);
  return { ...summarise(ORIGIN, command, all, { coverage, stream: WHERE }, reportedAt), ...overrides };
}
