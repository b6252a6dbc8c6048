import type { Context } from 'aws-lambda';
import { REPORTER_ENVIRONMENT } from '../../lib/contract';

/** Where a function's ARN has the account: `arn:aws:lambda:eu-central-1:123456789012:function:reporter`. */
const ACCOUNT = 4;

/** The settings that the construct passes to the function. */
export interface Settings {
  readonly logGroupName: string;
  readonly housekeeping: string;
  readonly claimTimeoutSeconds: number;
  /** The account and the region of the hosts, which are also those of the function. */
  readonly account: string;
  readonly region: string;
  /** Where runs are notified; absent without a topic. */
  readonly notify?: { readonly topicArn: string; readonly onEveryRun: boolean };
  /** Where the hosts write the whole output of their steps; absent where it is not switched on. */
  readonly hostOutputLogGroup?: string;
}

/** @throws when a variable is missing, or has a value that the construct never sets */
export function readSettings(env: NodeJS.ProcessEnv, context: Context): Settings {
  const topicArn = env[REPORTER_ENVIRONMENT.notifyTopic];
  const hostOutputLogGroup = env[REPORTER_ENVIRONMENT.hostOutputLogGroup];
  return {
    logGroupName: variable(env, 'reportLogGroup'),
    housekeeping: variable(env, 'housekeeping'),
    claimTimeoutSeconds: claimTimeout(env, context.getRemainingTimeInMillis() / 1000),
    account: context.invokedFunctionArn.split(':')[ACCOUNT] ?? 'unknown',
    // Lambda sets it.
    region: env.AWS_REGION ?? 'unknown',
    ...(topicArn ? { notify: { topicArn, onEveryRun: onEveryRun(env) } } : {}),
    ...(hostOutputLogGroup ? { hostOutputLogGroup } : {}),
  };
}

/** The document whose runs the sweep reports. */
export function readDocumentName(env: NodeJS.ProcessEnv): string {
  return variable(env, 'documentName');
}

/** Otherwise an invocation could lose its claim while it is still writing. */
function claimTimeout(env: NodeJS.ProcessEnv, remainingSeconds: number): number {
  const value = variable(env, 'claimTimeoutSeconds');
  if (!(Number(value) >= remainingSeconds)) {
    throw new Error(
      `environment variable ${REPORTER_ENVIRONMENT.claimTimeoutSeconds} is ${JSON.stringify(value)}: ` +
        `set it to the function's timeout or more, of which ${remainingSeconds} s remain`,
    );
  }
  return Number(value);
}

function onEveryRun(env: NodeJS.ProcessEnv): boolean {
  const value = variable(env, 'notifyOn');
  if (value !== 'every-run' && value !== 'attention') {
    throw new Error(
      `environment variable ${REPORTER_ENVIRONMENT.notifyOn} is ${JSON.stringify(value)}: ` +
        'set it to "every-run" or "attention"',
    );
  }
  return value === 'every-run';
}

function variable(env: NodeJS.ProcessEnv, key: keyof typeof REPORTER_ENVIRONMENT): string {
  const name = REPORTER_ENVIRONMENT[key];
  const value = env[name];
  if (!value) throw new Error(`environment variable ${name} is missing: the construct sets it`);
  return value;
}
