import { ListCommandsCommand, paginateListCommandInvocations } from '@aws-sdk/client-ssm';
import type { CommandInvocation, SSMClient } from '@aws-sdk/client-ssm';
import { DRY_RUN_PARAMETER } from '../../lib/contract';
import { isInFlight } from './interpret';

/** A command as it was sent. */
export interface SentCommand {
  readonly commandId: string;
  readonly documentName: string;
  readonly requestedAt: Date;
  /** Systems Manager's word for the whole command; told, never believed. */
  readonly status: string;
  readonly dryRun: boolean;
  /** How many hosts Systems Manager found for the targets. */
  readonly targetCount: number;
}

/** The largest page that ListCommandInvocations gives. */
const PAGE_SIZE = 50;

/**
 * Reads the command.
 *
 * @throws when Systems Manager does not know it, or not yet: its reads are eventually consistent.
 */
export async function findCommand(ssm: SSMClient, commandId: string): Promise<SentCommand> {
  const { Commands = [] } = await ssm.send(new ListCommandsCommand({ CommandId: commandId }));
  const command = Commands.find(({ CommandId }) => CommandId === commandId);
  if (!command?.RequestedDateTime) {
    throw new Error(`command ${JSON.stringify(commandId)} is not known to Systems Manager, or not yet`);
  }
  return {
    commandId,
    documentName: command.DocumentName ?? 'unknown',
    requestedAt: command.RequestedDateTime,
    status: command.StatusDetails || command.Status || 'unknown',
    dryRun: command.Parameters?.[DRY_RUN_PARAMETER]?.[0] === 'true',
    targetCount: command.TargetCount ?? 0,
  };
}

/**
 * Reads the command's invocations with the output of their steps, page by page,
 * so that the output of a large fleet is never held all at once.
 *
 * @throws as soon as one invocation is still in flight: the command's event may
 * come before the last host is done, and Lambda's own retry then comes back.
 */
export async function* listInvocations(
  ssm: SSMClient,
  commandId: string,
): AsyncGenerator<CommandInvocation, void, undefined> {
  const pages = paginateListCommandInvocations(
    { client: ssm, pageSize: PAGE_SIZE },
    { CommandId: commandId, Details: true },
  );
  for await (const { CommandInvocations = [] } of pages) {
    const pending = CommandInvocations.find(isInFlight);
    if (pending) {
      throw new Error(
        `command ${JSON.stringify(commandId)} is still in flight: ` +
          `instance ${JSON.stringify(pending.InstanceId)} is ${JSON.stringify(pending.StatusDetails || pending.Status)}; ` +
          'it is reported when all its invocations have ended',
      );
    }
    yield* CommandInvocations;
  }
}
