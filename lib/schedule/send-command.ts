import { Duration, Fn, Token } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { DRY_RUN_PARAMETER } from '../contract';
import type { DockerHosts } from '../docker-hosts';
import { shellQuote } from '../host/script';

/** If a host comes online later than this after a run was sent, only the next run cleans it. */
export const DELIVERY_TIMEOUT = Duration.minutes(30);
/** After this, a run that could not be sent is dropped, so that it does not clean hosts during the working day. */
export const MAX_EVENT_AGE = Duration.minutes(15);

/** What a run sends, and to which hosts. */
export interface Run {
  readonly documentName: string;
  readonly hosts: DockerHosts;
  readonly dryRun: boolean;
  /** The log group for the whole output of all steps; without it, hosts send none. */
  readonly hostOutput?: ILogGroup;
}

/**
 * A request of SendCommand, sent by the schedule or by hand.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
 */
export interface SendCommandRequest {
  readonly DocumentName: string;
  readonly DocumentVersion: string;
  readonly Targets: { Key: string; Values: string[] }[];
  readonly Parameters: Record<string, string[]>;
  readonly MaxErrors: string;
  readonly MaxConcurrency: string;
  readonly TimeoutSeconds: number;
  readonly CloudWatchOutputConfig?: { CloudWatchLogGroupName: string; CloudWatchOutputEnabled: boolean };
}

export function sendCommandRequest({ documentName, hosts, dryRun, hostOutput }: Run): SendCommandRequest {
  return {
    DocumentName: documentName,
    // CloudFormation can create a new version without making it the default.
    DocumentVersion: '$LATEST',
    Targets: hosts._targets(),
    Parameters: { [DRY_RUN_PARAMETER]: [String(dryRun)] },
    // If a host fails, Systems Manager must still clean the others.
    MaxErrors: '100%',
    // Hosts share nothing that a run on all of them could overload.
    MaxConcurrency: '100%',
    TimeoutSeconds: DELIVERY_TIMEOUT.toSeconds(),
    ...(hostOutput && {
      CloudWatchOutputConfig: {
        CloudWatchLogGroupName: hostOutput.logGroupName,
        CloudWatchOutputEnabled: true,
      },
    }),
  };
}

/** The AWS CLI command that sends the request, for any POSIX shell. */
export function sendCommandLine(request: SendCommandRequest): string {
  const targets = request.Targets.map(({ Key, Values }) => ({ Key, Values: Values.map(escapedLate) }));
  const parameters = Object.entries(request.Parameters).map(
    ([name, values]) => `${name}=${values.join(',')}`,
  );
  const output = Object.entries(request.CloudWatchOutputConfig ?? {}).map(
    ([name, value]) => `${name}=${value}`,
  );
  return [
    'aws ssm send-command',
    `--document-name ${request.DocumentName}`,
    `--document-version ${shellQuote(request.DocumentVersion)}`,
    `--targets ${shellQuote(JSON.stringify(targets))}`,
    `--parameters ${parameters.join(' ')}`,
    `--max-errors ${request.MaxErrors}`,
    `--max-concurrency ${request.MaxConcurrency}`,
    `--timeout-seconds ${request.TimeoutSeconds}`,
    ...(output.length > 0 ? [`--cloud-watch-output-config ${output.join(',')}`] : []),
  ].join(' ');
}

/** Characters to escape: first for JSON, then for single quotes of the shell. */
const ESCAPES = [
  ['\\', '\\\\'],
  ['"', '\\"'],
  ["'", "'\\''"],
] as const;

/** Lets CloudFormation escape a token at deployment, when it resolves it. */
function escapedLate(value: string): string {
  if (!Token.isUnresolved(value)) return value;
  return ESCAPES.reduce((text, [from, to]) => Fn.join(to, Fn.split(from, text)), value);
}
