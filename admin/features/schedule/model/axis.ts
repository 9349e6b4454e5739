import type { Appointment } from '@wardbell/contract';
import { dayBounds, HOUR_MS, instantOf, MINUTE_MS } from './clock';

/** Hours that a day shows even when nothing is booked in them, by the clock of the clinic. */
const OPENS_MINUTE = 7 * 60;
const CLOSES_MINUTE = 19 * 60;

/** The time that a day shows, from top to bottom. Linear in real time, so that a day of 23 or 25 hours is right. */
export interface Axis {
  readonly startMs: number;
  readonly endMs: number;
  /** Every full hour. */
  readonly hours: readonly number[];
}

type Timed = Pick<Appointment, 'datetime' | 'duration_minutes'>;

export const startMsOf = ({ datetime }: Pick<Timed, 'datetime'>): number =>
  datetime === null ? Number.NaN : Date.parse(datetime);
export const endMsOf = (appointment: Timed): number =>
  startMsOf(appointment) + appointment.duration_minutes * MINUTE_MS;

/**
 * The office hours of a date, or the usual ones, and as many more as its appointments need.
 * @param open office hours of all who work that day
 */
export const axisOf = (
  date: string,
  timeZone: string,
  rows: readonly Timed[],
  open: readonly { readonly startMs: number; readonly endMs: number }[] = [],
): Axis => {
  const day = dayBounds(date, timeZone);
  const wholeHour = (atMs: number, round: (hours: number) => number) =>
    day.startMs + round((atMs - day.startMs) / HOUR_MS) * HOUR_MS;
  let startMs = instantOf({ date, minute: OPENS_MINUTE }, timeZone);
  let endMs = instantOf({ date, minute: CLOSES_MINUTE }, timeZone);
  if (open.length > 0) {
    startMs = wholeHour(Math.min(...open.map((span) => span.startMs)), Math.floor);
    endMs = wholeHour(Math.max(...open.map((span) => span.endMs)), Math.ceil);
  }
  for (const row of rows) {
    startMs = Math.min(startMs, wholeHour(startMsOf(row), Math.floor));
    endMs = Math.max(endMs, wholeHour(endMsOf(row), Math.ceil));
  }
  startMs = Math.max(startMs, day.startMs);
  endMs = Math.min(endMs, day.endMs);
  const hours: number[] = [];
  for (let atMs = startMs; atMs < endMs; atMs += HOUR_MS) hours.push(atMs);
  return { startMs, endMs, hours };
};

/**
 * The moment at which a day opens on the screen: an hour before now, or the beginning of the office hours, or of the first
 * appointment if that is earlier or the clinic has no office hours.
 * @param nowMs null: the day is not today
 */
export const openingMs = (
  axis: Axis,
  nowMs: number | null,
  rows: readonly Timed[],
  open: readonly { readonly startMs: number }[],
): number => {
  const firstMs = Math.min(...rows.map(startMsOf), axis.endMs) - HOUR_MS / 4;
  const opensMs = Math.min(firstMs, ...open.map(({ startMs }) => startMs));
  const isWithin = nowMs !== null && nowMs >= axis.startMs && nowMs < axis.endMs;
  return isWithin ? Math.max(nowMs - HOUR_MS, opensMs) : opensMs;
};
