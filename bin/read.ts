import { Duration, Size, TimeZone } from 'aws-cdk-lib';
import { refuse } from '../lib/validation';

/** Converts a value of cdk.json, or refuses it. `path` says where the value is. */
export type Read<T> = (path: string, value: unknown) => T;

export const text: Read<string> = (path, value) =>
  typeof value === 'string' ? value : refuse(path, value, 'is not a string', 'give a string');

/** Values from the command line are strings. */
export const flag: Read<boolean> = (path, value) => {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  return refuse(path, value, 'is not true or false', 'give true or false');
};

export const duration: Read<Duration> = (path, value) => {
  if (typeof value !== 'string' || !/^P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/.test(value)) {
    return refuse(path, value, 'is not a duration', "give it as in ISO 8601, e.g. 'PT30M', 'PT1H' or 'P2D'");
  }
  return Duration.parse(value);
};

export const number: Read<number> = (path, value) =>
  typeof value === 'number' ? value : refuse(path, value, 'is not a number', 'give a number');

/** Checks only the form. SNS checks the address when it asks for confirmation. */
export const email: Read<string> = (path, value) =>
  typeof value === 'string' &&
  value.length <= 254 &&
  /^[^\s@"<>,;:]+@[^\s@"<>,;:]+\.[^\s@"<>,;:.]+$/.test(value)
    ? value
    : refuse(path, value, 'is not an e-mail address', "give one, e.g. 'ops@example.com'");

export const roleName: Read<string> = (path, value) =>
  typeof value === 'string' && /^[\w+=,.@-]{1,64}$/.test(value)
    ? value
    : refuse(
        path,
        value,
        'is not the name of an IAM role',
        "give the name without ARN and path, e.g. 'DockerHost'",
      );

export const size: Read<Size> = (path, value) => {
  const [, amount, unit = ''] = (typeof value === 'string' && /^(\d+) ?(KiB|MiB|GiB|TiB)$/.exec(value)) || [];
  const units: Record<string, (amount: number) => Size> = {
    KiB: (amount) => Size.kibibytes(amount),
    MiB: (amount) => Size.mebibytes(amount),
    GiB: (amount) => Size.gibibytes(amount),
    TiB: (amount) => Size.tebibytes(amount),
  };
  return (
    units[unit]?.(Number(amount)) ?? refuse(path, value, 'is not a size', "give e.g. '500MiB' or '20GiB'")
  );
};

export const timeZone: Read<TimeZone> = (path, value) => {
  if (typeof value !== 'string' || !/^[A-Z]/.test(value) || !isTimeZone(value)) {
    return refuse(path, value, 'is not a time zone', "give an IANA name, e.g. 'Etc/UTC' or 'Europe/Berlin'");
  }
  return TimeZone.of(value);
};

/** Checks only the form. EventBridge Scheduler checks the values at deployment. */
export const scheduleExpression: Read<string> = (path, value) => {
  const forms = [
    /^cron\((\S+ ){5}\S+\)$/,
    /^rate\([1-9]\d* (minute|hour|day)s?\)$/,
    /^at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)$/,
  ];
  if (typeof value !== 'string' || !forms.some((form) => form.test(value))) {
    return refuse(
      path,
      value,
      'is not a schedule expression',
      "give e.g. 'cron(0 3 * * ? *)' with six fields, 'rate(1 day)' or 'at(2030-01-31T03:00:00)'",
    );
  }
  return value;
};

export function oneOf<T extends string | number>(known: readonly T[]): Read<T> {
  return (path, value) =>
    known.find((one) => one === value) ??
    refuse(path, value, 'is not one of the known values', `use one of: ${known.join(', ')}`);
}

export function listOf<T>(read: Read<T>): Read<T[]> {
  return (path, value) =>
    Array.isArray(value)
      ? value.map((item, index) => read(`${path}[${index}]`, item))
      : refuse(path, value, 'is not a list', 'give a list: [...]');
}

/** Reads an object with any keys. */
export function mapOf<T>(read: Read<T>): Read<Record<string, T>> {
  return (path, value) =>
    Object.fromEntries(
      Object.entries(object(path, value)).map(([key, item]) => [
        key,
        read(`${path}[${JSON.stringify(key)}]`, item),
      ]),
    );
}

/** How to read each property of T. The type requires an entry for each property, so cdk.json can set every property. */
export type Fields<T> = { readonly [K in keyof T]-?: Read<Exclude<T[K], undefined>> };

/** Reads an object with only these keys. */
export function recordOf<T>(fields: Fields<T>, required: readonly (keyof T & string)[] = []): Read<T> {
  return (path, value) => {
    const given = object(path, value);
    for (const key of required) {
      if (given[key] === undefined) {
        refuse(path, value, `has no '${key}'`, `add '${key}'`);
      }
    }
    const entries = Object.entries(given).map(([key, item]) => {
      if (!Object.hasOwn(fields, key)) {
        const known = Object.keys(fields).join(', ');
        refuse(`${path}.${key}`, item, 'belongs to an unknown key', `use one of: ${known}`);
      }
      return [key, fields[key as keyof T](`${path}.${key}`, item)];
    });
    return Object.fromEntries(entries) as T;
  };
}

export function object(path: string, value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : refuse(path, value, 'is not an object', 'give an object: {...}');
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
