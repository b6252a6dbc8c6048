import type { CommandInvocation, CommandPlugin } from '@aws-sdk/client-ssm';
import { HOST_STEP, REMOVABLE } from '../../lib/contract';
import type { HostOutcome, HostReport, Removable, StepReport } from '../../lib/contract';
import { parseStepResult } from './step-result';

/** What every host report of a run has in common. */
export interface RunIdentity {
  readonly housekeeping: string;
  readonly commandId: string;
  readonly dryRun: boolean;
}

interface Verdict {
  readonly outcome: HostOutcome;
  readonly reason?: string;
  readonly message?: string;
}

const TIMED_OUT: Verdict = {
  outcome: 'timed-out',
  reason: 'timed-out',
  message: 'the document did not end within its timeout',
};
const CANCELLED: Verdict = {
  outcome: 'skipped',
  reason: 'cancelled',
  message: 'the command was cancelled before it ended on this host',
};

/**
 * The invocations that are judged by their status, because their steps did not run or not all of them did.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html
 */
const BY_STATUS: Readonly<Record<string, Verdict>> = {
  ExecutionTimedOut: TIMED_OUT,
  TimedOut: TIMED_OUT,
  DeliveryTimedOut: {
    outcome: 'unreachable',
    reason: 'delivery-timed-out',
    message:
      'the command was not delivered in time: see whether the instance and its SSM Agent are running and can reach Systems Manager',
  },
  Undeliverable: {
    outcome: 'unreachable',
    reason: 'undeliverable',
    message:
      'the command could not be delivered: see whether the instance still exists and its SSM Agent answers',
  },
  AccessDenied: {
    outcome: 'unreachable',
    reason: 'access-denied',
    message:
      "the sender may not send commands to this instance: compare the instance's tags with those that the schedule's role allows",
  },
  InvalidPlatform: {
    outcome: 'unreachable',
    reason: 'invalid-platform',
    message: 'the document runs on Linux only: take the tag off this instance',
  },
  Terminated: {
    outcome: 'skipped',
    reason: 'terminated',
    message: 'the command had exceeded its error threshold (MaxErrors) before it came to this host',
  },
  Cancelled: CANCELLED,
  // EventBridge's documentation spells it so; the API does not. Both are taken.
  Canceled: CANCELLED,
};

const IN_FLIGHT = ['Pending', 'InProgress', 'Delayed', 'Cancelling'];

/** Whether the invocation may still change. */
export function isInFlight(invocation: CommandInvocation): boolean {
  return [invocation.Status, invocation.StatusDetails].some((status) =>
    IN_FLIGHT.includes(withoutSpaces(status)),
  );
}

/** Judges how a host fared from its invocation, which must not be in flight any more. */
export function interpret(invocation: CommandInvocation, run: RunIdentity): HostReport {
  const steps = (invocation.CommandPlugins ?? []).map((plugin) => interpretStep(plugin, run.dryRun));
  const results = steps.flatMap((step) => step.result ?? []);
  const sum = (of: (result: (typeof results)[number]) => number | undefined): number =>
    results.reduce((total, result) => total + (of(result) ?? 0), 0);
  return {
    type: 'host',
    housekeeping: run.housekeeping,
    commandId: run.commandId,
    instanceId: invocation.InstanceId ?? 'unknown',
    ...(invocation.InstanceName ? { instanceName: invocation.InstanceName } : {}),
    ...judge(invocation, steps),
    dryRun: run.dryRun,
    removed: Object.fromEntries(
      REMOVABLE.map((kind) => [kind, sum((result) => result.removed?.[kind])]),
    ) as Record<Removable, number>,
    bytesReclaimed: sum((result) => result.bytesReclaimed),
    killed: results.flatMap((result) => result.killed ?? []),
    killedOmitted: sum((result) => result.killedOmitted),
    ...results.flatMap((result) => (result.host ? [{ host: result.host }] : []))[0],
    steps,
  };
}

function judge(invocation: CommandInvocation, steps: readonly StepReport[]): Verdict {
  const status = withoutSpaces(invocation.StatusDetails || invocation.Status);
  const byStatus = BY_STATUS[status];
  if (byStatus) return byStatus;
  const trace = excerpt(invocation.TraceOutput ?? '');
  if (status !== 'Success' && status !== 'Failed') {
    return {
      outcome: 'failed',
      reason: 'unknown-status',
      message: `Systems Manager reports ${JSON.stringify(status)}, a status that the reporter does not know`,
    };
  }
  const bySteps = judgeSteps(steps, trace);
  if (bySteps.outcome === 'succeeded' && status === 'Failed') {
    return {
      outcome: 'failed',
      reason: 'contradiction',
      message: trace || 'Systems Manager reports a failure, yet no step of it failed',
    };
  }
  return bySteps;
}

function judgeSteps(steps: readonly StepReport[], trace: string): Verdict {
  for (const outcome of ['failed', 'timed-out'] as const) {
    const first = steps.find((step) => stepOutcome(step) === outcome);
    if (first) return because(outcome, first);
  }
  const tasks = steps.filter((step) => step.step !== HOST_STEP);
  if (tasks.length === 0 || tasks.length === steps.length) {
    const missing = tasks.length === 0 ? 'any task' : `step ${JSON.stringify(HOST_STEP)}`;
    return { outcome: 'failed', reason: 'no-result', message: trace || `there is no result of ${missing}` };
  }
  const [first] = tasks;
  if (first && tasks.every((step) => stepOutcome(step) === 'skipped')) return because('skipped', first);
  return { outcome: 'succeeded' };
}

function because(outcome: HostOutcome, step: StepReport): Verdict {
  const message = step.message ?? step.result?.message;
  return {
    outcome,
    reason: step.reason ?? step.result?.reason ?? outcome,
    message: message ? `${step.step}: ${message}` : step.step,
  };
}

/** A step that says why its result is missing or not to be believed has not gone well, whatever the result says. */
function stepOutcome(step: StepReport): HostOutcome {
  if (step.reason === 'timed-out') return 'timed-out';
  if (step.reason || !step.result || step.result.outcome === 'failed') return 'failed';
  return step.result.outcome === 'skipped' ? 'skipped' : 'succeeded';
}

function interpretStep(plugin: CommandPlugin, dryRun: boolean): StepReport {
  const output = plugin.Output ?? '';
  const result = parseStepResult(output);
  const report = { step: plugin.Name ?? 'unnamed', ...(result ? { result } : {}) };
  switch (plugin.Status) {
    case 'TimedOut':
      return { ...report, reason: 'timed-out', message: 'the step did not end within its timeout' };
    case 'Cancelled':
      return { ...report, reason: 'cancelled', message: 'the step was cancelled' };
    case 'Success':
    case 'Failed':
      break;
    case 'Pending':
    case 'InProgress':
    case undefined:
    default:
      return { ...report, reason: 'not-run', message: 'the step did not run to its end' };
  }
  if (!result) {
    // The agent's words for a step whose precondition or predecessor kept it from running.
    const skipped = /^(Step execution|Plugin with name .*) skipped /.test(output);
    const message = excerpt(output) || 'the step printed nothing';
    return { ...report, reason: skipped ? 'not-run' : 'no-result', message };
  }
  const exitCode = plugin.ResponseCode ?? 0;
  if (result.outcome !== 'failed' && (plugin.Status === 'Failed' || exitCode !== 0)) {
    const message = `its result says ${JSON.stringify(result.outcome)}, yet it ended with exit code ${exitCode}`;
    return { ...report, reason: 'contradiction', message };
  }
  if (result.dryRun !== dryRun) {
    const message = `the command was sent with DryRun ${dryRun}, yet its result says dryRun ${result.dryRun}`;
    return { ...report, reason: 'contradiction', message };
  }
  return report;
}

/** The beginning of what a host printed, on one line. */
function excerpt(output: string): string {
  const line = output.replace('----------ERROR-------', ' ').replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

/** The documentation spells some statuses with spaces, which the API does not. */
function withoutSpaces(status: string | undefined): string {
  return (status ?? '').replaceAll(' ', '');
}
