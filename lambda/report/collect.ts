import {
  ListCommandsCommand,
  paginateListCommandInvocations,
  paginateListCommands,
} from '@aws-sdk/client-ssm';
import type { Command, CommandInvocation, SSMClient, Target } from '@aws-sdk/client-ssm';
import { DRY_RUN_PARAMETER, excerpt, SCHEDULE_COMMENT } from '../../lib/contract';
import type { Trigger } from '../../lib/contract';
import { isInFlight } from './interpret';

/** A command as it was sent. */
export interface SentCommand {
  readonly commandId: string;
  readonly documentName: string;
  readonly requestedAt: Date;
  /** The status that Systems Manager gives the whole command. It is reported, but never believed. */
  readonly status: string;
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  /** How many hosts Systems Manager found for the targets. */
  readonly targetCount: number;
  readonly targets: readonly Target[];
}

/** The command cannot be reported yet, because it or its known state may still change. */
export class InFlight extends Error {
  override readonly name = 'InFlight';
}

/** The largest page that ListCommands and ListCommandInvocations return. */
const PAGE_SIZE = 50;

/**
 * Reads the command.
 *
 * @throws InFlight when Systems Manager does not know it, or not yet: its reads are eventually
 * consistent
 */
export async function findCommand(ssm: SSMClient, commandId: string): Promise<Command> {
  const { Commands = [] } = await ssm.send(new ListCommandsCommand({ CommandId: commandId }));
  const command = Commands.find(({ CommandId }) => CommandId === commandId);
  if (!command) {
    throw new InFlight(`command ${JSON.stringify(commandId)} is not known to Systems Manager, or not yet`);
  }
  return command;
}

/** Lists the commands of a document that were sent at that time or later, the oldest first. */
export async function listCommands(ssm: SSMClient, documentName: string, since: Date): Promise<Command[]> {
  const pages = paginateListCommands(
    { client: ssm, pageSize: PAGE_SIZE },
    {
      Filters: [
        { key: 'DocumentName', value: documentName },
        { key: 'InvokedAfter', value: `${since.toISOString().slice(0, 19)}Z` },
      ],
    },
  );
  const commands: Command[] = [];
  for await (const page of pages) commands.push(...(page.Commands ?? []));
  const sentAt = ({ RequestedDateTime }: Command): number => RequestedDateTime?.getTime() ?? 0;
  return commands.sort((a, b) => sentAt(a) - sentAt(b));
}

/** @throws InFlight when Systems Manager has not noted the command's time yet */
export function sentCommand(command: Command): SentCommand {
  const commandId = command.CommandId ?? 'unknown';
  if (!command.RequestedDateTime) {
    throw new InFlight(`command ${JSON.stringify(commandId)} has no time of request yet`);
  }
  return {
    commandId,
    documentName: command.DocumentName ?? 'unknown',
    requestedAt: command.RequestedDateTime,
    status: command.StatusDetails || command.Status || 'unknown',
    trigger: triggerOf(command),
    dryRun: command.Parameters?.[DRY_RUN_PARAMETER]?.[0] === 'true',
    targetCount: command.TargetCount ?? 0,
    targets: command.Targets ?? [],
  };
}

function triggerOf({ Comment = '' }: Command): Trigger {
  if (!Comment.startsWith(SCHEDULE_COMMENT)) return { by: 'hand' };
  const executionId = excerpt(Comment.slice(SCHEDULE_COMMENT.length));
  return { by: 'schedule', ...(executionId ? { executionId } : {}) };
}

/**
 * A command that is still being sent can get more invocations, and only its status shows that. After it
 * has expired, it gets no more.
 *
 * @throws InFlight when more invocations may come
 */
export function refuseUnsent({ CommandId, Status, ExpiresAfter }: Command): void {
  const unsent = Status === 'Pending' || Status === 'InProgress' || Status === 'Cancelling';
  if (unsent && !(ExpiresAfter && ExpiresAfter.getTime() < Date.now())) {
    throw new InFlight(
      `command ${JSON.stringify(CommandId)} is still in flight: it is ${JSON.stringify(Status)}; ` +
        'it is reported when all its invocations have ended',
    );
  }
}

/**
 * Reads the command's invocations with the output of their steps, page by page. The output of a large
 * fleet is never all in memory.
 *
 * @throws InFlight as soon as one invocation has not ended: the command's event may come before the last
 * host is done
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
      throw new InFlight(
        `command ${JSON.stringify(commandId)} is still in flight: ` +
          `instance ${JSON.stringify(pending.InstanceId)} is ${JSON.stringify(pending.StatusDetails || pending.Status)}; ` +
          'it is reported when all its invocations have ended',
      );
    }
    yield* CommandInvocations;
  }
}
