import type { Appointment, AppointmentStatus } from '@wardbell/contract';

/** The server's order: by time, those without one last. */
export const byTime = (a: Appointment, b: Appointment): number => {
  const at = a.datetime ?? '\uffff';
  const bt = b.datetime ?? '\uffff';
  return at < bt ? -1 : at > bt ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
};

/** Nothing more is expected of these. */
const SETTLED: readonly AppointmentStatus[] = ['fulfilled', 'noshow', 'cancelled', 'entered-in-error'];

/**
 * Whether an appointment belongs to what has been. One that is still expected or under way belongs there from the next day
 * on: a walk-in is booked for a time that has just passed, and the patient is in the house.
 * @param dateOf calendar date of a moment by the clinic's clock
 */
export const isPast = (
  { datetime, status }: Pick<Appointment, 'datetime' | 'status'>,
  nowMs: number,
  dateOf: (atMs: number) => string,
): boolean => {
  if (datetime === null) return false;
  const atMs = Date.parse(datetime);
  return atMs < nowMs && (SETTLED.includes(status) || dateOf(atMs) < dateOf(nowMs));
};
