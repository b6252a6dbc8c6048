import type { CommandInvocation, CommandPlugin } from '@aws-sdk/client-ssm';
import { REFUSALS } from '../../lib/contract';
import type { ReporterReason } from '../../lib/contract';

/**
 * What each status of Systems Manager says about a host. Its steps may still be running, or they show
 * the result, or the status says why they cannot. The table includes the statuses of whole commands, and
 * both spellings where there are two.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html
 */
const INVOCATION: ReadonlyMap<string, 'in-flight' | 'by-steps' | ReporterReason> = new Map([
  ['Pending', 'in-flight'],
  ['InProgress', 'in-flight'],
  ['Delayed', 'in-flight'],
  ['Cancelling', 'in-flight'],
  ['Canceling', 'in-flight'],
  ['Success', 'by-steps'],
  ['Failed', 'by-steps'],
  ['Incomplete', 'by-steps'],
  ['TimedOut', 'timed-out'],
  ['ExecutionTimedOut', 'timed-out'],
  ['DeliveryTimedOut', 'delivery-timed-out'],
  ['Undeliverable', 'undeliverable'],
  ['InvalidPlatform', 'invalid-platform'],
  ['NoInstancesInTag', 'no-instances-in-tag'],
  ...REFUSALS,
  ['Terminated', 'terminated'],
  ['Cancelled', 'cancelled'],
  ['Canceled', 'cancelled'],
]);

/** What each status says about a step. */
const STEP: ReadonlyMap<string, 'by-result' | ReporterReason> = new Map([
  ['Success', 'by-result'],
  ['Failed', 'by-result'],
  ['TimedOut', 'timed-out'],
  ['ExecutionTimedOut', 'timed-out'],
  ['Cancelled', 'cancelled'],
  ['Canceled', 'cancelled'],
  ['Cancelling', 'cancelled'],
  ['Canceling', 'cancelled'],
  ['Pending', 'not-run'],
  ['InProgress', 'not-run'],
  ['Delayed', 'not-run'],
  ['DeliveryTimedOut', 'not-run'],
  ['Undeliverable', 'not-run'],
  ['AccessDenied', 'not-run'],
  ['InvalidPlatform', 'not-run'],
  ['Terminated', 'not-run'],
]);

/** The most detailed status, as the API spells it: the documentation has spaces in some. */
export function statusOf({
  Status,
  StatusDetails,
}: Pick<CommandInvocation | CommandPlugin, 'Status' | 'StatusDetails'>): string {
  return (StatusDetails || Status || '').replaceAll(' ', '');
}

/** What an invocation's status says about its host; undefined for an unknown status. */
export function invocationMeaning(
  invocation: CommandInvocation,
): 'in-flight' | 'by-steps' | ReporterReason | undefined {
  return INVOCATION.get(statusOf(invocation));
}

/** What a step's status says about it. */
export function stepMeaning(plugin: CommandPlugin): 'by-result' | ReporterReason {
  return STEP.get(statusOf(plugin)) ?? 'not-run';
}

/** Whether the invocation may still change. */
export function isInFlight({ Status, StatusDetails }: CommandInvocation): boolean {
  return [{ Status }, { StatusDetails }].some((status) => INVOCATION.get(statusOf(status)) === 'in-flight');
}
