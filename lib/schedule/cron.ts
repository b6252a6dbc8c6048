export interface CalendarDay {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly dayOfMonth: number;
  /** 1 is Sunday. */
  readonly dayOfWeek: number;
  readonly daysInMonth: number;
}

type OnDay = (day: CalendarDay) => boolean;

/** When a cron expression is due. */
export interface Cron {
  /** Minutes of the day, ascending. */
  readonly minutes: readonly number[];
  readonly isDueOn: OnDay;
  /** Ascending. */
  readonly years: readonly number[];
}

interface Field {
  readonly least: number;
  readonly most: number;
  /** Names of the values, from the least value on. */
  readonly names?: readonly string[];
}

const MINUTE: Field = { least: 0, most: 59 };
const HOUR: Field = { least: 0, most: 23 };
const DAY_OF_MONTH: Field = { least: 1, most: 31 };
const MONTH: Field = {
  least: 1,
  most: 12,
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
const DAY_OF_WEEK: Field = { least: 1, most: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] };
/** The last year that an expression can name. */
export const LAST_YEAR = 2199;
const YEAR: Field = { least: 1970, most: LAST_YEAR };

/**
 * Parses the six fields of a cron expression of EventBridge Scheduler.
 *
 * @returns undefined for an expression that the documentation does not describe
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
export function parseCron(fields: string): Cron | undefined {
  const parts = fields.trim().toUpperCase().split(/\s+/);
  if (parts.length !== 6) return undefined;
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = parts as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const minutes = parseValues(minute, MINUTE);
  const hours = parseValues(hour, HOUR);
  const months = parseValues(month, MONTH);
  const years = parseValues(year, YEAR);
  const onDay = parseDays(dayOfMonth, dayOfWeek);
  if (!minutes || !hours || !months || !years || !onDay) return undefined;
  return {
    minutes: hours.flatMap((hour) => minutes.map((minute) => 60 * hour + minute)),
    isDueOn: (day) => months.includes(day.month) && onDay(day),
    years,
  };
}

/** One of the two fields selects the days; the other must be `?`. */
function parseDays(dayOfMonth: string, dayOfWeek: string): OnDay | undefined {
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const [text, parse] =
    dayOfWeek === '?' ? ([dayOfMonth, parseDayOfMonth] as const) : ([dayOfWeek, parseDayOfWeek] as const);
  const alternatives = text.split(',').map(parse);
  return alternatives.every((alternative) => alternative !== undefined)
    ? (day) => alternatives.some((isDueOn) => isDueOn(day))
    : undefined;
}

function parseDayOfMonth(text: string): OnDay | undefined {
  if (text === 'L') return ({ dayOfMonth, daysInMonth }) => dayOfMonth === daysInMonth;
  const [, near] = /^(L|\d{1,2})W$/.exec(text) ?? [];
  if (near !== undefined) {
    const wanted = near === 'L' ? undefined : Number(near);
    if (wanted !== undefined && (wanted < DAY_OF_MONTH.least || wanted > DAY_OF_MONTH.most)) return undefined;
    return (day) => day.dayOfMonth === nearestWeekday(day, wanted ?? day.daysInMonth);
  }
  const values = parseValues(text, DAY_OF_MONTH);
  return values && (({ dayOfMonth }) => values.includes(dayOfMonth));
}

/** The weekday (Monday to Friday) nearest to the day `wanted`, in the same month as `day`. */
function nearestWeekday(day: CalendarDay, wanted: number): number | undefined {
  if (wanted > day.daysInMonth) return undefined;
  const dayOfWeek = ((((day.dayOfWeek - 1 + wanted - day.dayOfMonth) % 7) + 7) % 7) + 1;
  if (dayOfWeek === 7) return wanted === 1 ? 3 : wanted - 1;
  if (dayOfWeek === 1) return wanted === day.daysInMonth ? wanted - 2 : wanted + 1;
  return wanted;
}

function parseDayOfWeek(text: string): OnDay | undefined {
  // Saturday, the last day of the week.
  if (text === 'L') return ({ dayOfWeek }) => dayOfWeek === DAY_OF_WEEK.most;
  const [, name, last, nth] = /^(\w+?)(?:(L)|#([1-5]))$/.exec(text) ?? [];
  if (name === undefined) {
    const values = parseValues(text, DAY_OF_WEEK);
    return values && (({ dayOfWeek }) => values.includes(dayOfWeek));
  }
  const wanted = parseValue(name, DAY_OF_WEEK);
  if (wanted === undefined) return undefined;
  return last === undefined
    ? (day) => day.dayOfWeek === wanted && Math.ceil(day.dayOfMonth / 7) === Number(nth)
    : (day) => day.dayOfWeek === wanted && day.dayOfMonth > day.daysInMonth - 7;
}

/** Parses a field: a list of `*`, values and ranges, each with an optional step. */
function parseValues(text: string, field: Field): number[] | undefined {
  const all = new Set<number>();
  for (const item of text.split(',')) {
    const [, from, to, every] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(item) ?? [];
    if (from === undefined || (from === '*' && to !== undefined)) return undefined;
    const first = from === '*' ? field.least : parseValue(from, field);
    const open = from === '*' || every !== undefined;
    const last = to === undefined ? (open ? field.most : first) : parseValue(to, field);
    const step = Number(every ?? 1);
    if (first === undefined || last === undefined || last < first || step < 1) return undefined;
    for (let value = first; value <= last; value += step) all.add(value);
  }
  return [...all].sort((a, b) => a - b);
}

function parseValue(text: string, { least, most, names = [] }: Field): number | undefined {
  const named = names.indexOf(text);
  if (named >= 0) return least + named;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : undefined;
}
