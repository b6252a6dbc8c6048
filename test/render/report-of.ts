import { DISK_STEP, HOST_OUTCOMES, HOST_STEP, REMOVABLE, TROUBLED_OUTCOMES } from '../../lib/contract';
import type {
  HostReport,
  ListedObject,
  Removable,
  RunReport,
  StepReport,
  StepResult,
} from '../../lib/contract';

export const COMMAND = 'e8d3c0e4-71f7-4491-898f-c9b35bee5f3b';
export const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;

export interface Report {
  readonly run: RunReport;
  readonly hosts: readonly HostReport[];
}

/** Zero of each kind but those given. */
export function counts(given: Partial<Record<Removable, number>> = {}): Record<Removable, number> {
  return {
    ...(Object.fromEntries(REMOVABLE.map((kind) => [kind, 0])) as Record<Removable, number>),
    ...given,
  };
}

/** A host as the reporter describes it: one that succeeded and removed nothing, but for what is given. */
export function host(instanceId: string, given: Partial<HostReport> = {}): HostReport {
  return {
    type: 'host',
    housekeeping: 'Fleet/Housekeeping',
    commandId: COMMAND,
    instanceId,
    outcome: 'succeeded',
    dryRun: false,
    removed: counts(removedOf(given.objects ?? [])),
    bytesReclaimed: 0,
    sizeOfRemoved: (given.objects ?? []).reduce(
      (sum, { fate, size = 0 }) => sum + (isRemoval(fate) ? size : 0),
      0,
    ),
    killedOmitted: 0,
    killed: [],
    steps: [],
    objectsMissing: 0,
    objects: [],
    ...given,
  };
}

/** The report of a run on these hosts. */
export function reportOf(hosts: readonly HostReport[], given: Partial<RunReport> = {}): Report {
  const sum = (of: (host: HostReport) => number): number =>
    hosts.reduce((total, each) => total + of(each), 0);
  const highest = (percents: readonly (number | undefined)[]): number | undefined => {
    const known = percents.filter((percent) => percent !== undefined);
    return known.length > 0 ? known.reduce((a, b) => Math.max(a, b)) : undefined;
  };
  const before = highest(hosts.map((each) => each.host?.diskPercent));
  const after = highest(hosts.map(({ diskPercentAfter }) => diskPercentAfter));
  const outcomes = Object.fromEntries(
    HOST_OUTCOMES.map((outcome) => [outcome, hosts.filter((each) => each.outcome === outcome).length]),
  ) as Omit<RunReport['hosts'], 'targeted'>;
  const troubled = TROUBLED_OUTCOMES.reduce((total, outcome) => total + outcomes[outcome], 0);
  const run: RunReport = {
    type: 'run',
    housekeeping: 'Fleet/Housekeeping',
    commandId: COMMAND,
    documentName: 'Fleet-Housekeeping-Document-1A2B3C4D5E6F',
    requestedAt: '2026-11-23T03:00:00.000Z',
    reportedAt: '2026-11-23T03:04:12.000Z',
    seconds: 252,
    commandStatus: 'Success',
    account: '123456789012',
    region: 'eu-central-1',
    stream: { logGroupName: '/housekeeping/reports', logStreamName: `2026/11/23/${COMMAND}` },
    trigger: { by: 'schedule', executionId: '5f0d2c1e' },
    dryRun: hosts.some(({ dryRun }) => dryRun),
    needsAttention: troubled > 0,
    hosts: { targeted: hosts.length, ...outcomes },
    coverage: { state: 'known', running: hosts.length, notReached: 0 },
    removed: counts(Object.fromEntries(REMOVABLE.map((kind) => [kind, sum(({ removed }) => removed[kind])]))),
    bytesReclaimed: sum(({ bytesReclaimed }) => bytesReclaimed),
    sizeOfRemoved: sum(({ sizeOfRemoved }) => sizeOfRemoved),
    ...(before !== undefined && { highestDiskPercent: before }),
    ...(after !== undefined && { highestDiskPercentAfter: after }),
    objectsMissing: sum(({ objectsMissing }) => objectsMissing),
    killedTotal: sum(({ killed, killedOmitted }) => killed.length + killedOmitted),
    troubledTotal: troubled,
    reasons: [],
    warnings: [],
    projects: [],
    projectsOmitted: 0,
    troubled: [],
    killed: [],
    ...given,
  };
  return { run, hosts };
}

/** A step that printed this result. */
export function step(name: string, given: Partial<StepResult> = {}): StepReport {
  return {
    step: name,
    result: { v: 1, task: name, outcome: 'nothing', dryRun: false, seconds: 2, ...given },
  };
}

/** The first and the last step of a host. */
export function measured(
  before: number,
  after: number,
): Pick<HostReport, 'host' | 'diskPercentAfter' | 'steps'> {
  const facts = {
    engine: '28.5.2',
    store: 'containerd',
    compose: '2.40.0',
    diskPercent: before,
    inodePercent: 14,
    images: 31,
    containers: 9,
  } as const;
  return {
    host: facts,
    diskPercentAfter: after,
    steps: [
      step(HOST_STEP, { task: 'Host', host: facts, seconds: 1 }),
      step('ComposeDown', { outcome: 'done', seconds: 14 }),
      step(DISK_STEP, { task: 'Disk', disk: { diskPercent: after }, seconds: 0 }),
    ],
  };
}

function isRemoval(fate: ListedObject['fate']): boolean {
  return fate === 'removed' || fate === 'would-remove';
}

function removedOf(objects: readonly ListedObject[]): Partial<Record<Removable, number>> {
  return Object.fromEntries(
    REMOVABLE.map((kind) => [
      kind,
      objects.filter((each) => each.kind === kind && isRemoval(each.fate)).length,
    ]),
  );
}
