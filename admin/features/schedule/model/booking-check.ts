import { TAKES_TIME } from '@wardbell/contract/appointment-status';
import type { Body, EndpointOf } from '../../../shared/api/types';
import { type AppointmentDraft, toInstant } from './draft';

export type ConflictBody = Body<EndpointOf<'POST', '/appointments/conflicts'>>;

/** What to ask the server about a draft; null while it takes no time yet. */
export const toConflictBody = (
  draft: AppointmentDraft,
  timeZone: string,
  appointmentId: string | undefined,
): ConflictBody | null => {
  const datetime = toInstant(draft, timeZone);
  const minutes = Number(draft.duration_minutes);
  if (datetime === null || !TAKES_TIME.has(draft.status)) return null;
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > 1440) return null;
  const [practitioner, room] = [draft.practitioner.trim(), draft.room.trim()];
  return {
    datetime,
    duration_minutes: minutes,
    ...(appointmentId === undefined ? {} : { appointment_id: appointmentId }),
    ...(draft.patient_id === '' ? {} : { patient_id: draft.patient_id }),
    ...(practitioner === '' ? {} : { practitioner }),
    ...(room === '' ? {} : { room }),
  };
};

const BOOKING_FIELDS = ['date', 'time', 'duration_minutes', 'status', 'practitioner', 'room'] as const;

/** Whether a change of an appointment can make a conflict that it did not have. */
export const movesBooking = (before: AppointmentDraft, draft: AppointmentDraft): boolean =>
  BOOKING_FIELDS.some((field) => before[field].trim() !== draft[field].trim());
