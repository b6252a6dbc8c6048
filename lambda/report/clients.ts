import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';

/** The services as one invocation talks to them. */
export interface Clients {
  readonly ssm: SSMClient;
  readonly ec2: EC2Client;
  readonly sns: SNSClient;
  readonly logs: CloudWatchLogsClient;
  /** Never sends twice what may have been accepted. */
  readonly logsOnce: CloudWatchLogsClient;
}

/** A call that hangs is given up and tried again, while the invocation still has time for it. */
const BOUNDED = { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true };

/**
 * Gives the work clients that live no longer than it does: a connection kept over
 * a freeze of the function may be dead, and whoever puts events must not try twice.
 */
export async function withClients<T>(work: (clients: Clients) => Promise<T>): Promise<T> {
  const persistent = { retryMode: 'adaptive', maxAttempts: 8, requestHandler: BOUNDED };
  // What a report can do without is not waited for as long.
  const hasty = { maxAttempts: 3, requestHandler: BOUNDED };
  const clients: Clients = {
    ssm: new SSMClient(persistent),
    ec2: new EC2Client(hasty),
    sns: new SNSClient(hasty),
    logs: new CloudWatchLogsClient(persistent),
    logsOnce: new CloudWatchLogsClient({ maxAttempts: 1 }),
  };
  try {
    return await work(clients);
  } finally {
    for (const client of Object.values(clients) as { destroy(): void }[]) client.destroy();
  }
}
