import { paginateDescribeLogStreams } from '@aws-sdk/client-cloudwatch-logs';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { HostOutput } from '../../lib/contract';
import { examplesOf } from './groups';
import type { JudgedHost } from './host-report';

/** How many pages of 50 streams the reporter reads at most, and for how long. A host has one or two streams for each step. */
const MAX_PAGES = 100;
const MAX_SECONDS = 10;

/**
 * Finds the hosts of a run that wrote no output to the log group. A host without the permission fails silently.
 *
 * Only hosts with a result of a step count: these certainly printed something. The number of hosts is absent if the
 * reporter cannot read the group, or if a large fleet has more streams than it reads.
 *
 * This function never throws: a report can do without these hosts.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-rc-setting-up-cwlogs.html
 */
export async function findHostOutput(
  logs: CloudWatchLogsClient,
  logGroupName: string,
  commandId: string,
  hosts: readonly JudgedHost[],
): Promise<HostOutput> {
  try {
    const wrote = await writers(logs, logGroupName, commandId);
    if (!wrote) return { logGroupName };
    const printed = hosts.filter(({ steps }) => steps.some(({ result }) => result !== undefined));
    const without = printed.filter(({ instanceId }) => !wrote.has(instanceId));
    return {
      logGroupName,
      hostsWithout: without.length,
      ...(without.length > 0 ? { examples: examplesOf(without) } : {}),
    };
  } catch (error) {
    const hostOutputUnknown =
      `logs:DescribeLogStreams on ${logGroupName} failed with ${String(error)}: ` +
      "see whether the group exists, and allow the action on it to the reporter's role";
    console.log(JSON.stringify({ level: 'WARN', commandId, hostOutputUnknown }));
    return { logGroupName };
  }
}

/** The ids of the instances with a stream `COMMAND/INSTANCE/STEP/stdout`; undefined if there are too many streams. */
async function writers(
  logs: CloudWatchLogsClient,
  logGroupName: string,
  commandId: string,
): Promise<ReadonlySet<string> | undefined> {
  const pages = paginateDescribeLogStreams(
    { client: logs },
    { logGroupName, logStreamNamePrefix: `${commandId}/` },
    { abortSignal: AbortSignal.timeout(MAX_SECONDS * 1000) },
  );
  const found = new Set<string>();
  let read = 0;
  for await (const { logStreams = [], nextToken } of pages) {
    for (const { logStreamName = '' } of logStreams) found.add(logStreamName.split('/')[1] ?? '');
    read += 1;
    if (nextToken !== undefined && read === MAX_PAGES) return undefined;
  }
  return found;
}
