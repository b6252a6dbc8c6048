import type { Command, CommandInvocation, InstanceInformation } from '@aws-sdk/client-ssm';
import { commandFilter } from './command-filter';
import { AwsError, JsonService } from './json-server';

/** The longest output of a step that the service keeps, in characters, including the agent's marks. */
const MAX_PLUGIN_OUTPUT = 2500;
const MAX_PAGE = 50;
/** The maximum number of values in a filter of managed nodes. */
const MAX_FILTER_VALUES = 100;

type Input = Readonly<Record<string, unknown>>;

/**
 * The part of Systems Manager that describes commands and managed nodes: `ListCommands`,
 * `ListCommandInvocations` and `DescribeInstanceInformation`. It returns what you gave it.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListCommandInvocations.html
 */
export class LoopbackSsm extends JsonService {
  private readonly commands = new Map<string, Command>();
  private readonly invocations = new Map<string, readonly CommandInvocation[]>();
  private nodes: readonly InstanceInformation[] = [];

  constructor() {
    super('AmazonSSM', 'ssm');
  }

  /**
   * Stores a command with its invocations. It replaces a command with the same id.
   *
   * @throws if a step's output is longer than the service would ever return
   */
  put(command: Command, invocations: readonly CommandInvocation[]): void {
    const id = commandId({ CommandId: command.CommandId });
    if (id === undefined) throw new Error('command has no CommandId: set one');
    for (const plugin of invocations.flatMap(({ CommandPlugins = [] }) => CommandPlugins)) {
      const length = plugin.Output?.length ?? 0;
      if (length > MAX_PLUGIN_OUTPUT) {
        throw new Error(
          `output of step ${JSON.stringify(plugin.Name)} has ${length} characters, more than ${MAX_PLUGIN_OUTPUT}: ` +
            'cut it as the SSM Agent does',
        );
      }
    }
    this.commands.set(id, command);
    this.invocations.set(id, [...invocations]);
  }

  /** Replaces all managed nodes with these. */
  putNodes(nodes: readonly InstanceInformation[]): void {
    this.nodes = [...nodes];
  }

  protected override serve(operation: string, input: Input): object {
    switch (operation) {
      case 'ListCommands': {
        const id = commandId(input);
        const passes = commandFilter(input.Filters);
        const held = [...this.commands.values()]
          .filter((command) => (!id || command.CommandId === id) && passes(command))
          .sort((a, b) => sentAt(b) - sentAt(a));
        const { page, NextToken } = paged(held, input);
        return { Commands: page, NextToken };
      }
      case 'ListCommandInvocations': {
        if (input.Filters !== undefined) {
          throw new AwsError('InvalidFilterKey', 'filters are not served by this endpoint');
        }
        const id = commandId(input);
        const all = id ? (this.invocations.get(id) ?? []) : [...this.invocations.values()].flat();
        const { page, NextToken } = paged(
          all.filter(({ InstanceId }) => !input.InstanceId || InstanceId === input.InstanceId),
          input,
        );
        const details = input.Details === true;
        return {
          CommandInvocations: page.map((invocation) =>
            details ? invocation : { ...invocation, CommandPlugins: [] },
          ),
          NextToken,
        };
      }
      case 'DescribeInstanceInformation': {
        const ids = instanceIds(input);
        const found = this.nodes.filter(({ InstanceId = '' }) => !ids || ids.includes(InstanceId));
        const { page, NextToken } = paged(found, { MaxResults: 10, ...input }, 5);
        return { InstanceInformationList: page, NextToken };
      }
      default:
        throw new AwsError('UnknownOperationException', operation);
    }
  }
}

function commandId({ CommandId }: Input): string | undefined {
  if (CommandId === undefined) return undefined;
  if (typeof CommandId !== 'string' || CommandId.length !== 36) {
    throw new AwsError(
      'ValidationException',
      `Value ${JSON.stringify(CommandId)} at 'commandId' failed to satisfy constraint: Member must have length 36`,
    );
  }
  return CommandId;
}

/** Reads the only filter that this endpoint serves, because it does not store the values of other filters. */
function instanceIds({ Filters }: Input): readonly string[] | undefined {
  if (Filters === undefined) return undefined;
  const [filter, ...others] = Filters as { Key?: unknown; Values?: unknown }[];
  const values = filter?.Values;
  if (filter?.Key !== 'InstanceIds' || others.length > 0) {
    throw new AwsError('InvalidFilterKey', 'only one filter, by InstanceIds, is served by this endpoint');
  }
  if (!Array.isArray(values) || values.length < 1 || values.length > MAX_FILTER_VALUES) {
    throw new AwsError(
      'ValidationException',
      `'values' failed to satisfy constraint: Member must have length 1 to ${MAX_FILTER_VALUES}`,
    );
  }
  return values as string[];
}

/** Returns when a command was sent. The newest commands come first in a list. */
function sentAt({ RequestedDateTime }: Command): number {
  return RequestedDateTime?.getTime() ?? 0;
}

function paged<T>(items: readonly T[], input: Input, least = 1): { page: readonly T[]; NextToken?: string } {
  const size = input.MaxResults ?? MAX_PAGE;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < least || size > MAX_PAGE) {
    throw new AwsError(
      'ValidationException',
      `Value ${JSON.stringify(size)} at 'maxResults' failed to satisfy constraint: ${least} to ${MAX_PAGE}`,
    );
  }
  const token = input.NextToken ?? 'from-0';
  const from = Number(typeof token === 'string' ? /^from-(\d+)$/.exec(token)?.[1] : NaN);
  if (!(from <= items.length)) throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  const to = from + size;
  return { page: items.slice(from, to), ...(to < items.length ? { NextToken: `from-${to}` } : {}) };
}
