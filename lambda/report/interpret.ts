import type { CommandInvocation, CommandPlugin } from '@aws-sdk/client-ssm';
import { excerpt, explain, FAILED_OUTCOMES, FIXED_STEPS, HOST_STEP } from '../../lib/contract';
import type { HostOutcome, ReporterReason, StepReport, StepResult } from '../../lib/contract';
import { hostReport } from './host-report';
import type { JudgedHost, RunIdentity } from './host-report';
import { readObjects } from './object-list';
import type { ObjectList } from './object-list';
import { invocationMeaning, statusOf, stepMeaning } from './statuses';
import { parseStepResult } from './step-result';
import { verdict } from './verdict';
import type { Verdict } from './verdict';

export { isInFlight } from './statuses';

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
export function interpret(invocation: CommandInvocation, run: RunIdentity): JudgedHost {
  const { InstanceId = 'unknown', InstanceName, CommandPlugins = [] } = invocation;
  const read = CommandPlugins.map((plugin) => interpretStep(plugin, run.dryRun));
  const steps = read.map(({ step }) => step);
  const lists = read.map(({ list }) => list);
  return hostReport(run, { id: InstanceId, name: InstanceName }, judge(invocation, steps), steps, lists);
}

/**
 * Compares the hosts of a run. All were sent the same document, so a step that only some of them report
 * is missing on the others.
 */
export function judgeTogether(hosts: readonly JudgedHost[]): JudgedHost[] {
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
function judgedBySteps({ outcome, reason }: JudgedHost): boolean {
  return (
    outcome === 'succeeded' || (outcome === 'skipped' && reason !== 'cancelled' && reason !== 'terminated')
  );
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
  const tasks = steps.filter(({ step }) => !FIXED_STEPS.includes(step));
  if (tasks.length === 0 || !steps.some(({ step }) => step === HOST_STEP)) {
    const missing = tasks.length === 0 ? 'any task' : `step ${JSON.stringify(HOST_STEP)}`;
    return verdict('no-result', trace || `there is no result of ${missing}`);
  }
  const [first] = tasks;
  if (first && tasks.every((step) => stepOutcome(step) === 'skipped')) return because('skipped', first);
  return { outcome: 'succeeded' };
}

function because(outcome: HostOutcome, step: StepReport): Verdict {
  // Without a reason of its own, a step's message is about its list.
  const message = step.reason ? step.message : step.result?.message;
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

function interpretStep(
  plugin: CommandPlugin,
  dryRun: boolean,
): { readonly step: StepReport; readonly list: ObjectList } {
  const { Name: step = UNNAMED, Output: output = '' } = plugin;
  const result = parseStepResult(output);
  const list = result ? readObjects(output, result) : { objects: [], missing: 0 };
  const problem = result ? doubt(plugin, result, dryRun) : absence(plugin);
  const damage = list.damage && { message: `the list of objects is not reliable: ${list.damage}` };
  return {
    step: {
      step,
      ...(result ? { result } : {}),
      ...(problem ? { reason: problem[0], message: explain(...problem) } : damage),
    },
    list,
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
