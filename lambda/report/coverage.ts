import { paginateDescribeInstances } from '@aws-sdk/client-ec2';
import type { EC2Client, Filter, Instance } from '@aws-sdk/client-ec2';
import { paginateDescribeInstanceInformation } from '@aws-sdk/client-ssm';
import type { InstanceInformation, SSMClient, Target } from '@aws-sdk/client-ssm';
import { excerpt, refusalOf } from '../../lib/contract';
import type { Coverage } from '../../lib/contract';
import type { SentCommand } from './collect';
import { hostReport } from './host-report';
import type { JudgedHost, RunIdentity } from './host-report';
import { verdict } from './verdict';
import type { Verdict } from './verdict';

/** The largest page that DescribeInstances returns. */
const INSTANCES_PER_PAGE = 1000;
/** The largest page that DescribeInstanceInformation returns, so that each batch of ids is one page. */
const IDS_PER_BATCH = 50;

interface Clients {
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
}

/** A running instance that the command should have reached. */
interface Expected {
  readonly id: string;
  readonly name: string | undefined;
  readonly launched: Date | undefined;
}

/**
 * Compares a command with the running instances that carry its tags. Instances that it was not sent to
 * are reported as unreachable, with the known reason. A command without tags cannot be compared.
 *
 * This function never throws: a run with unknown coverage must still be reported.
 *
 * @param reached ids of the instances that Systems Manager sent the command to
 */
export async function findNotReached(
  clients: Clients,
  command: SentCommand,
  reached: ReadonlySet<string>,
  run: RunIdentity,
): Promise<{ coverage: Coverage; hosts: JudgedHost[] }> {
  const filters = tagFilters(command.targets);
  if (!filters) return { coverage: { state: 'not-applicable' }, hosts: [] };
  let running: Expected[];
  try {
    running = await runningInstances(clients.ec2, filters, command.requestedAt);
  } catch (error) {
    return { coverage: { state: 'unknown', message: failure('ec2:DescribeInstances', error) }, hosts: [] };
  }
  const missed = running.filter(({ id }) => !reached.has(id));
  const why = await askWhy(clients.ssm, missed, command);
  const hosts = missed.map((instance) => hostReport(run, instance, why(instance)));
  return { coverage: { state: 'known', running: running.length, notReached: missed.length }, hosts };
}

/** The targets as filters of EC2 with the same meaning; undefined when a target is not a tag. */
function tagFilters(targets: readonly Target[]): Filter[] | undefined {
  const byTags = targets.length > 0 && targets.every(({ Key }) => Key?.startsWith('tag:'));
  if (!byTags) return undefined;
  return targets.map(({ Key = '', Values = [] }) => ({
    Name: Key,
    // EC2's filters take wildcards; the targets of Systems Manager do not.
    Values: Values.map((value) => value.replace(/[\\*?]/g, '\\$&')),
  }));
}

/** Leaves out instances that were launched after the command was sent, because it could not reach them. */
async function runningInstances(ec2: EC2Client, filters: Filter[], sentAt: Date): Promise<Expected[]> {
  const pages = paginateDescribeInstances(
    { client: ec2, pageSize: INSTANCES_PER_PAGE },
    { Filters: [...filters, { Name: 'instance-state-name', Values: ['running'] }] },
  );
  const found: Expected[] = [];
  for await (const { Reservations = [] } of pages) {
    for (const { Instances = [] } of Reservations) {
      found.push(...Instances.filter(({ LaunchTime }) => !(LaunchTime && LaunchTime > sentAt)).map(expected));
    }
  }
  return found;
}

/** Keeps only what is needed of an instance: EC2 returns several kilobytes for each. */
function expected({ InstanceId = 'unknown', LaunchTime, Tags = [] }: Instance): Expected {
  return {
    id: InstanceId,
    name: Tags.find(({ Key }) => Key === 'Name')?.Value,
    launched: LaunchTime,
  };
}

/**
 * Asks Systems Manager what it knows about these instances. After one call has failed, it makes no more
 * calls.
 */
async function askWhy(
  ssm: SSMClient,
  instances: readonly Expected[],
  command: SentCommand,
): Promise<(instance: Expected) => Verdict> {
  const asked = new Set<string>();
  const nodes = new Map<string | undefined, InstanceInformation>();
  let failed: string | undefined;
  for (let i = 0; i < instances.length && failed === undefined; i += IDS_PER_BATCH) {
    const ids = instances.slice(i, i + IDS_PER_BATCH).map(({ id }) => id);
    try {
      for (const node of await describeNodes(ssm, ids)) nodes.set(node.InstanceId, node);
      for (const id of ids) asked.add(id);
    } catch (error) {
      failed = failure('ssm:DescribeInstanceInformation', error);
    }
  }
  return (instance) =>
    asked.has(instance.id)
      ? explainNode(nodes.get(instance.id), instance, command)
      : verdict('not-reached', failed);
}

/** @param ids at most 50 */
async function describeNodes(ssm: SSMClient, ids: string[]): Promise<InstanceInformation[]> {
  const pages = paginateDescribeInstanceInformation(
    { client: ssm, pageSize: IDS_PER_BATCH },
    { Filters: [{ Key: 'InstanceIds', Values: ids }] },
  );
  const nodes: InstanceInformation[] = [];
  for await (const { InstanceInformationList = [] } of pages) nodes.push(...InstanceInformationList);
  return nodes;
}

function explainNode(
  node: InstanceInformation | undefined,
  { launched }: Expected,
  { status }: SentCommand,
): Verdict {
  if (!node) return verdict('not-registered', launched && `launched at ${launched.toISOString()}`);
  if (node.PingStatus !== 'Online') {
    const last = node.LastPingDateTime;
    return verdict('connection-lost', last && `last heard of at ${last.toISOString()}`);
  }
  return verdict(refusalOf(status) ?? 'not-targeted');
}

const DENIED = /UnauthorizedOperation|AccessDenied|AuthFailure|UnrecognizedClient/;
const THROTTLED = /RequestLimitExceeded|Throttl|TooManyRequests/;

/** Says which action failed, how, and what to do. */
function failure(action: string, error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const remedy = DENIED.test(name)
    ? `allow ${action} on all resources to the reporter's role, and see whether a permissions boundary or a service control policy denies it`
    : THROTTLED.test(name)
      ? 'the account makes more of these calls than AWS allows: see in CloudTrail who else makes them'
      : 'see whether the reporter can reach the service, and the AWS Health Dashboard; the next run asks again';
  return `${action} failed with ${excerpt(`${name}: ${message}`, 200)}: ${remedy}`;
}
