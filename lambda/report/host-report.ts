import { DISK_STEP, REMOVABLE } from '../../lib/contract';
import type {
  HostReport,
  KilledContainer,
  ListedObject,
  Removable,
  StepReport,
  StepResult,
} from '../../lib/contract';
import type { ObjectList } from './object-list';
import { packObjects } from './packed-objects';
import type { Verdict } from './verdict';

/** What all host reports of a run have in common. */
export interface RunIdentity {
  readonly housekeeping: string;
  readonly commandId: string;
  readonly dryRun: boolean;
}

/** A host's report before it is published; `publishable` makes the report of it. */
export interface JudgedHost extends Omit<HostReport, 'objects'> {
  /** Unpacked anew by each iteration. */
  readonly objects: Iterable<ListedObject>;
}

/**
 * Sums up the steps of a host in its report. The lists come last: Logs Insights discovers only a limited number of fields
 * in an event.
 *
 * @param lists what the steps listed
 */
export function hostReport(
  run: RunIdentity,
  instance: { readonly id: string; readonly name?: string | undefined },
  { outcome, reason, message }: Verdict,
  steps: readonly StepReport[] = [],
  lists: readonly ObjectList[] = [],
): JudgedHost {
  const results = steps.flatMap((step) => step.result ?? []);
  const sum = (of: (result: StepResult) => number | undefined): number =>
    results.reduce((total, result) => total + (of(result) ?? 0), 0);
  const killed = results.flatMap((result) => result.killed ?? []);
  const ignoresSigterm = servicesOf(killed);
  const disk = steps.find(({ step }) => step === DISK_STEP)?.result?.disk;
  const { objects, omitted } = packObjects(lists.flatMap((list) => list.objects));
  return {
    type: 'host',
    housekeeping: run.housekeeping,
    commandId: run.commandId,
    instanceId: instance.id,
    ...(instance.name ? { instanceName: instance.name } : {}),
    outcome,
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
    dryRun: run.dryRun,
    removed: Object.fromEntries(
      REMOVABLE.map((kind) => [kind, sum((result) => result.removed?.[kind])]),
    ) as Record<Removable, number>,
    bytesReclaimed: sum((result) => result.bytesReclaimed),
    sizeOfRemoved: sum((result) => result.sizeOfRemoved),
    ...results.flatMap((result) => (result.host ? [{ host: result.host }] : []))[0],
    ...(disk?.diskPercent === undefined ? {} : { diskPercentAfter: disk.diskPercent }),
    ...(disk?.inodePercent === undefined ? {} : { inodePercentAfter: disk.inodePercent }),
    ...(ignoresSigterm ? { ignoresSigterm } : {}),
    killedOmitted: sum((result) => result.killedOmitted),
    objectsMissing: lists.reduce((total, { missing }) => total + missing, omitted),
    killed,
    steps,
    objects,
  };
}

function servicesOf(killed: readonly KilledContainer[]): string {
  return [...new Set(killed.map(({ project, service }) => `${project}/${service}`))].sort().join(', ');
}

/** Unpacks the objects of a host. */
export function publishable({ objects, ...host }: JudgedHost): HostReport {
  return { ...host, objects: [...objects] };
}
