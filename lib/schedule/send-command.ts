import { Duration, Fn, Token } from 'aws-cdk-lib';
import { DRY_RUN_PARAMETER } from '../contract';
import type { DockerHosts } from '../docker-hosts';
import { shellQuote } from '../host/script';

/** A host that comes back later than this after a run was sent is left for the next run. */
export const DELIVERY_TIMEOUT = Duration.minutes(30);
/** A run that could not be sent for so long is not sent any more: it would clean in the middle of the next working day. */
export const MAX_EVENT_AGE = Duration.minutes(15);

/** Which run is sent. */
export interface Run {
  readonly documentName: string;
  readonly hosts: DockerHosts;
  readonly dryRun: boolean;
}

/**
 * A request of SendCommand, by schedule or by hand.
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
}

export function sendCommandRequest({ documentName, hosts, dryRun }: Run): SendCommandRequest {
  return {
    DocumentName: documentName,
    // CloudFormation may leave the default version behind when it makes a new one.
    DocumentVersion: '$LATEST',
    Targets: hosts._targets(),
    Parameters: { [DRY_RUN_PARAMETER]: [String(dryRun)] },
    // One sick host must not save the others from being cleaned.
    MaxErrors: '100%',
    // Hosts share nothing that all of them at once could overload.
    MaxConcurrency: '100%',
    TimeoutSeconds: DELIVERY_TIMEOUT.toSeconds(),
  };
}

/** The command of the AWS CLI that sends the request, for any POSIX shell. */
export function sendCommandLine(request: SendCommandRequest): string {
  const targets = request.Targets.map(({ Key, Values }) => ({ Key, Values: Values.map(escapedLate) }));
  const parameters = Object.entries(request.Parameters).map(
    ([name, values]) => `${name}=${values.join(',')}`,
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
  ].join(' ');
}

/** What JSON, and then the shell's single quotes, would not take as it is. */
const ESCAPES = [
  ['\\', '\\\\'],
  ['"', '\\"'],
  ["'", "'\\''"],
] as const;

/** A value that is only known at deployment is escaped then, by CloudFormation. */
function escapedLate(value: string): string {
  if (!Token.isUnresolved(value)) return value;
  return ESCAPES.reduce((text, [from, to]) => Fn.join(to, Fn.split(from, text)), value);
}
