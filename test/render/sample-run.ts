import { REMOVABLE, TROUBLED_OUTCOMES } from '../../lib/contract';
import type {
  HostReport,
  ListedObject,
  Removable,
  Removed,
  RunReport,
  StepReport,
  StepResult,
} from '../../lib/contract';

const COMMAND_ID = 'e8d3c0e4-71f7-4491-898f-c9b35bee5f3b';
const HOUSEKEEPING = 'Stack/Housekeeping';

/** Objects of every kind, most of them kept. */
export const KEPT_OBJECTS: readonly ListedObject[] = [
  { fate: 'young', kind: 'images', id: 'aa0000000001', size: 4_300_000, age: '5m', project: 'shop' },
  { fate: 'inUse', kind: 'images', id: 'aa0000000002', name: 'shop/web:1,shop/web:latest', size: 4_200_000 },
  { fate: 'excluded', kind: 'volumes', id: 'shop_data', age: '3d' },
];
export const REMOVED_OBJECTS: readonly ListedObject[] = [
  { fate: 'removed', kind: 'projects', id: 'todobackend', project: 'todobackend' },
  { fate: 'removed', kind: 'volumes', id: 'todobackend_public', age: '3d', project: 'todobackend' },
  {
    fate: 'removed',
    kind: 'containers',
    id: 'bb0000000001',
    name: 'todobackend-app-1',
    project: 'todobackend',
  },
  { fate: 'removed', kind: 'images', id: 'cc0000000001', size: 4_123_456, age: '3d' },
];

export function step(name: string, result: Partial<StepResult>): StepReport {
  return {
    step: name,
    result: { v: 1, task: 'DanglingImagePrune', outcome: 'nothing', dryRun: false, seconds: 1, ...result },
  };
}

/** A host that did its work, if nothing else is given. */
export function host(id: string, overrides: Partial<HostReport> = {}): HostReport {
  return {
    type: 'host',
    housekeeping: HOUSEKEEPING,
    commandId: COMMAND_ID,
    instanceId: `i-${id}`,
    instanceName: `docker-${id}`,
    outcome: 'succeeded',
    dryRun: false,
    removed: counts({}),
    bytesReclaimed: 0,
    sizeOfRemoved: 0,
    killedOmitted: 0,
    killed: [],
    steps: [],
    objectsMissing: 0,
    objects: [],
    ...overrides,
  };
}

/** The run of these hosts, as the reporter sums them up. */
export function runOf(hosts: readonly HostReport[], overrides: Partial<RunReport> = {}): RunReport {
  const withOutcome = (outcome: string): number => hosts.filter((each) => each.outcome === outcome).length;
  const sum = (value: (host: HostReport) => number): number =>
    hosts.reduce((all, each) => all + value(each), 0);
  const troubled = hosts.filter(({ outcome }) => TROUBLED_OUTCOMES.some((each) => each === outcome));
  return {
    type: 'run',
    housekeeping: HOUSEKEEPING,
    commandId: COMMAND_ID,
    documentName: 'Housekeeping-Document',
    requestedAt: '2026-11-23T23:30:00.000Z',
    reportedAt: '2026-11-23T23:31:30.000Z',
    seconds: 90,
    commandStatus: 'Success',
    account: '123456789012',
    region: 'eu-central-1',
    trigger: { by: 'schedule', executionId: 'f1' },
    dryRun: false,
    needsAttention: troubled.length > 0,
    hosts: {
      targeted: hosts.length,
      succeeded: withOutcome('succeeded'),
      failed: withOutcome('failed'),
      'timed-out': withOutcome('timed-out'),
      unreachable: withOutcome('unreachable'),
      skipped: withOutcome('skipped'),
    },
    coverage: { state: 'known', running: hosts.length, notReached: 0 },
    removed: counts(Object.fromEntries(REMOVABLE.map((kind) => [kind, sum(({ removed }) => removed[kind])]))),
    bytesReclaimed: sum(({ bytesReclaimed }) => bytesReclaimed),
    sizeOfRemoved: sum(({ sizeOfRemoved }) => sizeOfRemoved),
    objectsMissing: sum(({ objectsMissing }) => objectsMissing),
    killedTotal: 0,
    troubledTotal: troubled.length,
    reasons: [],
    warnings: [],
    projects: [],
    projectsOmitted: 0,
    troubled: [],
    killed: [],
    ...overrides,
  };
}

export function counts(removed: Removed): Record<Removable, number> {
  return { projects: 0, containers: 0, images: 0, volumes: 0, networks: 0, cacheRecords: 0, ...removed };
}
