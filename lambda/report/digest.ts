import { PublishCommand } from '@aws-sdk/client-sns';
import type { SNSClient } from '@aws-sdk/client-sns';
import {
  bytesText,
  durationText,
  excerpt,
  HOST_OUTCOMES,
  logStreamUrl,
  plural,
  removedText,
} from '../../lib/contract';
import type { Coverage, LogStream, RunReport } from '../../lib/contract';
import { LENGTH, SHOWN, omitted } from './digest-limits';
import { digestSubject } from './digest-subject';
import { hostTrouble, ignoresSigterm, losses, missingOutput, runTrouble, warnings } from './digest-trouble';

const MISSING = "Systems Manager keeps only the beginning of each step's output";

/**
 * Publishes a short summary of a run to the topic.
 *
 * @param stream where the whole report is
 * @throws when SNS does not accept it, with what to do
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export async function notify(
  sns: SNSClient,
  topicArn: string,
  run: RunReport,
  stream: LogStream,
): Promise<void> {
  const message = { Subject: digestSubject(run), Message: digestBody(run, stream) };
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

/** The run in plain text, some kilobytes at most. Trouble comes first. */
function digestBody(run: RunReport, stream: LogStream): string {
  const sections = [
    introduction(run, stream),
    runTrouble(run),
    hostTrouble(run),
    losses(run),
    removals(run),
    facts(run),
    warnings(run),
    ignoresSigterm(run),
    missingOutput(run),
    places(run, stream),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function introduction(run: RunReport, stream: LogStream): string[] {
  const { by, executionId } = run.trigger;
  const execution = executionId ? ` (execution ${excerpt(executionId, LENGTH.name)})` : '';
  const url = logStreamUrl(run.region, stream);
  return [
    `${run.dryRun ? 'Dry run' : 'Run'} of ${excerpt(run.housekeeping, LENGTH.name)}, requested at ${run.requestedAt}`,
    `in account ${run.account}, region ${run.region}, by ${by === 'schedule' ? `the schedule${execution}` : 'hand'}.`,
    ...(url ? [`The whole report: ${url}`] : []),
  ];
}

/** What was removed, by kind and by project, and the space that this freed. */
function removals(run: RunReport): string[] {
  const { dryRun, objectsMissing, projects, projectsOmitted } = run;
  const removed = removedText(run.removed) || 'nothing';
  const projectsNotShown = projectsOmitted + Math.max(0, projects.length - SHOWN.projects);
  return [
    dryRun ? `Would remove: ${removed}. Nothing was removed.` : `Removed: ${removed}.`,
    ...spaceLines(run),
    ...(projects.length > 0 ? ['By project:'] : []),
    ...projects.slice(0, SHOWN.projects).map(({ project, hosts, removed: of }) => {
      const name = project === undefined ? 'without a project' : excerpt(project, LENGTH.name);
      return `- ${name}: ${removedText(of)} on ${plural(hosts, 'host')}`;
    }),
    ...omitted(projectsNotShown, 'project'),
    ...(objectsMissing > 0
      ? [`${plural(objectsMissing, 'object')}, removed or kept, not named: ${MISSING}.`]
      : []),
  ];
}

function spaceLines({ dryRun, bytesReclaimed, sizeOfRemoved }: RunReport): string[] {
  const measured = dryRun ? [] : [`Space freed, measured on the disk: ${bytesText(bytesReclaimed)}.`];
  const sizes = sizeOfRemoved > 0 ? [`Sum of the objects' own sizes: ${bytesText(sizeOfRemoved)}.`] : [];
  return [...measured, ...sizes];
}

function facts(run: RunReport): string[] {
  const { hosts, coverage } = run;
  const counts = HOST_OUTCOMES.filter((outcome) => hosts[outcome] > 0).map(
    (outcome) => `${hosts[outcome]} ${outcome}`,
  );
  return [
    `Hosts: ${hosts.targeted} targeted${counts.length > 0 ? `: ${counts.join(', ')}` : ''}.`,
    ...coverageLines(coverage),
    ...diskLines(run),
    `It took ${durationText(run.seconds)} from the request to the report.`,
  ];
}

function coverageLines({ state, running = 0, notReached = 0 }: Coverage): string[] {
  if (state !== 'known') return [];
  const missed =
    notReached === 0 ? 'all were sent the command' : `${notReached} of them were not sent the command`;
  return [`Coverage: ${plural(running, 'running instance')} with these tags, ${missed}.`];
}

function diskLines({
  dryRun,
  highestDiskPercent: before,
  highestDiskPercentAfter: after,
}: RunReport): string[] {
  if (dryRun) return before === undefined ? [] : [`Fullest disk: ${before} %.`];
  const parts = [
    ...(before === undefined ? [] : [`${before} % before cleaning`]),
    ...(after === undefined ? [] : [`${after} % after cleaning`]),
  ];
  return parts.length > 0 ? [`Fullest disk: ${parts.join(', ')}.`] : [];
}

function places(
  { commandId, documentName }: RunReport,
  { logGroupName, logStreamName }: LogStream,
): string[] {
  return [
    'The report has a log event for each host and one for the run:',
    `  log group  ${logGroupName}`,
    `  log stream ${logStreamName}`,
    `Run Command: ${commandId} of document ${documentName}`,
  ];
}
