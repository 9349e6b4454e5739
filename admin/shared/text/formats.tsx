'use client';

import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { useWords } from './text';

/** How dates, times and numbers are written: in the reader's language and the clinic's time zone. */
export interface Formats {
  readonly timeZone: string;
  /** True when the reader's clock shows another time than these. */
  readonly isElsewhere: boolean;
  /** A calendar date `YYYY-MM-DD`, which has no time zone: "12 Mar 1984". */
  readonly date: (calendarDate: string) => string;
  /** "14:05" for a moment of today, with its date for another day. */
  readonly time: (at: string | number) => string;
  /** "14:05", of whatever day. */
  readonly clock: (at: string | number) => string;
  /** "Thursday, 12 March 2026" of a calendar date. */
  readonly fullDate: (calendarDate: string) => string;
  /** "Thu, 12 Mar 2026, 14:05": when an appointment is. With the zone, when the reader's clock shows another time. */
  readonly day: (at: string | number) => string;
  /** "12 Mar 2026, 14:05:09", with the zone when the reader's clock shows another time. */
  readonly dateTime: (at: string | number) => string;
  /** The same without the zone: in a list that says it once (`ZoneNote`). */
  readonly listedTime: (at: string | number) => string;
  /** "2 min ago". */
  readonly ago: (at: string | number, nowMs: number) => string;
  /** "in 30 seconds". */
  readonly inSeconds: (seconds: number) => string;
  readonly number: (value: number) => string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The calendar date of today in a time zone, `YYYY-MM-DD`. */
export const todayIn = (timeZone: string, nowMs = Date.now()): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    nowMs,
  );

/** Full years from a birth date to a calendar date, both `YYYY-MM-DD`. */
export const ageOn = (birthDate: string, today: string): number => {
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return today.slice(5) < birthDate.slice(5) ? years - 1 : years;
};

/** Months of which at least one has summer time, wherever there is any. */
const SEASONS = [Date.UTC(2026, 0), Date.UTC(2026, 6)];

/** Whether clocks of two zones show the same time all year. */
export const isSameClock = (zone: string, other: string): boolean =>
  SEASONS.every((atMs) => offsetAt(zone, atMs) === offsetAt(other, atMs));

const offsetAt = (timeZone: string, atMs: number): string =>
  new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).format(atMs);

export const createFormats = (locale: string, timeZone: string, isElsewhere = false): Formats => {
  const date = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', dateStyle: 'medium' });
  const fullDate = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', dateStyle: 'full' });
  const shortTime = new Intl.DateTimeFormat(locale, { timeZone, timeStyle: 'short' });
  // As `timeStyle` has it: "08:45" by a clock of 24 hours, "8:45 AM" by one of 12. German would have "8:45", too.
  const hour = shortTime.resolvedOptions().hour12 ? 'numeric' : '2-digit';
  const dayAndTime = new Intl.DateTimeFormat(locale, {
    timeZone,
    month: 'short',
    day: 'numeric',
    hour,
    minute: '2-digit',
  });
  const weekday = new Intl.DateTimeFormat(locale, {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour,
    minute: '2-digit',
    ...(isElsewhere && { timeZoneName: 'short' }),
  });
  const fullAndZone = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium', timeStyle: 'long' });
  const full = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium', timeStyle: 'medium' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  const ahead = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'long' });
  const number = new Intl.NumberFormat(locale);
  const calendar = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium' });
  const ms = (at: string | number) => (typeof at === 'number' ? at : Date.parse(at));
  return {
    timeZone,
    isElsewhere,
    date: (value) => date.format(Date.parse(`${value}T00:00:00Z`)),
    time: (at) => (todayIn(timeZone, ms(at)) === todayIn(timeZone) ? shortTime : dayAndTime).format(ms(at)),
    clock: (at) => shortTime.format(ms(at)),
    fullDate: (value) => fullDate.format(Date.parse(`${value}T00:00:00Z`)),
    day: (at) => weekday.format(ms(at)),
    dateTime: (at) => (isElsewhere ? fullAndZone : full).format(ms(at)),
    listedTime: (at) => full.format(ms(at)),
    ago: (at, nowMs) => {
      const passedMs = Math.max(0, nowMs - ms(at));
      if (passedMs < MINUTE_MS) return relative.format(0, 'second');
      if (passedMs < HOUR_MS) return relative.format(-Math.floor(passedMs / MINUTE_MS), 'minute');
      if (passedMs < DAY_MS) return relative.format(-Math.floor(passedMs / HOUR_MS), 'hour');
      if (passedMs < 7 * DAY_MS) return relative.format(-Math.floor(passedMs / DAY_MS), 'day');
      return calendar.format(ms(at));
    },
    inSeconds: (seconds) =>
      seconds < 100 ? ahead.format(seconds, 'second') : ahead.format(Math.ceil(seconds / 60), 'minute'),
    number: (value) => number.format(value),
  };
};

const FormatsContext = createContext<Formats | null>(null);

/** `timeZone` is the clinic's; a super admin has none and gets that of the browser. */
export const FormatsProvider = ({ timeZone, children }: { timeZone: string | null; children: ReactNode }) => {
  const { locale } = useWords();
  const formats = useMemo(() => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return createFormats(locale, timeZone ?? own, timeZone !== null && !isSameClock(timeZone, own));
  }, [locale, timeZone]);
  return <FormatsContext value={formats}>{children}</FormatsContext>;
};

export const useFormats = (): Formats => {
  const formats = useContext(FormatsContext);
  if (formats === null) throw new Error('useFormats needs a FormatsProvider above it');
  return formats;
};
