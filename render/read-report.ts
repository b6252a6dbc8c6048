import { HOST_OUTCOMES, REMOVABLE } from '../lib/contract';
import type { HostReport, RunReport } from '../lib/contract';

/** What reports of earlier versions do not say. */
type Unrecorded = 'account' | 'region' | 'trigger' | 'sizeOfRemoved';

/** A run that an earlier version may have reported. */
export type ReadRun = Omit<RunReport, Unrecorded> & Partial<Pick<RunReport, Unrecorded>>;

/** A report that was read back from its events. */
export interface ReadReport {
  readonly run: ReadRun;
  readonly hosts: readonly HostReport[];
}

/** The members that an event of a report must have. The reporter wrote all other members as well. */
const MEMBERS: Readonly<
  Record<'host' | 'run', Readonly<Record<string, 'string' | 'number' | 'boolean' | 'object'>>>
> = {
  host: {
    commandId: 'string',
    instanceId: 'string',
    outcome: 'string',
    dryRun: 'boolean',
    removed: 'object',
    bytesReclaimed: 'number',
    steps: 'object',
  },
  run: {
    housekeeping: 'string',
    commandId: 'string',
    documentName: 'string',
    requestedAt: 'string',
    reportedAt: 'string',
    seconds: 'number',
    dryRun: 'boolean',
    needsAttention: 'boolean',
    hosts: 'object',
    coverage: 'object',
    removed: 'object',
    bytesReclaimed: 'number',
    killed: 'object',
    killedTotal: 'number',
  },
};

/**
 * Reads the report of a run from the output of `aws logs get-log-events` or `filter-log-events`, one
 * page or several one after the other. It also reads events alone, separated in any way.
 *
 * @throws when the input is not the complete report of one run
 */
export function readReport(input: string): ReadReport {
  const events = [...jsonValues(input)].flatMap(eventsOf);
  // Pages may overlap.
  const distinct = [...new Map(events.map((event) => [JSON.stringify(event), event])).values()];
  const hosts = distinct.filter(({ type }) => type === 'host') as HostReport[];
  const [run, ...otherRuns] = distinct.filter(({ type }) => type === 'run') as RunReport[];
  const commands = [...new Set(distinct.map(({ commandId }) => commandId))];
  if (commands.length > 1 || otherRuns.length > 0) {
    throw new Error(
      `the input holds the reports of several runs: got commands ${commands.slice(0, 5).join(', ')}; ` +
        'give the events of one log stream',
    );
  }
  if (!run) {
    throw new Error(
      events.length === 0
        ? 'the input holds no events; give what "aws logs get-log-events --output json" printed for the run’s log stream'
        : `the report is incomplete: got ${hosts.length} host events and not the run's own, which is the last; ` +
            'fetch the pages that are missing (--start-from-head, --next-token), or wait until the run is reported',
    );
  }
  const counted = HOST_OUTCOMES.reduce((sum, outcome) => sum + (run.hosts[outcome] ?? 0), 0);
  if (hosts.length < counted) {
    throw new Error(
      `the report is incomplete: it counts ${counted} hosts, got the events of ${hosts.length}; ` +
        'fetch the pages that are missing (--start-from-head, --next-token)',
    );
  }
  const complete = hosts.map(completeHost);
  return { run: completeRun(run, complete), hosts: complete };
}

/** An earlier version named no objects: all that it removed are missing. */
function completeHost(event: HostReport): HostReport {
  const host: Partial<HostReport> = event;
  const removed = REMOVABLE.reduce((sum, kind) => sum + (event.removed[kind] ?? 0), 0);
  return {
    ...event,
    killed: host.killed ?? [],
    killedOmitted: host.killedOmitted ?? 0,
    sizeOfRemoved: host.sizeOfRemoved ?? 0,
    objects: host.objects ?? [],
    objectsMissing: host.objectsMissing ?? removed,
  };
}

function completeRun(event: RunReport, hosts: readonly HostReport[]): ReadRun {
  const run: Partial<RunReport> = event;
  return {
    ...event,
    reasons: run.reasons ?? [],
    warnings: run.warnings ?? [],
    projects: run.projects ?? [],
    projectsOmitted: run.projectsOmitted ?? 0,
    objectsMissing: run.objectsMissing ?? hosts.reduce((sum, { objectsMissing }) => sum + objectsMissing, 0),
  };
}

/** The report's events in a value: an event, an object that wraps one, or a list. */
function eventsOf(value: unknown): (HostReport | RunReport)[] {
  if (Array.isArray(value)) return value.flatMap(eventsOf);
  if (typeof value === 'string') return eventsOf(message(value));
  if (isRecord(value)) {
    if (Array.isArray(value.events)) return value.events.flatMap(eventsOf);
    if (value.type === 'host' || value.type === 'run') return [checked(value, value.type)];
    if (typeof value.message === 'string') return eventsOf(message(value.message));
  }
  throw foreign(value, 'it is neither the event of a host nor that of a run');
}

function message(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw foreign(text, 'it is not JSON');
  }
}

function checked(event: Record<string, unknown>, type: 'host' | 'run'): HostReport | RunReport {
  for (const [name, expected] of Object.entries(MEMBERS[type])) {
    const member = event[name];
    if (typeof member !== expected || member === null)
      throw foreign(event, `its "${name}" is not of type ${expected}`);
  }
  return event as unknown as HostReport | RunReport;
}

function foreign(value: unknown, why: string): Error {
  const text = JSON.stringify(value);
  return new Error(
    `the input holds an event that is not of a report: got ${text.length > 200 ? `${text.slice(0, 200)}…` : text}; ` +
      `${why}; give the events of a log stream of the report log group`,
  );
}

/** The JSON values of a text, one after the other, with only white space between them. */
function* jsonValues(text: string): Generator<unknown> {
  const boundary = /"(?:[^"\\]|\\.)*"|[[\]{}]/gs;
  let start = text.search(/\S/);
  while (start >= 0) {
    const end = endOfValue(text, start, boundary);
    try {
      yield JSON.parse(text.slice(start, end));
    } catch (error) {
      const line = text.slice(0, start).split('\n').length;
      throw new Error(
        `the input is not JSON from line ${line} on, where it says ${JSON.stringify(text.slice(start, start + 60))}: ` +
          `${(error as Error).message}; give the output of "aws logs get-log-events --output json"`,
        { cause: error },
      );
    }
    const next = text.slice(end).search(/\S/);
    start = next < 0 ? -1 : end + next;
  }
}

/** Skips whole strings, so that brackets in them do not count. */
function endOfValue(text: string, start: number, boundary: RegExp): number {
  let depth = 0;
  boundary.lastIndex = start;
  for (let found = boundary.exec(text); found; found = boundary.exec(text)) {
    if (depth === 0 && found.index > start) return found.index;
    if (found[0] === '{' || found[0] === '[') depth++;
    else if (found[0] === '}' || found[0] === ']') depth--;
    if (depth <= 0) return boundary.lastIndex;
  }
  return text.length;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
