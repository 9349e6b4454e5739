import { addDays } from '../../../shared/forms/calendar-days';

/** Clock and calendar of a time zone. Calendar dates are `YYYY-MM-DD`; instants are epoch milliseconds. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What a clock on the wall shows. */
export interface LocalTime {
  readonly date: string;
  /** Minutes since midnight by that clock. */
  readonly minute: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
const formatterOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formatters.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formatters.set(timeZone, made);
  return made;
};

const pad = (value: number): string => String(value).padStart(2, '0');

/** What the clock of a time zone shows at an instant. */
export const localTimeOf = (atMs: number, timeZone: string): LocalTime => {
  const parts = formatterOf(timeZone).formatToParts(atMs);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? '';
  return {
    date: `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`,
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
};

const asUtc = ({ date, minute }: LocalTime): number => Date.parse(`${date}T00:00:00Z`) + minute * MINUTE_MS;

/** How far the clock of the zone is ahead of UTC, to the minute. */
const offsetMs = (atMs: number, timeZone: string): number =>
  asUtc(localTimeOf(atMs, timeZone)) - Math.floor(atMs / MINUTE_MS) * MINUTE_MS;

/**
 * The instant at which the clock of a time zone shows this. Of a time that comes twice (clocks go back) the
 * first; for one that is skipped (clocks go forward) as much later as is skipped.
 */
export const instantOf = (local: LocalTime, timeZone: string): number => {
  const wall = asUtc(local);
  const before = wall - offsetMs(wall - DAY_MS, timeZone);
  const after = wall - offsetMs(wall + DAY_MS, timeZone);
  const exact = [before, after].filter((atMs) => asUtc(localTimeOf(atMs, timeZone)) === wall);
  return exact.length > 0 ? Math.min(...exact) : before;
};

/** First instant of a date in a time zone, and of the one after it: 23 to 25 hours apart. */
export const dayBounds = (
  date: string,
  timeZone: string,
): { readonly startMs: number; readonly endMs: number } => ({
  startMs: instantOf({ date, minute: 0 }, timeZone),
  endMs: instantOf({ date: addDays(date, 1), minute: 0 }, timeZone),
});

/** `HH:MM` of minutes since midnight. */
export const toClock = (minute: number): string => `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;

/** Minutes since midnight of `HH:MM`; undefined for anything else. */
export const fromClock = (clock: string): number | undefined => {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(clock);
  return match ? Number(match[1]) * 60 + Number(match[2]) : undefined;
};
