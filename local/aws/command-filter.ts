import type { Command } from '@aws-sdk/client-ssm';
import { AwsError } from './json-server';

type Passes = (command: Command) => boolean;

const MAX_FILTERS = 5;

/** The states of a command that `Status` may name. */
const STATUSES = [
  'Pending',
  'InProgress',
  'Success',
  'Cancelled',
  'Failed',
  'TimedOut',
  'AccessDenied',
  'DeliveryTimedOut',
  'ExecutionTimedOut',
  'Incomplete',
  'NoInstancesInTag',
  'LimitExceeded',
];
const EXECUTING = ['Pending', 'InProgress', 'Cancelling'];

const FILTERS: Readonly<Record<string, (value: string) => Passes>> = {
  DocumentName:
    (value) =>
    ({ DocumentName }) =>
      DocumentName === value,
  InvokedAfter: (value) => {
    const time = instant(value, 'InvokedAfter');
    return (command) => sentAt(command) >= time;
  },
  InvokedBefore: (value) => {
    const time = instant(value, 'InvokedBefore');
    return (command) => sentAt(command) < time;
  },
  Status: (value) => {
    oneOf(STATUSES, value, 'Status');
    // The filter's value differs from the name of the status.
    const detail = value === 'LimitExceeded' ? 'RateExceeded' : value;
    return ({ Status, StatusDetails }) => Status === value || StatusDetails === detail;
  },
  ExecutionStage: (value) => {
    oneOf(['Executing', 'Complete'], value, 'ExecutionStage');
    return ({ Status = 'Pending' }) => EXECUTING.includes(Status) === (value === 'Executing');
  },
};

/**
 * Returns a predicate for the commands that match all filters of a `ListCommands` request.
 *
 * @throws AwsError for a filter that the service would refuse
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CommandFilter.html
 */
export function commandFilter(filters: unknown): Passes {
  if (filters === undefined) return () => true;
  if (!Array.isArray(filters) || filters.length < 1 || filters.length > MAX_FILTERS) {
    throw invalid(filters, 'filters', `Member must have length 1 to ${MAX_FILTERS}`);
  }
  const all = (filters as { key?: unknown; value?: unknown }[]).map(({ key, value }) => {
    const filter = typeof key === 'string' && Object.hasOwn(FILTERS, key) ? FILTERS[key] : undefined;
    if (!filter)
      throw invalid(key, 'key', `Member must satisfy enum value set: ${Object.keys(FILTERS).join()}`);
    if (typeof value !== 'string' || value === '') throw invalid(value, 'value', 'Member must not be empty');
    return filter(value);
  });
  return (command) => all.every((passes) => passes(command));
}

function sentAt({ RequestedDateTime }: Command): number {
  return RequestedDateTime?.getTime() ?? 0;
}

function instant(value: string, key: string): number {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) || Number.isNaN(Date.parse(value))) {
    throw invalid(value, key, 'Member must be a timestamp such as 2024-07-07T00:00:00Z');
  }
  return Date.parse(value);
}

function oneOf(values: readonly string[], value: string, key: string): void {
  if (!values.includes(value)) throw invalid(value, key, `Member must be one of ${values.join()}`);
}

function invalid(value: unknown, name: string, constraint: string): AwsError {
  return new AwsError(
    'ValidationException',
    `Value ${JSON.stringify(value)} at '${name}' failed to satisfy constraint: ${constraint}`,
  );
}
