import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FAILED_OUTCOMES, REMOVABLE, REMOVABLE_KINDS, TROUBLED_OUTCOMES } from '../contract';
import type { ObjectFate } from '../contract';

/** A query on the reports, in the language of CloudWatch Logs Insights. */
export interface InsightsQuery {
  /** The construct id. */
  readonly id: string;
  /** The name in the console and on the dashboard. */
  readonly name: string;
  readonly text: string;
}

/**
 * The most rows that Logs Insights returns.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html
 */
const ALL = 'limit 10000';

/** What became of the objects that a run removed, or would have removed. */
const REMOVED: readonly ObjectFate[] = ['removed', 'would-remove'];

/**
 * The saved queries on the reports.
 *
 * Their fields are those of `HostReport` and `RunReport` as Logs Insights discovers them in JSON: only the first 200 fields
 * of an event. Lists can be longer, so queries on them parse the event and turn each item into a record (`unnest`). The
 * queries use only syntax that the documentation shows. They identify a run by its log stream, whose name has the day and the
 * command id.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Unnest.html
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
  // Without dry runs: they publish no metrics of removal, so their events lack these fields.
  reclaimedOverTime: query(
    'ReclaimedOverTime',
    'What was reclaimed over time',
    'filter type = "run" and ispresent(BytesReclaimed)',
    `stats count(*) as runs, sum(BytesReclaimed) / 1048576 as mebibytes, ${removalSums()} by bin(1d) as day`,
    'sort day desc',
    ALL,
  ),
  // The documentation does not say whether an empty list makes a record, so the filter comes after `unnest`.
  removedByName: query(
    'RemovedByName',
    'What was removed, by name',
    'filter type = "host"',
    'fields jsonParse(@message) as event',
    'unnest event.objects into object',
    `filter object.fate in ${list(REMOVED)}`,
    'fields @timestamp, instanceId, instanceName, object.fate as fate, object.kind as kind, object.project as project, ' +
      'object.name as name, object.id as id, object.size as bytes, object.age as age, commandId',
    'sort @timestamp desc',
    ALL,
  ),
  // From the events of the hosts: in a fleet of any size, each host has one.
  failuresByReason: query(
    'FailuresByReason',
    'Failures by reason',
    `filter type = "host" and outcome in ${list(TROUBLED_OUTCOMES)}`,
    'stats count_distinct(instanceId) as hosts, count(*) as times, sortsFirst(instanceId) as exampleHost, ' +
      'sortsFirst(message) as exampleMessage, latest(@logStream) as lastReport by outcome, reason',
    'sort hosts desc',
    ALL,
  ),
  failures: query(
    'Failures',
    'Failures with their reasons',
    `filter type = "host" and outcome in ${list(FAILED_OUTCOMES)}`,
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
    'fields concat("make the process of ", container.service, " end on SIGTERM (uWSGI: --die-on-term), ' +
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
    // A host that was killed before its last step has no second measurement.
    'fields coalesce(diskPercentAfter, host.diskPercent) as percent, ' +
      'coalesce(inodePercentAfter, host.inodePercent) as inodes',
    'stats latest(percent) as diskPercent, latest(host.diskPercent) as diskPercentBefore, latest(inodes) as inodePercent, ' +
      'latest(host.images) as images, latest(host.danglingImages) as danglingImages, ' +
      'latest(host.containers) as containers, latest(host.volumes) as volumes, ' +
      'latest(@logStream) as lastReport by instanceId',
    'sort diskPercent desc',
    ALL,
  ),
  // Each host counts once, with its latest facts.
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

/** Where the saved queries look, and their folder. */
export interface SavedQueriesProps {
  /** The log group of the reports. */
  readonly reportLogGroup: ILogGroup;
  /** The name of their folder in the console. */
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
      // The L2 construct changes the order of the commands, and supports neither `dedup` nor `unnest`.
      new CfnQueryDefinition(this, queryId, {
        name: `${housekeeping}/${name}`,
        queryString: text,
        logGroupNames: [reportLogGroup.logGroupName],
      });
    }
  }
}

/** One column for each kind, with the number of removed objects. */
function removalSums(): string {
  return REMOVABLE.map((kind) => `sum(${REMOVABLE_KINDS[kind].metric}) as ${kind}`).join(', ');
}

/** A list of strings, as it stands after `in`. */
function list(values: readonly string[]): string {
  return `[${values.map((value) => `"${value}"`).join(', ')}]`;
}

/** Puts each command on its own line, as the console does. */
function query(id: string, name: string, ...commands: readonly string[]): InsightsQuery {
  return { id, name, text: commands.join('\n| ') };
}
