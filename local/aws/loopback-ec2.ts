import type { Instance, Tag } from '@aws-sdk/client-ec2';
import { AwsError } from './loopback-service';
import type { Input } from './loopback-service';
import { QueryService, listOf } from './query-server';

const LEAST_RESULTS = 5;
const MOST_RESULTS = 1000;
const MOST_FILTER_VALUES = 200;
/** How many of the instances are in one reservation. The service lists instances by reservation. */
const RESERVED_TOGETHER = 2;

const STATE_CODES: Readonly<Record<string, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/**
 * The part of EC2 that describes instances: `DescribeInstances`, by tags and states. It returns the
 * instances that you gave it.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
 */
export class LoopbackEc2 extends QueryService {
  private instances: readonly Instance[] = [];

  constructor() {
    super({
      signingName: 'ec2',
      version: '2016-11-15',
      namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
      dialect: 'ec2',
    });
  }

  /** Replaces all instances with these. */
  put(instances: readonly Instance[]): void {
    this.instances = [...instances];
  }

  protected override serve(operation: string, input: Input): object {
    if (operation !== 'DescribeInstances') {
      throw new AwsError('InvalidAction', `The action ${operation} is not valid for this web service.`);
    }
    const filters = listOf(input.Filter).map((filter) => {
      const { Name, Value } = filter as Input;
      return { name: String(Name), values: listOf(Value).map(String) };
    });
    if (filters.reduce((count, { values }) => count + values.length, 0) > MOST_FILTER_VALUES) {
      throw new AwsError('FilterLimitExceeded', 'The maximum length of a filter value list is 200.');
    }
    const found = this.instances.filter((instance) =>
      filters.every(({ name, values }) =>
        valuesOf(instance, name).some((value) => values.some((pattern) => matches(pattern, value))),
      ),
    );
    const { page, nextToken } = paged(found, input);
    return { reservationSet: reservations(page), nextToken };
  }
}

/** Returns the values that a filter of this name compares. */
function valuesOf({ State, Tags = [] }: Instance, filter: string): string[] {
  if (filter === 'instance-state-name') return [State?.Name ?? ''];
  const key = /^tag:(.+)$/s.exec(filter)?.[1];
  if (key === undefined) throw new AwsError('InvalidParameterValue', `The filter '${filter}' is invalid`);
  return Tags.filter(({ Key }) => Key === key).map(({ Value = '' }) => Value);
}

/**
 * Whether a value matches a pattern. `*` matches any number of characters and `?` one, unless a backslash
 * precedes them.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
 */
function matches(pattern: string, value: string): boolean {
  const source = pattern.replace(/\\[\s\S]|[\s\S]/g, (token) => {
    if (token === '*') return '[\\s\\S]*';
    if (token === '?') return '[\\s\\S]';
    return (token.length > 1 ? token.slice(1) : token).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^${source}$`).test(value);
}

function paged(
  instances: readonly Instance[],
  input: Input,
): { page: readonly Instance[]; nextToken: string | undefined } {
  const size = input.MaxResults === undefined ? MOST_RESULTS : Number(input.MaxResults);
  if (!Number.isInteger(size) || size < LEAST_RESULTS || size > MOST_RESULTS) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value ( ${String(input.MaxResults)} ) for parameter maxResults is invalid. ` +
        `Expecting a value from ${LEAST_RESULTS} to ${MOST_RESULTS}.`,
    );
  }
  const token = input.NextToken ?? 'from-0';
  const from = Number(typeof token === 'string' ? /^from-(\d+)$/.exec(token)?.[1] : NaN);
  if (!(from <= instances.length)) {
    throw new AwsError('InvalidParameterValue', 'Unable to parse pagination token');
  }
  const to = from + size;
  return { page: instances.slice(from, to), nextToken: to < instances.length ? `from-${to}` : undefined };
}

function reservations(instances: readonly Instance[]): object[] {
  return Array.from({ length: Math.ceil(instances.length / RESERVED_TOGETHER) }, (_, i) => ({
    reservationId: `r-${String(i).padStart(17, '0')}`,
    instancesSet: instances.slice(i * RESERVED_TOGETHER, (i + 1) * RESERVED_TOGETHER).map(described),
  }));
}

function described({ InstanceId, State, LaunchTime, Tags }: Instance): object {
  return {
    instanceId: InstanceId,
    instanceState: { code: STATE_CODES[State?.Name ?? ''], name: State?.Name },
    launchTime: LaunchTime,
    tagSet: Tags?.map(({ Key, Value }: Tag) => ({ key: Key, value: Value })),
  };
}
