import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';

/** The AWS clients of one invocation. */
export interface Clients {
  readonly ssm: SSMClient;
  readonly ec2: EC2Client;
  readonly sns: SNSClient;
  readonly logs: CloudWatchLogsClient;
  /** Does not retry: the service may have accepted the first request. */
  readonly logsOnce: CloudWatchLogsClient;
}

/** A call that hangs is aborted and retried while the invocation still has time for it. */
const BOUNDED = { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true };

/**
 * Passes clients to the work and destroys them afterwards. A connection that outlives a freeze of the
 * function may be dead, and a request that puts events must not be retried.
 */
export async function withClients<T>(work: (clients: Clients) => Promise<T>): Promise<T> {
  const persistent = { retryMode: 'adaptive', maxAttempts: 8, requestHandler: BOUNDED };
  // Fewer attempts, because a report can do without these services.
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
