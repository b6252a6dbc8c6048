import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FAILED_OUTCOMES, REMOVABLE, REMOVABLE_KINDS } from '../contract';

/** A question to the reports, in the query language of CloudWatch Logs Insights. */
export interface InsightsQuery {
  /** Id of its construct. */
  readonly id: string;
  /** What people see. */
  readonly name: string;
  readonly text: string;
}

/**
 * Every row that an answer may have: the most that Logs Insights returns.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html
 */
const ALL = 'limit 10000';

/**
 * What people ask of the reports. The fields are those of `HostReport` and `RunReport`
 * as Logs Insights discovers them in JSON; only the first 200 of an event are.
 *
 * Only what the documentation of the language shows is used. A report is told by
 * its log stream, which is named after the day and the command.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
export const INSIGHTS_QUERIES = {
  lastRunByHost: query(
    'LastRunByHost',
    'Last run by host',
    'filter type = "host"',
    'fields @timestamp, instanceId, instanceName, outcome, reason, message, dryRun, bytesReclaimed, commandId',
    'sort @timestamp desc',
    'dedup instanceId',
    ALL,
  ),
  // A dry run publishes no metric of removal, so it has none of these fields.
  reclaimedOverTime: query(
    'ReclaimedOverTime',
    'What was reclaimed over time',
    'filter type = "run" and ispresent(BytesReclaimed)',
    `stats count(*) as runs, sum(BytesReclaimed) / 1048576 as mebibytes, ${removalSums()} by bin(1d) as day`,
    'sort day desc',
    ALL,
  ),
  failures: query(
    'Failures',
    'Failures with their reasons',
    `filter type = "host" and outcome in [${FAILED_OUTCOMES.map((outcome) => `"${outcome}"`).join(', ')}]`,
    'fields @timestamp, instanceId, instanceName, outcome, reason, message, dryRun, commandId',
    'sort @timestamp desc',
    ALL,
  ),
  ignoresSigterm: query(
    'IgnoresSigterm',
    'Services that ignore SIGTERM',
    'filter type = "host" and ispresent(ignoresSigterm)',
    'fields jsonParse(@message) as event',
    'unnest event.killed into container',
    'fields concat("let the process of ", container.service, " end on SIGTERM (uWSGI: --die-on-term), ' +
      'start it in exec form or with init: true, or set stop_signal to one that it handles") as remedy',
    'stats count(*) as kills, count_distinct(instanceId) as hosts, sum(container.grace) as secondsLost, ' +
      'latest(@logStream) as lastReport by container.project, container.service, remedy',
    'sort secondsLost desc',
    ALL,
  ),
  notReached: query(
    'NotReached',
    'Hosts not reached',
    'filter type = "host" and outcome = "unreachable"',
    'stats count(*) as runs, latest(reason) as lastReason, latest(message) as lastMessage, ' +
      'latest(@logStream) as lastReport by instanceId',
    'sort runs desc',
    ALL,
  ),
  diskUse: query(
    'DiskUse',
    'Disk use by host',
    'filter type = "host" and ispresent(host.diskPercent)',
    'stats latest(host.diskPercent) as diskPercent, latest(host.inodePercent) as inodePercent, ' +
      'latest(host.images) as images, latest(host.danglingImages) as danglingImages, ' +
      'latest(host.containers) as containers, latest(host.volumes) as volumes, ' +
      'latest(@logStream) as lastReport by instanceId',
    'sort diskPercent desc',
    ALL,
  ),
  // Each host counts once, as what it was last.
  engines: query(
    'Engines',
    'Engine versions and image stores',
    'filter type = "host" and ispresent(host.engine)',
    'stats latest(host.engine) as engine, latest(host.store) as imageStore, latest(host.compose) as compose ' +
      'by instanceId',
    'stats count(*) as hosts by engine, imageStore, compose',
    'sort hosts desc',
    ALL,
  ),
} as const;

/** What the saved queries ask, and under which name they stand. */
export interface SavedQueriesProps {
  /** The reports. */
  readonly reportLogGroup: ILogGroup;
  /** Name of the folder that the console shows them in. */
  readonly housekeeping: string;
}

/**
 * Saves the queries for the console of CloudWatch Logs Insights.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_Insights-Saving-Queries.html
 */
export class SavedQueries extends Construct {
  public constructor(scope: Construct, id: string, { reportLogGroup, housekeeping }: SavedQueriesProps) {
    super(scope, id);
    for (const { id: queryId, name, text } of Object.values(INSIGHTS_QUERIES)) {
      // The L2 puts the commands into an order of its own, and knows neither `dedup` nor `unnest`.
      new CfnQueryDefinition(this, queryId, {
        name: `${housekeeping}/${name}`,
        queryString: text,
        logGroupNames: [reportLogGroup.logGroupName],
      });
    }
  }
}

/** The removed objects of each kind, in a column with the name of the kind. */
function removalSums(): string {
  return REMOVABLE.map((kind) => `sum(${REMOVABLE_KINDS[kind].metric}) as ${kind}`).join(', ');
}

/** Each command on a line of its own, as the console writes them. */
function query(id: string, name: string, ...commands: readonly string[]): InsightsQuery {
  return { id, name, text: commands.join('\n| ') };
}
