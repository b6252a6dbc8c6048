import { AwsError, JsonService } from './json-server';

/** A log event as the service stores it. */
export interface HeldEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
  readonly ingestionTime: number;
}

interface HeldStream {
  readonly name: string;
  readonly creationTime: number;
  readonly events: HeldEvent[];
}

interface HeldGroup {
  readonly creationTime: number;
  readonly streams: Map<string, HeldStream>;
}

type Input = Readonly<Record<string, unknown>>;

const HOUR = 3_600_000;
const LIMITS = {
  eventsPerBatch: 10_000,
  bytesPerBatch: 1_048_576,
  bytesPerPage: 1_048_576,
  overheadPerEvent: 26,
  batchSpan: 24 * HOUR,
  oldest: 14 * 24 * HOUR,
  furthestAhead: 2 * HOUR,
};

/**
 * The part of CloudWatch Logs for writing and reading reports, with the limits of the service.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
export class LoopbackLogs extends JsonService {
  /** The service's clock, in milliseconds since 1970. @default the machine's clock */
  clock: () => number = () => Date.now();
  private readonly groups = new Map<string, HeldGroup>();

  constructor() {
    super('Logs_20140328', 'logs');
  }

  createLogGroup(name: string): void {
    if (this.groups.has(name)) {
      throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
    }
    this.groups.set(name, { creationTime: this.clock(), streams: new Map() });
  }

  createLogStream(group: string, name: string): void {
    const streams = this.group(group);
    if (!/^[^:*]{1,512}$/.test(name))
      throw invalid(`Value ${JSON.stringify(name)} at 'logStreamName' is not valid`);
    if (streams.has(name)) {
      throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
    }
    streams.set(name, { name, creationTime: this.clock(), events: [] });
  }

  /** Adds events to a stream, all with the present time of the service's clock. */
  append(group: string, stream: string, messages: readonly string[]): void {
    const now = this.clock();
    const events = messages.map((message) => ({ timestamp: now, message, ingestionTime: now }));
    this.stream(group, stream).events.push(...events);
  }

  /** Returns the names of a group's streams, sorted. */
  streams(group: string): string[] {
    return [...this.group(group).keys()].sort();
  }

  /** Returns a stream's events in order of time. */
  events(group: string, stream: string): readonly HeldEvent[] {
    return this.stream(group, stream).events;
  }

  protected override serve(operation: string, input: Input): object {
    if (operation === 'DescribeLogGroups') return describeLogGroups(this.groups, input);
    const group = text(input, 'logGroupName');
    switch (operation) {
      case 'CreateLogGroup':
        this.createLogGroup(group);
        return {};
      case 'CreateLogStream':
        this.createLogStream(group, text(input, 'logStreamName'));
        return {};
      case 'DeleteLogStream':
        this.stream(group, text(input, 'logStreamName'));
        this.group(group).delete(text(input, 'logStreamName'));
        return {};
      case 'DescribeLogStreams':
        return describeLogStreams(this.group(group), input);
      case 'PutLogEvents':
        return this.putLogEvents(this.stream(group, text(input, 'logStreamName')), input);
      case 'GetLogEvents':
        return getLogEvents(this.stream(group, text(input, 'logStreamName')), input);
      default:
        throw new AwsError('UnknownOperationException', operation);
    }
  }

  private group(name: string): Map<string, HeldStream> {
    const group = this.groups.get(name);
    if (!group) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    return group.streams;
  }

  private stream(group: string, name: string): HeldStream {
    const stream = this.group(group).get(name);
    if (!stream) throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
    return stream;
  }

  private putLogEvents(stream: HeldStream, input: Input): object {
    const batch = checkedBatch(input.logEvents);
    const now = this.clock();
    const tooOld = batch.findLastIndex(({ timestamp }) => timestamp < now - LIMITS.oldest);
    const tooNew = batch.findIndex(({ timestamp }) => timestamp > now + LIMITS.furthestAhead);
    const accepted = batch.slice(tooOld + 1, tooNew === -1 ? undefined : tooNew);
    stream.events.push(...accepted.map((event) => ({ ...event, ingestionTime: now })));
    stream.events.sort((a, b) => a.timestamp - b.timestamp);
    if (tooOld === -1 && tooNew === -1) return {};
    return {
      rejectedLogEventsInfo: {
        ...(tooOld === -1 ? {} : { tooOldLogEventEndIndex: tooOld + 1 }),
        ...(tooNew === -1 ? {} : { tooNewLogEventStartIndex: tooNew }),
      },
    };
  }
}

/** Lists log groups in the order of their names. */
function describeLogGroups(groups: ReadonlyMap<string, HeldGroup>, input: Input): object {
  const prefix = optionalText(input, 'logGroupNamePrefix');
  const found = [...groups].filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
  const { page, nextToken } = paged(found, input);
  return {
    logGroups: page.map(([logGroupName, { creationTime }]) => ({ logGroupName, creationTime })),
    nextToken,
  };
}

function describeLogStreams(streams: ReadonlyMap<string, HeldStream>, input: Input): object {
  const prefix = optionalText(input, 'logStreamNamePrefix');
  const orderBy = optionalText(input, 'orderBy') || 'LogStreamName';
  if (orderBy !== 'LogStreamName' && orderBy !== 'LastEventTime') {
    throw invalid(`Value ${JSON.stringify(orderBy)} at 'orderBy' must be LogStreamName or LastEventTime`);
  }
  if (orderBy === 'LastEventTime' && prefix !== '') {
    throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
  }
  const lastEvent = ({ events }: HeldStream): number => events.at(-1)?.timestamp ?? -Infinity;
  const found = [...streams.values()]
    .filter(({ name }) => name.startsWith(prefix))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (orderBy === 'LastEventTime') found.sort((a, b) => (lastEvent(a) < lastEvent(b) ? -1 : 1));
  if (input.descending === true) found.reverse();
  const { page, nextToken } = paged(found, input);
  return {
    logStreams: page.map(({ name, creationTime, events }) => ({
      logStreamName: name,
      creationTime,
      firstEventTimestamp: events[0]?.timestamp,
      lastEventTimestamp: events.at(-1)?.timestamp,
    })),
    nextToken,
  };
}

function paged<T>(found: readonly T[], input: Input): { page: readonly T[]; nextToken?: string } {
  const limit = integer(input, 'limit', 50, 1, 50);
  const token = input.nextToken === undefined ? '0' : /^(\d+)$/.exec(text(input, 'nextToken'))?.[1];
  if (token === undefined) throw invalid('The specified nextToken is invalid.');
  const to = Number(token) + limit;
  return { page: found.slice(Number(token), to), ...(to < found.length ? { nextToken: String(to) } : {}) };
}

function checkedBatch(logEvents: unknown): { timestamp: number; message: string }[] {
  const batch = Array.isArray(logEvents) ? (logEvents as { timestamp: number; message: string }[]) : [];
  if (batch.length < 1 || batch.length > LIMITS.eventsPerBatch) {
    throw invalid(`'logEvents' must have 1 to ${LIMITS.eventsPerBatch} members, got ${batch.length}`);
  }
  let bytes = 0;
  let previous = -Infinity;
  for (const { timestamp, message } of batch) {
    if (!Number.isSafeInteger(timestamp) || timestamp < 0)
      throw invalid("'timestamp' must be a time in milliseconds");
    if (typeof message !== 'string' || message === '') throw invalid("'message' must not be empty");
    if (timestamp < previous)
      throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
    previous = timestamp;
    bytes += Buffer.byteLength(message) + LIMITS.overheadPerEvent;
  }
  if (bytes > LIMITS.bytesPerBatch) {
    throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${LIMITS.bytesPerBatch}`);
  }
  if (previous - (batch[0]?.timestamp ?? previous) > LIMITS.batchSpan) {
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
  return batch;
}

/** Returns a page of events. A token names the gap between two events: `b` pages end there, `f` pages begin there. */
function getLogEvents({ events }: HeldStream, input: Input): object {
  const limit = integer(input, 'limit', 10_000, 1, 10_000);
  const token = input.nextToken === undefined ? undefined : /^([fb])\/(\d+)$/.exec(text(input, 'nextToken'));
  if (token === null) throw invalid('The specified nextToken is invalid.');
  const forward = token ? token[1] === 'f' : input.startFromHead === true;
  const gap = token ? Math.min(Number(token[2]), events.length) : forward ? 0 : events.length;
  let from = gap;
  let to = gap;
  for (let bytes = 0; to - from < limit;) {
    const next = forward ? events[to] : events[from - 1];
    bytes += Buffer.byteLength(next?.message ?? '');
    if (!next || (bytes > LIMITS.bytesPerPage && to > from)) break;
    if (forward) to += 1;
    else from -= 1;
  }
  return { events: events.slice(from, to), nextForwardToken: `f/${to}`, nextBackwardToken: `b/${from}` };
}

function text(input: Input, name: string): string {
  const value = input[name];
  if (typeof value !== 'string' || value === '')
    throw invalid(`'${name}' must be a string that is not empty`);
  return value;
}

function optionalText(input: Input, name: string): string {
  return input[name] === undefined ? '' : text(input, name);
}

function integer(input: Input, name: string, byDefault: number, least: number, most: number): number {
  const value = input[name] ?? byDefault;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw invalid(`'${name}' must be ${least} to ${most}, got ${JSON.stringify(value)}`);
  }
  return value;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
