import type { CommandInvocation, CommandPlugin } from '@aws-sdk/client-ssm';
import { excerpt, explain, FAILED_OUTCOMES, HOST_STEP, REMOVABLE } from '../../lib/contract';
import type {
  HostOutcome,
  HostReport,
  KilledContainer,
  Removable,
  ReporterReason,
  StepReport,
  StepResult,
} from '../../lib/contract';
import { invocationMeaning, statusOf, stepMeaning } from './statuses';
import { parseStepResult } from './step-result';
import { verdict } from './verdict';
import type { Verdict } from './verdict';

export { isInFlight } from './statuses';

/** What all host reports of a run have in common. */
export interface RunIdentity {
  readonly housekeeping: string;
  readonly commandId: string;
  readonly dryRun: boolean;
}

const UNNAMED = 'unnamed';

/**
 * The SSM Agent's exit code for a step that was killed, and the service's for a step that was not
 * started.
 */
const KILLED = 137;
const NOT_STARTED = -1;
/** The marks that the agent leaves in output that it cut. */
const CUT = /---Output truncated---|---Error truncated----|--output truncated--/;
/** The agent's words for a step that it skipped because of a precondition or an earlier step. */
const SKIPPED = /^(Step execution|Plugin with name .*) skipped /;

/** Judges a host by its invocation, which must have ended. */
export function interpret(invocation: CommandInvocation, run: RunIdentity): HostReport {
  const { InstanceId = 'unknown', InstanceName, CommandPlugins = [] } = invocation;
  const steps = CommandPlugins.map((plugin) => interpretStep(plugin, run.dryRun));
  return hostReport(run, { id: InstanceId, name: InstanceName }, judge(invocation, steps), steps);
}

/**
 * Compares the hosts of a run. All were sent the same document, so a step that only some of them report
 * is missing on the others.
 */
export function judgeTogether(hosts: readonly HostReport[]): HostReport[] {
  const document = new Set(hosts.flatMap(({ steps }) => steps.map(({ step }) => step)));
  document.delete(UNNAMED);
  return hosts.map((host) => {
    if (!judgedBySteps(host)) return host;
    const missing = [...document].filter((name) => !host.steps.some(({ step }) => step === name));
    if (missing.length === 0) return host;
    const detail = 'other hosts of the run have it, this one does not';
    const absent = missing.map((step) => ({
      step,
      reason: 'no-result',
      message: explain('no-result', detail),
    }));
    const names = missing.map((step) => JSON.stringify(step)).join(', ');
    return {
      ...host,
      ...verdict('no-result', `other hosts of the run have ${names}, this one does not`),
      steps: [...host.steps, ...absent],
    };
  });
}

/** If the whole command was stopped, steps may be missing. */
function judgedBySteps({ outcome, reason }: HostReport): boolean {
  return (
    outcome === 'succeeded' || (outcome === 'skipped' && reason !== 'cancelled' && reason !== 'terminated')
  );
}

/** The lists come last: Logs Insights discovers only a limited number of fields in an event. */
export function hostReport(
  run: RunIdentity,
  instance: { readonly id: string; readonly name?: string | undefined },
  { outcome, reason, message }: Verdict,
  steps: readonly StepReport[] = [],
): HostReport {
  const results = steps.flatMap((step) => step.result ?? []);
  const sum = (of: (result: StepResult) => number | undefined): number =>
    results.reduce((total, result) => total + (of(result) ?? 0), 0);
  const killed = results.flatMap((result) => result.killed ?? []);
  const ignoresSigterm = servicesOf(killed);
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
    ...results.flatMap((result) => (result.host ? [{ host: result.host }] : []))[0],
    ...(ignoresSigterm ? { ignoresSigterm } : {}),
    killedOmitted: sum((result) => result.killedOmitted),
    killed,
    steps,
  };
}

function servicesOf(killed: readonly KilledContainer[]): string {
  return [...new Set(killed.map(({ project, service }) => `${project}/${service}`))].sort().join(', ');
}

function judge(invocation: CommandInvocation, steps: readonly StepReport[]): Verdict {
  const meaning = invocationMeaning(invocation);
  const trace = excerpt(invocation.TraceOutput ?? '');
  if (meaning === undefined || meaning === 'in-flight') {
    return verdict('unknown-status', JSON.stringify(statusOf(invocation)));
  }
  if (meaning !== 'by-steps') return verdict(meaning, trace);
  const bySteps = judgeSteps(steps, trace);
  if (bySteps.outcome === 'succeeded' && statusOf(invocation) === 'Failed') {
    return verdict('contradiction', trace || 'Systems Manager reports a failure, but no step failed');
  }
  return bySteps;
}

function judgeSteps(steps: readonly StepReport[], trace: string): Verdict {
  for (const outcome of FAILED_OUTCOMES) {
    const first = steps.find((step) => stepOutcome(step) === outcome);
    if (first) return because(outcome, first);
  }
  const tasks = steps.filter((step) => step.step !== HOST_STEP);
  if (tasks.length === 0 || tasks.length === steps.length) {
    const missing = tasks.length === 0 ? 'any task' : `step ${JSON.stringify(HOST_STEP)}`;
    return verdict('no-result', trace || `there is no result of ${missing}`);
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

/** A step with a reason for a missing or contradicted result has failed, even if its result says otherwise. */
function stepOutcome(step: StepReport): HostOutcome {
  if (step.reason === 'timed-out') return 'timed-out';
  if (step.reason || !step.result || step.result.outcome === 'failed') return 'failed';
  return step.result.outcome === 'skipped' ? 'skipped' : 'succeeded';
}

function interpretStep(plugin: CommandPlugin, dryRun: boolean): StepReport {
  const result = parseStepResult(plugin.Output ?? '');
  const problem = result ? doubt(plugin, result, dryRun) : absence(plugin);
  return {
    step: plugin.Name ?? UNNAMED,
    ...(result ? { result } : {}),
    ...(problem ? { reason: problem[0], message: explain(...problem) } : {}),
  };
}

type Problem = readonly [reason: ReporterReason, detail: string];

/** Why a step's result must not be believed, or undefined if it can be. */
function doubt(
  plugin: CommandPlugin,
  { outcome, dryRun }: StepResult,
  sentAsDryRun: boolean,
): Problem | undefined {
  const meaning = stepMeaning(plugin);
  const exitCode = plugin.ResponseCode ?? 0;
  if (meaning !== 'by-result') return [meaning, `its result says ${JSON.stringify(outcome)}`];
  if (outcome !== 'failed' && (statusOf(plugin) === 'Failed' || exitCode !== 0)) {
    return [
      'contradiction',
      `its result says ${JSON.stringify(outcome)}, yet it ended with exit code ${exitCode}`,
    ];
  }
  if (dryRun !== sentAsDryRun) {
    return [
      'contradiction',
      `the command was sent with DryRun ${sentAsDryRun}, yet its result says dryRun ${dryRun}`,
    ];
  }
  return undefined;
}

/** Why a step has no result. */
function absence(plugin: CommandPlugin): Problem {
  const { Output: output = '', ResponseCode: exitCode = 0 } = plugin;
  const printed = excerpt(output.replace('----------ERROR-------', ' ')) || 'it printed nothing';
  const meaning = stepMeaning(plugin);
  if (meaning !== 'by-result') return [meaning, printed];
  if (exitCode === KILLED) return ['timed-out', printed];
  if (exitCode === NOT_STARTED || SKIPPED.test(output)) return ['not-run', printed];
  return [CUT.test(output) ? 'truncated' : 'no-result', printed];
}
