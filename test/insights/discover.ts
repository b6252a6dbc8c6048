/** A log event as a log group holds it. */
export interface LogEvent {
  readonly logStream: string;
  readonly timestamp: number;
  readonly message: string;
}

/** The values of a field. Objects come only from `jsonParse`. */
export type Value = string | number | boolean | Date | object;
export type Fields = ReadonlyMap<string, Value>;

/** Logs Insights discovers at most this many fields in a JSON event. */
export const DISCOVERED = 200;

/**
 * The fields that Logs Insights finds in an event. Dots in a name separate members of objects and lists.
 * Null and empty values have no field.
 *
 * @see
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
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
