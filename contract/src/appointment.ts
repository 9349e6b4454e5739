import { z } from 'zod';
import { APPOINTMENT_STATUSES, UNSCHEDULED } from './appointment-status.js';
import { line, Purged, prose, Timestamp, Uuid, Version } from './text.js';

/** HL7 FHIR AppointmentStatus (R5). */
export const AppointmentStatus = z.enum(APPOINTMENT_STATUSES);
export type AppointmentStatus = z.infer<typeof AppointmentStatus>;

/** Statuses of a new appointment. */
export const InitialStatus = AppointmentStatus.extract(['proposed', 'pending', 'waitlist', 'booked']);

/** Limited to this and the neighbouring centuries, because other years are typing errors. */
const AppointmentTime = Timestamp.refine((value) => {
  const year = new Date(value).getUTCFullYear();
  return year >= 1900 && year < 2200;
}, 'must be between the years 1900 and 2200');

const writable = {
  patient_id: Uuid,
  datetime: AppointmentTime.nullable(),
  duration_minutes: z.int().min(1).max(1440),
  type: line(1, 100),
  practitioner: line(1, 200).nullable(),
  room: line(1, 100).nullable(),
  reason: prose(2_000).nullable().meta({ description: 'Clinical; front desk neither sees nor writes it' }),
};

/** Body of `POST /appointments`. `datetime` is required unless the status is proposed or waitlist. */
export const AppointmentCreate = z
  .strictObject({
    patient_id: writable.patient_id,
    datetime: writable.datetime.optional(),
    duration_minutes: writable.duration_minutes.default(30),
    type: writable.type,
    status: InitialStatus.default('booked'),
    practitioner: writable.practitioner.optional(),
    room: writable.room.optional(),
    reason: writable.reason.optional(),
  })
  .refine((body) => body.datetime != null || UNSCHEDULED.includes(body.status), {
    path: ['datetime'],
    message: 'is required unless the status is proposed or waitlist',
  });
export type AppointmentCreate = z.infer<typeof AppointmentCreate>;

/** Body of `PATCH /appointments/{id}`. It may change the status by the same rules. */
export const AppointmentUpdate = z
  .strictObject({ ...writable, status: AppointmentStatus, cancellation_reason: prose(2_000).nullable() })
  .omit({ patient_id: true })
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'must change at least one field');
export type AppointmentUpdate = z.infer<typeof AppointmentUpdate>;

/** Body of `POST /appointments/{id}/status`; `reason` becomes the `cancellation_reason`. */
export const AppointmentStatusChange = z.strictObject({
  status: AppointmentStatus,
  reason: prose(2_000).nullable().optional(),
});
export type AppointmentStatusChange = z.infer<typeof AppointmentStatusChange>;

/** An appointment as stored; `views.ts` defines the fields that each role sees. */
export const Appointment = z
  .object({
    id: Uuid,
    tenant_id: Uuid,
    patient_id: Uuid,
    datetime: Timestamp.nullable(),
    duration_minutes: z.int(),
    type: z.string(),
    status: AppointmentStatus,
    practitioner: z.string().nullable(),
    room: z.string().nullable(),
    reason: z.string().nullable().optional(),
    cancellation_reason: z.string().nullable(),
    previous_status: AppointmentStatus.optional().meta({
      description: 'What the status was before its last step; absent when that step cannot be undone',
    }),
    undo_until: Timestamp.optional().meta({
      description: 'The last moment at which the step can be undone; the past is not removed by itself',
    }),
    version: Version,
    created_at: Timestamp,
    updated_at: Timestamp,
    restricted: z
      .literal(true)
      .optional()
      .meta({ description: 'Of a restricted patient; others see no clinical text' }),
    purged: Purged,
  })
  .meta({ id: 'Appointment' });
export type Appointment = z.infer<typeof Appointment>;
