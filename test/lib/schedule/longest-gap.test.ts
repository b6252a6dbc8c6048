import { TimeZone, Token } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import fc from 'fast-check';
import { longestGap } from '../../../lib/schedule/longest-gap';

const HOURS_PER_DAY = 24;

/** In minutes, or the answer without a gap. */
function gap(expression: string, timeZone = 'Etc/UTC'): number | string {
  const found = longestGap(ScheduleExpression.expression(expression, TimeZone.of(timeZone)));
  return typeof found === 'string' ? found : found.toMinutes();
}

const days = (count: number): number => count * HOURS_PER_DAY * 60;

test.each([
  ['rate(1 minute)', 1],
  ['rate(5 minutes)', 5],
  ['rate(6 hours)', 360],
  ['rate(1 day)', days(1)],
  ['rate(10 days)', days(10)],
  ['cron(* * * * ? *)', 1],
  ['cron(0 3 * * ? *)', days(1)],
  ['cron(0 3,15 * * ? *)', 12 * 60],
  ['cron(0/20 * * * ? *)', 20],
  ['cron(*/25 * * * ? *)', 25],
  ['cron(5/40 * * * ? *)', 40],
  ['cron(0 8-18/5 * * ? *)', 14 * 60],
  ['cron(30 20 ? * MON-FRI *)', days(3)],
  ['cron(30 20 ? * 2-6 *)', days(3)],
  ['cron(30 20 ? * mon,Wed *)', days(5)],
  ['cron(0 0 1 * ? *)', days(31)],
  // A month without a 31st lies between two with one.
  ['cron(0 0 31 * ? *)', days(61)],
  ['cron(0 0 1 JAN,jul ? *)', days(184)],
  ['cron(0 0 1 1/3 ? *)', days(92)],
  // 2100 is not a leap year.
  ['cron(0 0 29 2 ? *)', days(8 * 365 + 1)],
  ['cron(0 0 L * ? *)', days(31)],
  ['cron(0 0 L 2 ? *)', days(366)],
  // From Friday 29 June to Tuesday 31 July, and from Monday 1 to Monday 3 of the second month after next.
  ['cron(0 0 LW * ? *)', days(33)],
  ['cron(0 0 1W * ? *)', days(33)],
  // From Friday 14, as the 15th is a Saturday, to Monday 16, as it is a Sunday.
  ['cron(0 0 15W 6 ? *)', days(365 + 2)],
  ['cron(0 0 1,15 * ? *)', days(17)],
  ['cron(0 0 ? * L *)', days(7)],
  ['cron(0 0 ? * 6L *)', days(35)],
  ['cron(0 0 ? * FRIL *)', days(35)],
  ['cron(0 0 ? * TUE#1 *)', days(35)],
  ['cron(0 0 ? * 3#2 *)', days(35)],
  // There is a fifth Tuesday at most in every fourth month, and at worst in the fifth.
  ['cron(0 0 ? * 3#5 *)', days(119)],
  ['cron(0 3 * * ? 2024/1)', days(1)],
  ['cron(0 0 1 1 ? */2)', days(366 + 365)],
])('%s: %d minutes', (expression, minutes) => {
  expect(gap(expression)).toBe(minutes);
});

test.each([
  ['at(2030-01-31T03:00:00)'],
  ['cron(0 3 * * ? 2020)'],
  ['cron(0 3 * * ? 2026)'],
  ['cron(0 3 * * ? 2026-2030)'],
])('%s ends: after that no report is due', (expression) => {
  expect(gap(expression)).toBe('ends');
});

test.each([
  Token.asString({ Ref: 'Schedule' }),
  'cron(0 3 * * ?)',
  'cron(0 3 * * * *)',
  'cron(0 3 ? * ? *)',
  'cron(60 3 * * ? *)',
  'cron(0 24 * * ? *)',
  'cron(0 3 0 * ? *)',
  'cron(0 3 32W * ? *)',
  'cron(0 3 * 13 ? *)',
  'cron(0 3 ? * 8 *)',
  'cron(0 3 ? * TUE#6 *)',
  'cron(0 3 ? * XYZL *)',
  'cron(0 3 ? * FRI-MON *)',
  'cron(0 3 1- * ? *)',
  'cron(0/0 3 * * ? *)',
  'cron(*-5 3 * * ? *)',
  'cron(0 3 L-3 * ? *)',
  // Never.
  'cron(0 3 30 2 ? *)',
  'rate(0 days)',
  'rate(1 week)',
  'every day',
])('%s: unknown', (expression) => {
  expect(gap(expression)).toBe('unknown');
});

describe('times that are skipped when the clocks change to summer time', () => {
  test.each([
    // The clocks skip the run at 2:30 once a year, but not the run at 3:00.
    ['cron(30 2 * * ? *)', 'Europe/Berlin', days(2)],
    ['cron(0 2 * * ? *)', 'Europe/Berlin', days(2)],
    ['cron(0 3 * * ? *)', 'Europe/Berlin', days(1)],
    ['cron(59 1 * * ? *)', 'Europe/Berlin', days(1)],
    ['cron(30 2 * * ? *)', 'America/New_York', days(2)],
    ['cron(30 2 * * ? *)', 'Asia/Tokyo', days(1)],
    // That is, on Sundays.
    ['cron(30 2 ? * SUN *)', 'Europe/Berlin', days(14)],
    ['cron(30 2 ? * SAT *)', 'Europe/Berlin', days(7)],
    ['cron(0/30 * * * ? *)', 'Europe/Berlin', 90],
    // At midnight, and by half an hour.
    ['cron(30 0 * * ? *)', 'Africa/Cairo', days(2)],
    ['cron(15 2 * * ? *)', 'Australia/Lord_Howe', days(2)],
    ['cron(45 2 * * ? *)', 'Australia/Lord_Howe', days(1)],
  ])('%s in %s', (expression, timeZone, minutes) => {
    expect(gap(expression, timeZone)).toBe(minutes);
  });

  test('is unknown in an unknown time zone', () => {
    const odd = { expressionString: 'cron(0 3 * * ? *)', timeZone: TimeZone.of('Mars/Olympus') };
    expect(longestGap(odd)).toBe('unknown');
    const late = { ...odd, timeZone: TimeZone.of(Token.asString({ Ref: 'Zone' })) };
    expect(longestGap(late)).toBe('unknown');
  });
});

interface Simple {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth?: readonly number[];
  readonly daysOfWeek?: readonly number[];
  readonly months: readonly number[];
}

/** Minute by minute over some years, with only the platform's calendar. */
function bruteForce({ minutes, hours, daysOfMonth, daysOfWeek, months }: Simple): number {
  let previous: number | undefined;
  let longest = 0;
  const date = new Date(0);
  const end = Date.UTC(2009, 0, 1);
  for (let time = Date.UTC(2001, 0, 1); time < end; time += 60_000) {
    date.setTime(time);
    const due =
      minutes.includes(date.getUTCMinutes()) &&
      hours.includes(date.getUTCHours()) &&
      months.includes(date.getUTCMonth() + 1) &&
      (daysOfMonth?.includes(date.getUTCDate()) ?? true) &&
      (daysOfWeek?.includes(date.getUTCDay() + 1) ?? true);
    if (!due) continue;
    if (previous !== undefined) longest = Math.max(longest, time - previous);
    previous = time;
  }
  return longest / 60_000;
}

/** Eight years contain every combination of these: all weekdays, or days that each year has. */
const simple: fc.Arbitrary<Simple> = fc.record(
  {
    minutes: values(0, 59),
    hours: values(0, 23),
    months: values(1, 12),
    daysOfMonth: values(1, 28),
  },
  { noNullPrototype: true },
);
const weekly: fc.Arbitrary<Simple> = fc
  .record(
    { minutes: values(0, 59), hours: values(0, 23), daysOfWeek: values(1, 7) },
    { noNullPrototype: true },
  )
  .map((fields) => ({ ...fields, months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }));

function values(min: number, max: number): fc.Arbitrary<number[]> {
  return fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 5 });
}

/** Written as lists, or as ranges of values that follow one another. */
function field(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  return sorted.length > 1 && last - first === sorted.length - 1 ? `${first}-${last}` : values.join(',');
}

test('agrees with a count of all minutes of eight years', () => {
  fc.assert(
    fc.property(fc.oneof(simple, weekly), (cron) => {
      const { minutes, hours, daysOfMonth, daysOfWeek, months } = cron;
      const expression = `cron(${field(minutes)} ${field(hours)} ${
        daysOfMonth ? `${field(daysOfMonth)} ${field(months)} ?` : `? ${field(months)} ${field(daysOfWeek!)}`
      } *)`;
      expect([expression, gap(expression)]).toEqual([expression, bruteForce(cron)]);
    }),
    { numRuns: 20, seed: 20_261_125, endOnFailure: true },
  );
});
