import { randomUUID } from 'node:crypto';
import type { HostReport, RunReport } from '../../../lib/contract';
import { LoopbackLogs } from '../../../local/aws/loopback-logs';
import { AwsError, ConnectionBroken } from '../../../local/aws/loopback-service';
import type { Call } from '../../../local/aws/loopback-service';
import { LoopbackSsm } from '../../../local/aws/loopback-ssm';
import { GROUP, command, commandEvent, fleet, sweepEvent } from './support';
import type { WorkerAnswer, WorkerPool, WorkerReporter } from './worker-reporter';

/** As the construct sets them. */
export const FUNCTION_TIMEOUT_SECONDS = 150;
export const WORLD_CLAIM_TIMEOUT_SECONDS = 165;
const DOCUMENT = 'Housekeeping-Document-1A2B3C';

/**
 * A fault at one call of an invocation: the function dies, the answer is an error, or the call is held
 * up until the world resumes it. Each happens before or after the service has served the call. A
 * throttled call is never served.
 */
export const FAULTS = [
  'throttle',
  'unavailable-before',
  'unavailable-after',
  'reset-before',
  'reset-after',
  'crash-before',
  'crash-after',
  'pause-before',
  'pause-after',
] as const;
export type Fault = (typeof FAULTS)[number];
/** Faults by the call of the invocation that they hit, from 0. */
export type Faults = Readonly<Record<number, Fault>>;

interface Live {
  readonly reporter: WorkerReporter;
  readonly deadline: number;
  readonly faults: Faults;
  calls: number;
  /** Resolves when a call that is held up may continue. */
  held: Signal | undefined;
  dead: boolean;
}

interface Sent {
  readonly hosts: number;
  readonly stream: string;
  readonly requestedAt: Date;
}

/** Resolves once; resolving it returns the next. */
class Signal {
  private resolve: () => void = () => undefined;
  readonly given = new Promise<void>((resolve) => (this.resolve = resolve));

  give(): Signal {
    this.resolve();
    return new Signal();
  }
}

/** Ends the invocation of a function that has crashed, at once and without a retry. */
const CRASHED = new AwsError('AccessDeniedException', 'this function has crashed');

function goOn(one: Live): void {
  one.held?.give();
  one.held = undefined;
}

/**
 * Both services, any number of the bundled reporter's invocations and a clock that can jump. It counts
 * every event that was ever accepted: CloudWatch reads metrics out of an event on arrival, even if its
 * stream is deleted later.
 */
export class World {
  readonly ssm = new LoopbackSsm();
  readonly logs = new LoopbackLogs();
  readonly commands = new Map<string, Sent>();
  /** How often each command's run was accepted, and so its metrics counted. */
  readonly counted = new Map<string, number>();
  /** The calls of the last invocation that began. */
  lastCalls = 0;
  crashes = 0;
  private readonly shift = new Int32Array(new SharedArrayBuffer(4));
  private readonly live = new Map<string, Live>();
  private endpoints = { ssm: '', logs: '' };
  private stirred = new Signal();

  constructor(
    private readonly pool: WorkerPool,
    private readonly functionTimeoutSeconds = FUNCTION_TIMEOUT_SECONDS,
  ) {}

  async start(): Promise<void> {
    for (const service of [this.ssm, this.logs]) service.intercept = (call, next) => this.meet(call, next);
    this.logs.clock = () => this.now();
    this.endpoints = { ssm: await this.ssm.start(), logs: await this.logs.start() };
    this.logs.createLogGroup(GROUP);
  }

  async stop(): Promise<void> {
    for (const one of this.live.values()) this.kill(one);
    await this.calm();
    await Promise.all([this.ssm.stop(), this.logs.stop()]);
  }

  now(): number {
    return Date.now() + Atomics.load(this.shift, 0) * 1000;
  }

  /** Sends a command, which is in flight until `end`. */
  send(hosts: number): string {
    const id = randomUUID();
    const requestedAt = new Date(Math.floor(this.now() / 1000) * 1000);
    const day = requestedAt.toISOString().slice(0, 10).replaceAll('-', '/');
    this.commands.set(id, { hosts, stream: `${day}/${id}`, requestedAt });
    this.put(id, 'InProgress');
    return id;
  }

  end(id: string): void {
    this.put(id, 'Success');
  }

  private put(id: string, status: 'InProgress' | 'Success'): void {
    const { hosts = 0, requestedAt } = this.commands.get(id) ?? {};
    const state = { Status: status, StatusDetails: status };
    const invocations = fleet(hosts).map((one, i) => ({
      ...one,
      CommandId: id,
      // The last host is the one that the run waits for.
      ...(i === hosts - 1 ? state : {}),
    }));
    // A failed command has ended as a whole while hosts are still working.
    const whole =
      status === 'InProgress' && hosts % 2 === 1
        ? { Status: 'Failed' as const, StatusDetails: 'Failed' }
        : state;
    this.ssm.put(
      command({ CommandId: id, DocumentName: DOCUMENT, RequestedDateTime: requestedAt, ...whole }),
      invocations,
    );
  }

  deliver(id: string, faults: Faults = {}): Promise<WorkerAnswer | 'paused'> {
    return this.invoke(commandEvent(id, new Date(this.now())), faults);
  }

  sweep(faults: Faults = {}): Promise<WorkerAnswer | 'paused'> {
    return this.invoke(sweepEvent(new Date(this.now())), faults);
  }

  /** Advances the clock. Lambda ends the invocations that exceed their timeout. */
  async jump(seconds: number): Promise<void> {
    Atomics.add(this.shift, 0, seconds);
    for (const one of this.live.values()) if (one.deadline < this.now()) this.kill(one);
    await this.calm();
  }

  /** Resumes the calls that are held up, until all invocations have ended or are held up again. */
  async resume(): Promise<void> {
    for (const one of this.live.values()) goOn(one);
    await this.calm();
  }

  /** Everything that CloudWatch Logs holds of a command. */
  report(id: string): { hosts: HostReport[]; runs: RunReport[]; lastIsRun: boolean } {
    const events = this.logs
      .events(GROUP, this.commands.get(id)?.stream ?? '')
      .map(({ message }) => JSON.parse(message) as HostReport | RunReport);
    return {
      hosts: events.filter((event) => event.type === 'host'),
      runs: events.filter((event) => event.type === 'run'),
      lastIsRun: events.at(-1)?.type === 'run',
    };
  }

  private async invoke(event: object, faults: Faults): Promise<WorkerAnswer | 'paused'> {
    const caller = randomUUID();
    const reporter = this.pool.take();
    const deadline = this.now() + this.functionTimeoutSeconds * 1000;
    const one: Live = { reporter, deadline, faults, calls: 0, held: undefined, dead: false };
    this.live.set(caller, one);
    const environment = {
      REPORT_LOG_GROUP: GROUP,
      HOUSEKEEPING: 'Stack/Housekeeping',
      DOCUMENT_NAME: DOCUMENT,
      CLAIM_TIMEOUT_SECONDS: String(WORLD_CLAIM_TIMEOUT_SECONDS),
      AWS_ENDPOINT_URL_SSM: this.endpoints.ssm,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: this.endpoints.logs,
      // Identifies the invocation of a call.
      AWS_ACCESS_KEY_ID: caller,
    };
    const shift = this.shift.buffer;
    const ended = reporter.invoke({ event, environment, shift, deadline }).then((answer) => {
      this.live.delete(caller);
      this.lastCalls = one.calls;
      this.pool.give(reporter);
      this.stir();
      return one.dead ? { error: 'crashed', crashed: true } : answer;
    });
    return Promise.race([ended, this.calm().then(() => 'paused' as const)]);
  }

  /** Until every invocation has ended or is held up. */
  private async calm(): Promise<void> {
    while ([...this.live.values()].some(({ held }) => !held)) await this.stirred.given;
  }

  private stir(): void {
    this.stirred = this.stirred.give();
  }

  /** No call that it makes from now on is served: this is all that the services see of a crash. */
  private kill(one: Live): void {
    if (!one.dead) this.crashes += 1;
    one.dead = true;
    goOn(one);
  }

  private async meet(call: Call, next: () => object): Promise<object> {
    const one = this.live.get(call.caller);
    if (!one || one.dead) throw CRASHED;
    const [fault, when] = (one.faults[one.calls++] ?? 'none').split('-') as [string, string?];
    if (fault === 'throttle') throw new AwsError('ThrottlingException', 'Rate exceeded');
    if (when === 'before') await this.befall(one, fault);
    try {
      const answer = next();
      if (call.operation === 'PutLogEvents') this.count(call);
      return answer;
    } finally {
      if (when === 'after') await this.befall(one, fault);
    }
  }

  private async befall(one: Live, fault: string): Promise<void> {
    switch (fault) {
      case 'unavailable':
        throw new AwsError('InternalFailure', 'try again', 500);
      case 'reset':
        throw new ConnectionBroken();
      case 'crash':
        this.kill(one);
        throw CRASHED;
      case 'pause':
        one.held = new Signal();
        this.stir();
        await one.held.given;
        // A request of a function that has crashed since is not served.
        if (one.dead) throw CRASHED;
    }
  }

  private count({ input }: Call): void {
    for (const { message } of input.logEvents as { message: string }[]) {
      const event = JSON.parse(message) as HostReport | RunReport;
      if (event.type !== 'run') continue;
      this.counted.set(event.commandId, (this.counted.get(event.commandId) ?? 0) + 1);
    }
  }
}
