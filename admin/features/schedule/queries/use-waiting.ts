import type { Appointment } from '@wardbell/contract';
import { useRef } from 'react';
import { MINUTE_MS } from '../model/clock';

/**
 * Since when each patient waits: the moment at which the appointment became `arrived`. The API does not keep that
 * moment; the earliest change seen here of which the status already was so is it, or comes next to it.
 */
export const useWaitingSince = (rows: readonly Appointment[]): ((appointment: Appointment) => number) => {
  const since = useRef(new Map<string, number>());
  for (const row of rows) {
    if (row.status !== 'arrived') since.current.delete(row.id);
    else if (!since.current.has(row.id)) since.current.set(row.id, Date.parse(row.updated_at));
  }
  return (appointment) => since.current.get(appointment.id) ?? Date.parse(appointment.updated_at);
};

/** Full minutes between two moments, never less than none. */
export const minutesBetween = (sinceMs: number, nowMs: number): number =>
  Math.max(0, Math.floor((nowMs - sinceMs) / MINUTE_MS));
