import type { Reason } from './reasons';

/**
 * Every reason that the reporter itself gives to a host or to a step: it follows from what Systems Manager and EC2 say
 * of them.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html
 */
export const REPORTER_REASONS = {
  'no-result': {
    outcome: 'failed',
    meaning: 'the step left no result that can be read, or is missing',
    action: "see the step's output on the host, under /var/lib/amazon/ssm/*/document/orchestration",
  },
  truncated: {
    outcome: 'failed',
    meaning: 'the step printed more than Systems Manager keeps, and the part that it kept has no result',
    action:
      'print the result first and in one line; all output is on the host, under /var/lib/amazon/ssm/*/document/orchestration',
  },
  contradiction: {
    outcome: 'failed',
    meaning: 'what was reported contradicts itself',
    action: 'trust neither statement, and look at the host',
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
    meaning: 'the command or a step of it did not end within its timeout, or was killed',
    action:
      'see whether the Docker Engine answers and the host has memory left; if there was only much to do, give the task a longer timeout',
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
    action: 'remove the tag from this instance',
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
      'wait for the next run if the instance was tagged or registered only after the command was sent; if that run does not reach it either, compare its tags in EC2 and in Fleet Manager',
  },
  'not-reached': {
    outcome: 'unreachable',
    meaning: 'the command was not sent to the instance, and the reporter could not ask why',
    action: 'look the instance up in Fleet Manager',
  },
  terminated: {
    outcome: 'skipped',
    meaning: 'the command had exceeded its error threshold (MaxErrors) before it came to this host',
    action: 'repair the hosts that failed, or send with MaxErrors 100%',
  },
  cancelled: {
    outcome: 'skipped',
    meaning: 'the command was cancelled before it ended on this host',
    action: 'send the command again if you did not mean to cancel it',
  },
} as const satisfies Readonly<Record<string, Reason>>;

export type ReporterReason = keyof typeof REPORTER_REASONS;
