/** A log event as it stands in a log group. */
export interface LogEvent {
  readonly logStream: string;
  readonly timestamp: number;
  readonly message: string;
}

/** What a field may hold; objects come from `jsonParse` only. */
export type Value = string | number | boolean | Date | object;
export type Fields = ReadonlyMap<string, Value>;

/** Logs Insights discovers no more fields in a JSON event than these. */
export const DISCOVERED = 200;

/**
 * The fields that Logs Insights finds in an event: members of objects and lists are
 * told by the dots in their names; null and what is empty has none.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
export function discover({ logStream, timestamp, message }: LogEvent): Fields {
  const discovered = [...leaves('', JSON.parse(message) as object)].slice(0, DISCOVERED);
  return new Map<string, Value>([
    ...discovered.map(([name, value]) => [name.startsWith('@') ? `@${name}` : name, value] as const),
    ['@timestamp', new Date(timestamp)],
    ['@logStream', logStream],
    ['@message', message],
  ]);
}

function* leaves(prefix: string, value: object): Generator<[string, string | number | boolean]> {
  for (const [key, member] of Object.entries(value) as [string, unknown][]) {
    const name = prefix ? `${prefix}.${key}` : key;
    if (typeof member === 'object') yield* leaves(name, member ?? {});
    else if (typeof member === 'string' || typeof member === 'number' || typeof member === 'boolean') {
      yield [name, member];
    }
  }
}
