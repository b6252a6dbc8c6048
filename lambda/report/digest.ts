import { PublishCommand } from '@aws-sdk/client-sns';
import type { SNSClient } from '@aws-sdk/client-sns';
import {
  bytesText,
  durationText,
  excerpt,
  explain,
  HOST_OUTCOMES,
  noHostReason,
  plural,
  removedText,
  TROUBLED_OUTCOMES,
} from '../../lib/contract';
import type { RunReport } from '../../lib/contract';

/** Where the whole report is. */
export interface ReportPlace {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly region: string;
}

/** SNS accepts subjects of less than 100 characters. */
const SUBJECT_LENGTH = 99;
/** Limits for lists and texts of any length, so that the digest stays short for every fleet. */
const SHOWN = { reasons: 6, hosts: 3, services: 5 };
const LENGTH = { name: 100, message: 250, remedy: 320 };

/**
 * Publishes a short summary of a run to the topic.
 *
 * @throws when SNS does not accept it, with what to do
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export async function notify(
  sns: SNSClient,
  topicArn: string,
  run: RunReport,
  where: ReportPlace,
): Promise<void> {
  const message = { Subject: digestSubject(run), Message: digestBody(run, where) };
  // A FIFO topic requires these, and drops a message that is sent twice.
  const fifo = { MessageGroupId: run.commandId, MessageDeduplicationId: run.commandId };
  try {
    await sns.send(
      new PublishCommand({ TopicArn: topicArn, ...message, ...(topicArn.endsWith('.fifo') ? fifo : {}) }),
    );
  } catch (error) {
    const { name, message: told } = error as Error;
    throw new Error(
      `the digest of run ${run.commandId} was not sent to ${topicArn}, which failed with ` +
        `${excerpt(`${name}: ${told}`)}: see whether the topic exists, its policy and the reporter's role allow ` +
        'sns:Publish, and, where it is encrypted, its key allows kms:GenerateDataKey and kms:Decrypt to the role',
      { cause: error },
    );
  }
}

/** The run in a line of printable ASCII. A line that is too long loses part of the construct's name. */
export function digestSubject(run: RunReport): string {
  const before = `${run.needsAttention ? '[attention] ' : ''}Docker housekeeping ${run.dryRun ? 'dry run ' : ''}`;
  const after = `: ${headline(run)}`;
  const room = SUBJECT_LENGTH - before.length - after.length;
  return `${before}${cut(run.housekeeping.replace(/[^ -~]/g, '?'), room)}${after}`;
}

function headline(run: RunReport): string {
  const { hosts, coverage, dryRun, bytesReclaimed } = run;
  const all = plural(hosts.targeted, 'host');
  if (noHostReason(run)) return 'there was no host';
  const troubles = TROUBLED_OUTCOMES.filter((outcome) => hosts[outcome] > 0);
  const [only, ...others] = troubles;
  if (only && others.length === 0) return `${hosts[only]} of ${all} ${only.replace('-', ' ')}`;
  if (only) {
    return `${troubles.reduce((sum, outcome) => sum + hosts[outcome], 0)} of ${all} need attention`;
  }
  if (coverage.state === 'unknown') return `${all}, others may have been missed`;
  return `${all}, ${dryRun ? 'nothing was removed' : `${bytesText(bytesReclaimed)} reclaimed`}`;
}

/** The run in plain text, some kilobytes at most. */
export function digestBody(run: RunReport, where: ReportPlace): string {
  const sections = [summary(run), troubled(run), ignoresSigterm(run), further(run, where)];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function summary(run: RunReport): string[] {
  const { hosts, coverage } = run;
  const counts = HOST_OUTCOMES.filter((outcome) => hosts[outcome] > 0).map(
    (outcome) => `${hosts[outcome]} ${outcome}`,
  );
  const removed = removedText(run.removed) || 'nothing';
  return [
    `${run.dryRun ? 'Dry run' : 'Run'} of ${excerpt(run.housekeeping, LENGTH.name)}, requested at ${run.requestedAt}`,
    '',
    run.dryRun
      ? `Would remove: ${removed}. Nothing was removed.`
      : `Removed: ${removed}; ${bytesText(run.bytesReclaimed)} reclaimed.`,
    `Hosts: ${hosts.targeted} targeted${counts.length > 0 ? `: ${counts.join(', ')}` : ''}.`,
    ...noHostLines(run),
    ...coverageLines(coverage),
    ...(run.highestDiskPercent === undefined ? [] : [`Fullest disk: ${run.highestDiskPercent} %.`]),
    `It took ${durationText(run.seconds)} from the request to the report.`,
  ];
}

function noHostLines(run: RunReport): string[] {
  const reason = noHostReason(run);
  const status = JSON.stringify(excerpt(run.commandStatus, LENGTH.name));
  return reason ? [`There was no host: ${explain(reason, `status ${status}`)}.`] : [];
}

function coverageLines({
  state,
  running = 0,
  notReached = 0,
  message = '',
}: RunReport['coverage']): string[] {
  if (state === 'known') {
    const missed =
      notReached === 0 ? 'all were sent the command' : `${notReached} of them were not sent the command`;
    return [`Coverage: ${plural(running, 'running instance')} with these tags, ${missed}.`];
  }
  if (state === 'not-applicable') return [];
  return [`Coverage is not known: ${excerpt(message, LENGTH.remedy)}.`];
}

function troubled({ troubled, troubledTotal }: RunReport): string[] {
  if (troubled.length === 0) return [];
  const groups = groupBy(troubled, ({ outcome, reason }) => `${outcome}, ${reason}`);
  const of = troubledTotal > troubled.length ? ` (the first ${troubled.length} of ${troubledTotal})` : '';
  return [
    `Hosts that need attention${of}:`,
    ...groups.slice(0, SHOWN.reasons).flatMap(([reason, hosts]) => {
      const names = hosts.slice(0, SHOWN.hosts).map(({ instanceId }) => excerpt(instanceId, LENGTH.name));
      const [{ message = '' } = {}] = hosts;
      return [
        `- ${excerpt(reason, LENGTH.name)}: ${plural(hosts.length, 'host')}: ${names.join(', ')}${hosts.length > names.length ? ', ...' : ''}`,
        ...(message ? [`  ${excerpt(message, LENGTH.message)}`] : []),
      ];
    }),
    ...omitted(groups.length - SHOWN.reasons, 'reason'),
  ];
}

function ignoresSigterm({ killed, killedTotal }: RunReport): string[] {
  if (killedTotal === 0) return [];
  const services = groupBy(killed, ({ project, service }) => `${project}/${service}`);
  const of = killedTotal > killed.length ? ` (here the first ${killed.length})` : '';
  return [
    `${plural(killedTotal, 'container')} had to be killed, as they ignore SIGTERM${of}:`,
    ...services.slice(0, SHOWN.services).flatMap(([service, containers]) => {
      const hosts = new Set(containers.map(({ instanceId }) => instanceId)).size;
      return [
        `- ${excerpt(service, LENGTH.name)}: ${plural(containers.length, 'container')} on ${plural(hosts, 'host')}`,
        `  ${excerpt(containers[0]?.remedy ?? '', LENGTH.remedy)}`,
      ];
    }),
    ...omitted(services.length - SHOWN.services, 'service'),
  ];
}

function further(run: RunReport, { logGroupName, logStreamName, region }: ReportPlace): string[] {
  return [
    'The whole report, a log event for each host and one for the run:',
    `  log group  ${logGroupName}`,
    `  log stream ${logStreamName}`,
    `  ${consoleUrl({ logGroupName, logStreamName, region })}`,
    `Run Command: ${run.commandId} of document ${run.documentName}`,
  ];
}

/** The stream in the console, which needs names encoded twice, with `$` for `%`. */
export function consoleUrl({ logGroupName, logStreamName, region }: ReportPlace): string {
  const domain = region.startsWith('cn-')
    ? 'console.amazonaws.cn'
    : region.startsWith('us-gov-')
      ? 'console.amazonaws-us-gov.com'
      : 'console.aws.amazon.com';
  const encoded = (name: string): string => encodeURIComponent(encodeURIComponent(name)).replaceAll('%', '$');
  return (
    `https://${region}.${domain}/cloudwatch/home?region=${region}` +
    `#logsV2:log-groups/log-group/${encoded(logGroupName)}/log-events/${encoded(logStreamName)}`
  );
}

function omitted(count: number, noun: string): string[] {
  return count > 0 ? [`- and ${count} more ${noun}${count === 1 ? '' : 's'}`] : [];
}

/** The largest group comes first. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups].sort(([, a], [, b]) => b.length - a.length);
}

/** Keeps the end of a construct's path, which distinguishes it from others. */
function cut(name: string, length: number): string {
  return name.length > length ? `...${name.slice(name.length - length + 3)}` : name;
}
