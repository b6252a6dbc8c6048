/** A log stream in CloudWatch Logs. */
export interface LogStream {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** The console's domain by the beginning of the region's name; absent where the partition has no public console. */
const DOMAINS: readonly (readonly [prefix: string, domain?: string])[] = [
  ['cn-', 'console.amazonaws.cn'],
  ['us-gov-', 'console.amazonaws-us-gov.com'],
  ['eusc-', 'console.amazonaws-eusc.eu'],
  ['us-iso'],
  ['eu-iso'],
  ['', 'console.aws.amazon.com'],
];

/** A log stream in the console; undefined in a region without a public console. */
export function logStreamUrl(region: string, { logGroupName, logStreamName }: LogStream): string | undefined {
  return consoleUrl(
    region,
    'cloudwatch/home',
    `#logsV2:log-groups/log-group/${encodeTwice(logGroupName)}/log-events/${encodeTwice(logStreamName)}`,
  );
}

/** A log group in the console; undefined in a region without a public console. */
export function logGroupUrl(region: string, logGroupName: string): string | undefined {
  return consoleUrl(region, 'cloudwatch/home', `#logsV2:log-groups/log-group/${encodeTwice(logGroupName)}`);
}

/** A command in Run Command, or its output of one host; undefined in a region without a public console. */
export function runCommandUrl(region: string, commandId: string, instanceId?: string): string | undefined {
  const path = [commandId, ...(instanceId === undefined ? [] : [instanceId])]
    .map(encodeURIComponent)
    .join('/');
  return consoleUrl(region, `systems-manager/run-command/${path}`, '');
}

/** @see https://docs.aws.amazon.com/general/latest/gr/mgmt-console.html */
function consoleUrl(region: string, path: string, fragment: string): string | undefined {
  if (!/^[a-z]+(-[a-z]+)+-\d+$/.test(region)) return undefined;
  const [, domain] = DOMAINS.find(([prefix]) => region.startsWith(prefix)) ?? [];
  return domain && `https://${region}.${domain}/${path}?region=${region}${fragment}`;
}

/** The console needs names encoded twice in a fragment, with `$` for `%`. */
function encodeTwice(name: string): string {
  return encodeURIComponent(encodeURIComponent(name)).replaceAll('%', '$');
}
