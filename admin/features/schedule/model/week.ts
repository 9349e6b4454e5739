import type { Appointment } from '@wardbell/contract';
import { addDays } from '../../../shared/forms/calendar-days';
import { type Axis, axisOf, startMsOf } from './axis';
import { HOUR_MS, instantOf, localTimeOf, MINUTE_MS } from './clock';

export const WEEK_DAYS = 7;

/** The Monday of the week that a calendar date is in. */
export const mondayOf = (date: string): string => {
  const day = new Date(`${date}T00:00:00Z`).getUTCDay();
  return addDays(date, -((day + 6) % WEEK_DAYS));
};

/** The seven dates of the week that a calendar date is in. */
export const weekOf = (date: string): readonly string[] => {
  const monday = mondayOf(date);
  return Array.from({ length: WEEK_DAYS }, (_, day) => addDays(monday, day));
};

/** The appointments of each date by the clock of a time zone, in the order in which they come. */
export const byDate = (
  rows: readonly Appointment[],
  dates: readonly string[],
  timeZone: string,
): readonly (readonly Appointment[])[] => {
  const days = new Map<string, Appointment[]>(dates.map((date) => [date, []]));
  for (const row of rows) days.get(localTimeOf(startMsOf(row), timeZone).date)?.push(row);
  return [...days.values()];
};

/** The same clock time so many days later. */
export const sameClockOn = (atMs: number, days: number, timeZone: string): number => {
  const { date, minute } = localTimeOf(atMs, timeZone);
  return instantOf({ date: addDays(date, days), minute }, timeZone);
};

/**
 * The time axes of several days, all from the same clock time and equally long, so that they stand side by side: as far as any
 * of the days needs.
 */
export const axesOf = (
  days: readonly {
    readonly date: string;
    readonly rows: readonly Appointment[];
    readonly open: readonly { readonly startMs: number; readonly endMs: number }[];
  }[],
  timeZone: string,
): readonly Axis[] => {
  const own = days.map(({ date, rows, open }) => axisOf(date, timeZone, rows, open));
  const startMinute = Math.min(...own.map(({ startMs }) => localTimeOf(startMs, timeZone).minute));
  const starts = days.map(({ date }) => instantOf({ date, minute: startMinute }, timeZone));
  const lengthMs = Math.max(...own.map(({ endMs }, day) => endMs - (starts[day] ?? endMs)));
  const hours = Math.max(1, Math.ceil(lengthMs / HOUR_MS));
  return starts.map((startMs) => ({
    startMs,
    endMs: startMs + hours * HOUR_MS,
    hours: Array.from({ length: hours }, (_, hour) => startMs + hour * HOUR_MS),
  }));
};

/** Minutes since midnight of an appointment: what it is compared by with those of other days. */
export const minuteOfDay = (row: Pick<Appointment, 'datetime'>, timeZone: string): number =>
  row.datetime === null
    ? 0
    : localTimeOf(Math.floor(startMsOf(row) / MINUTE_MS) * MINUTE_MS, timeZone).minute;

/** "12–18 Jan 2026". */
export const spanTitle = (dates: readonly string[], locale: string): string => {
  const [first, last] = [dates[0], dates.at(-1)].map((date) => Date.parse(`${date}T00:00:00Z`));
  const format = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', dateStyle: 'medium' });
  return format.formatRange(first ?? 0, last ?? 0);
};
