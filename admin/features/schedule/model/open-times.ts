import type { Absence, OfficeHours, OfficeWeek } from '@wardbell/contract';
import { dayBounds, instantOf } from './clock';

/** A part of a day in which nothing should be booked. */
export interface ClosedTime {
  readonly startMs: number;
  readonly endMs: number;
  /** Somebody is away, and what for; null: it is outside of office hours. */
  readonly absence: Pick<Absence, 'label'> | null;
}

interface Setup {
  readonly hours: OfficeHours;
  readonly absences: readonly Absence[];
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

const minuteOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
const hasHours = (week: OfficeWeek): boolean => DAYS.some((day) => week[day].length > 0);

/** Office hours of a date as instants; null when there are none at all. @param practitionerId null: the clinic's */
export const openTimes = (
  { hours }: Pick<Setup, 'hours'>,
  date: string,
  timeZone: string,
  practitionerId: string | null,
): readonly { readonly startMs: number; readonly endMs: number }[] | null => {
  const own = hours.practitioners.find(({ practitioner_id }) => practitioner_id === practitionerId)?.week;
  const week = own ?? hours.week;
  if (!hasHours(week)) return null;
  const day = DAYS[new Date(`${date}T00:00:00Z`).getUTCDay()];
  if (!day) return null;
  const { endMs } = dayBounds(date, timeZone);
  const instant = (clock: string) =>
    clock === '24:00' ? endMs : instantOf({ date, minute: minuteOf(clock) }, timeZone);
  return week[day]
    .map(({ from, to }) => ({ startMs: instant(from), endMs: instant(to) }))
    .filter((span) => span.startMs < span.endMs)
    .sort((a, b) => a.startMs - b.startMs);
};

/** When a practitioner, or the clinic, is not there on a date: time outside of office hours, and absences. */
export const closedTimes = (
  setup: Setup,
  date: string,
  timeZone: string,
  practitionerId: string | null,
): readonly ClosedTime[] => {
  const { startMs, endMs } = dayBounds(date, timeZone);
  const closed: ClosedTime[] = [];
  const open = openTimes(setup, date, timeZone, practitionerId);
  if (open) {
    let atMs = startMs;
    for (const span of [...open, { startMs: endMs, endMs }]) {
      if (span.startMs > atMs) closed.push({ startMs: atMs, endMs: span.startMs, absence: null });
      atMs = Math.max(atMs, span.endMs);
    }
  }
  for (const absence of setup.absences) {
    if (absence.practitioner_id !== null && absence.practitioner_id !== practitionerId) continue;
    const [from, to] = [Math.max(startMs, Date.parse(absence.from)), Math.min(endMs, Date.parse(absence.to))];
    if (from < to) closed.push({ startMs: from, endMs: to, absence });
  }
  return closed;
};
