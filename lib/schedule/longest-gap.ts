import { Duration, Token } from 'aws-cdk-lib';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { CalendarDay, Cron } from './cron';
import { LAST_YEAR, parseCron } from './cron';
import type { MinutesOfDay } from './skipped-times';
import { skippedTimes } from './skipped-times';

const MINUTES_PER_DAY = 24 * 60;
const MINUTES_PER_UNIT: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: MINUTES_PER_DAY };
/** From this year to the last possible one, all combinations of day of month, day of week and leap year occur. */
const FIRST_YEAR = 2000;
/** Long enough for days of month, days of week and clock changes to coincide. Later clock changes are unknown. */
const CLOCK_YEARS = [2024, 2060] as const;
/** An expression without a later year counts as one that ends. */
const FAR_YEAR = LAST_YEAR - 10;

/**
 * Returns the longest time between two runs of a schedule, by the local clock.
 *
 * @returns `ends` for a schedule that runs once or ends in some year, `unknown` if the expression does not show it
 */
export function longestGap({
  expressionString,
  timeZone,
}: ScheduleExpression): Duration | 'ends' | 'unknown' {
  const zone = timeZone?.timezoneName ?? 'Etc/UTC';
  if (Token.isUnresolved(expressionString) || Token.isUnresolved(zone)) return 'unknown';
  const [, kind, given = ''] = /^(at|rate|cron)\((.*)\)$/.exec(expressionString.trim()) ?? [];
  if (kind === 'at') return 'ends';
  if (kind === 'rate') {
    const [, value, unit = ''] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(given) ?? [];
    return value === undefined ? 'unknown' : Duration.minutes(Number(value) * MINUTES_PER_UNIT[unit]!);
  }
  const cron = kind === 'cron' ? parseCron(given) : undefined;
  const skipped = cron && skippedTimes(zone, ...CLOCK_YEARS);
  if (!cron || !skipped) return 'unknown';
  if (cron.years.at(-1)! < FAR_YEAR) return 'ends';
  const minutes = longestGapOf(cron, skipped);
  return minutes === undefined ? 'unknown' : Duration.minutes(minutes);
}

/** @returns minutes, or undefined for an expression that is never due, such as 30 February */
function longestGapOf(cron: Cron, skipped: ReadonlyMap<number, MinutesOfDay>): number | undefined {
  const usual = runsOf(cron.minutes);
  let longest: number | undefined;
  let previous: number | undefined;
  for (const year of cron.years.filter((year) => year >= FIRST_YEAR)) {
    for (const [number, day] of daysOf(year)) {
      if (!cron.isDueOn(day)) continue;
      const skip = skipped.get(number);
      const runs = skip
        ? runsOf(cron.minutes.filter((minute) => minute < skip.from || minute >= skip.to))
        : usual;
      if (runs === undefined) continue;
      const start = number * MINUTES_PER_DAY;
      const since = previous === undefined ? 0 : start + runs.first - previous;
      longest = Math.max(longest ?? 0, since, runs.widest);
      previous = start + runs.last;
    }
  }
  return longest;
}

interface DayOfRuns {
  readonly first: number;
  readonly last: number;
  /** The longest time between two runs of the day. */
  readonly widest: number;
}

function runsOf(minutes: readonly number[]): DayOfRuns | undefined {
  const [first] = minutes;
  const last = minutes.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const widest = Math.max(0, ...minutes.slice(1).map((minute, index) => minute - minutes[index]!));
  return { first, last, widest };
}

/** The days of a year, each with its number counted from 1970. */
function* daysOf(year: number): Iterable<[number: number, day: CalendarDay]> {
  let number = Date.UTC(year, 0) / 86_400_000;
  for (let month = 1; month <= 12; month++) {
    const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
    for (let dayOfMonth = 1; dayOfMonth <= daysInMonth; dayOfMonth++, number++) {
      // 1 January 1970 was a Thursday.
      yield [number, { year, month, dayOfMonth, dayOfWeek: ((number + 4) % 7) + 1, daysInMonth }];
    }
  }
}
