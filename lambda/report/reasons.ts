import type { HostOutcome } from '../../lib/contract';

interface Reason {
  /** How a host fared for which this is the reason. */
  readonly outcome: HostOutcome;
  readonly meaning: string;
  /** What to do about it. */
  readonly action: string;
}

/**
 * Every reason that the reporter itself gives, to a host or to a step of it; all
 * others are the steps' own. These codes are stable: alarms and queries may rely on them.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html
 */
export const REASONS = {
  'no-result': {
    outcome: 'failed',
    meaning: 'the step left no result that can be read',
    action: "see the step's output on the host, under /var/lib/amazon/ssm/*/document/orchestration",
  },
  truncated: {
    outcome: 'failed',
    meaning: 'the step printed more than Systems Manager keeps, and what was kept has no result',
    action:
      'print the result first and in one line; all output is on the host, under /var/lib/amazon/ssm/*/document/orchestration',
  },
  contradiction: {
    outcome: 'failed',
    meaning: 'what was reported contradicts itself',
    action: 'believe neither and look at the host',
  },
  'not-run': {
    outcome: 'failed',
    meaning: 'the step did not run, or not to its end',
    action: "see the agent's log on the host, /var/log/amazon/ssm/amazon-ssm-agent.log",
  },
  'unknown-status': {
    outcome: 'failed',
    meaning: 'Systems Manager reports a status that the reporter does not know',
    action: 'look the command up in Run Command, and update the housekeeping construct',
  },
  'timed-out': {
    outcome: 'timed-out',
    meaning: 'it did not end within its timeout, or was killed',
    action:
      'see whether the Docker Engine answers and memory is left on the host; where there was just much to do, give the task a longer timeout',
  },
  'delivery-timed-out': {
    outcome: 'unreachable',
    meaning: 'the command was not delivered in time',
    action: 'see whether the instance and its SSM Agent are running and can reach Systems Manager',
  },
  undeliverable: {
    outcome: 'unreachable',
    meaning: 'the command could not be delivered',
    action: 'see whether the instance still exists and its SSM Agent answers',
  },
  'access-denied': {
    outcome: 'unreachable',
    meaning: 'the sender may not send commands to this instance',
    action: "compare the instance's tags with those that the schedule's role allows",
  },
  'invalid-platform': {
    outcome: 'unreachable',
    meaning: 'the document runs on Linux only',
    action: 'take the tag off this instance',
  },
  'no-instances-in-tag': {
    outcome: 'unreachable',
    meaning: 'Systems Manager found no managed node that carries the tags',
    action: 'compare the tags of the instances with those of the housekeeping construct',
  },
  'rate-exceeded': {
    outcome: 'unreachable',
    meaning: "the command had more targets than the account's limit of pending invocations",
    action: 'ask AWS Support to raise the limit, or divide the hosts between several schedules',
  },
  'not-registered': {
    outcome: 'unreachable',
    meaning: 'the instance runs and carries the tags, yet Systems Manager does not know it',
    action:
      'see whether its SSM Agent is installed and running, its instance profile has AmazonSSMManagedInstanceCore, and it can reach Systems Manager',
  },
  'connection-lost': {
    outcome: 'unreachable',
    meaning: "Systems Manager has lost the connection to the instance's SSM Agent",
    action:
      'see whether the host is overloaded or its disk is full, and restart the SSM Agent or the instance',
  },
  'not-targeted': {
    outcome: 'unreachable',
    meaning: 'the instance is online, yet the command was not sent to it',
    action:
      'it may have been tagged or registered only after the command was sent: if the next run does not reach it either, compare its tags in EC2 and in Fleet Manager',
  },
  'not-reached': {
    outcome: 'unreachable',
    meaning: 'the command was not sent to the instance, and why could not be asked',
    action: 'look the instance up in Fleet Manager',
  },
  terminated: {
    outcome: 'skipped',
    meaning: 'the command had exceeded its error threshold (MaxErrors) before it came to this host',
    action: 'mend the hosts that failed, or send with MaxErrors 100%',
  },
  cancelled: {
    outcome: 'skipped',
    meaning: 'the command was cancelled before it ended on this host',
    action: 'run it again if that was not on purpose',
  },
} as const satisfies Readonly<Record<string, Reason>>;
export type ReasonCode = keyof typeof REASONS;

/** How a host fared, and why. */
export interface Verdict {
  readonly outcome: HostOutcome;
  readonly reason?: string;
  readonly message?: string;
}

/** The reason in a sentence that says what to do; `detail` tells what is known of this very case. */
export function explain(reason: ReasonCode, detail?: string): string {
  const { meaning, action } = REASONS[reason];
  return `${meaning}${detail ? ` (${detail})` : ''}: ${action}`;
}

export function verdict(reason: ReasonCode, detail?: string): Verdict {
  return { outcome: REASONS[reason].outcome, reason, message: explain(reason, detail) };
}
