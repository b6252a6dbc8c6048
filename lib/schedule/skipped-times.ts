/** A range of minutes of a day, by the local clock. `to` is not part of it. */
export interface MinutesOfDay {
  readonly from: number;
  readonly to: number;
}

const MINUTES_PER_DAY = 24 * 60;
/** Shorter than the time between any two clock changes of a zone: those within a month are weeks apart. */
const STRIDE = 7 * MINUTES_PER_DAY;

/**
 * The times that a time zone skips when its clocks are set forward. A run that is due in them does not take place.
 *
 * @returns the skipped times by day, counted from 1970; undefined if Node.js does not know the zone
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
export function skippedTimes(
  timeZone: string,
  firstYear: number,
  lastYear: number,
): ReadonlyMap<number, MinutesOfDay> | undefined {
  const offset = offsets(timeZone);
  if (offset === undefined) return undefined;
  const skipped = new Map<number, MinutesOfDay>();
  const end = Date.UTC(lastYear + 1, 0) / 60_000;
  let before = Date.UTC(firstYear, 0) / 60_000;
  let offsetBefore = offset(before);
  for (let after = before + STRIDE; after <= end; after += STRIDE) {
    const offsetAfter = offset(after);
    if (offsetAfter > offsetBefore) {
      const change = changeBetween(before, after, offset);
      for (const [day, minutes] of byDay(change + offsetBefore, change + offsetAfter)) {
        skipped.set(day, minutes);
      }
    }
    [before, offsetBefore] = [after, offsetAfter];
  }
  return skipped;
}

/** A function from a minute, counted from 1970, to the minutes that the zone is ahead of UTC. */
function offsets(timeZone: string): ((minute: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
  return (minute) => {
    const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(format.format(minute * 60_000)) ?? [];
    return sign === undefined ? 0 : Number(`${sign}1`) * (60 * Number(hours) + Number(minutes));
  };
}

/** The first minute with the new offset. */
function changeBetween(before: number, after: number, offset: (minute: number) => number): number {
  const wanted = offset(after);
  let [early, late] = [before, after];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (offset(middle) === wanted) late = middle;
    else early = middle;
  }
  return late;
}

function byDay(from: number, to: number): [day: number, MinutesOfDay][] {
  const days: [number, MinutesOfDay][] = [];
  for (let day = Math.floor(from / MINUTES_PER_DAY); day * MINUTES_PER_DAY < to; day++) {
    const start = day * MINUTES_PER_DAY;
    days.push([day, { from: Math.max(from - start, 0), to: Math.min(to - start, MINUTES_PER_DAY) }]);
  }
  return days;
}
