import { z } from 'zod';
import { APPOINTMENT_STATUSES, UNSCHEDULED } from './appointment-status.js';
import { Conflict, DEFAULT_DURATION_MINUTES } from './clinic-setup.js';
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

/** Absent: saved; `false`: 409 `conflict` if there are conflicts; `true`: saved, unless the clinic forbids it. */
const BookAnyway = z
  .boolean()
  .optional()
  .meta({
    description:
      'Absent or `true`: saved in spite of conflicts; `false`: 409 `conflict` with them. A clinic that forbids double ' +
      'bookings refuses those of a practitioner, room or patient whatever is said here',
  });

const writable = {
  patient_id: Uuid,
  datetime: AppointmentTime.nullable(),
  duration_minutes: z.int().min(1).max(1440),
  type: line(1, 100),
  practitioner: line(1, 200).nullable(),
  room: line(1, 100).nullable(),
  practitioner_id: Uuid.nullable().meta({ description: 'Its name becomes the text' }),
  room_id: Uuid.nullable().meta({ description: 'Its name becomes the text' }),
  type_id: Uuid.meta({ description: 'Its name becomes the text, its duration that of a new appointment' }),
  reason: prose(2_000).nullable().meta({ description: 'Clinical; front desk neither sees nor writes it' }),
};

/** Body of `POST /appointments`. `datetime` is required unless the status is proposed or waitlist. */
export const AppointmentCreate = z
  .strictObject({
    patient_id: writable.patient_id,
    datetime: writable.datetime.optional(),
    duration_minutes: writable.duration_minutes
      .optional()
      .meta({ description: `${DEFAULT_DURATION_MINUTES} if absent, or that of \`type_id\`` }),
    type: writable.type.optional().meta({ description: 'Required unless `type_id` is given' }),
    type_id: writable.type_id.optional(),
    status: InitialStatus.default('booked'),
    practitioner: writable.practitioner.optional(),
    practitioner_id: writable.practitioner_id.optional(),
    room: writable.room.optional(),
    room_id: writable.room_id.optional(),
    book_anyway: BookAnyway,
    reason: writable.reason.optional(),
  })
  .refine((body) => body.datetime != null || UNSCHEDULED.includes(body.status), {
    path: ['datetime'],
    message: 'is required unless the status is proposed or waitlist',
  })
  .refine((body) => body.type !== undefined || body.type_id !== undefined, {
    path: ['type'],
    message: 'is required',
  });
export type AppointmentCreate = z.infer<typeof AppointmentCreate>;

/** Body of `PATCH /appointments/{id}`. It may change the status by the same rules. */
export const AppointmentUpdate = z
  .strictObject({ ...writable, status: AppointmentStatus, cancellation_reason: prose(2_000).nullable() })
  .omit({ patient_id: true })
  .partial()
  .extend({ book_anyway: BookAnyway })
  .refine(
    (body) => Object.keys(body).some((field) => field !== 'book_anyway'),
    'must change at least one field',
  );
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
    practitioner_id: Uuid.nullable().meta({ description: 'Of the practitioner with this name' }),
    room_id: Uuid.nullable(),
    type_id: Uuid.nullable(),
    reason: z.string().nullable().optional(),
    cancellation_reason: z.string().nullable(),
    board_number: z
      .string()
      .nullable()
      .optional()
      .meta({
        description:
          'The number under which it is called in the waiting room, that no other appointment of the clinic has on the ' +
          'same day; null without a time, and for one that was booked before there were numbers, until its next change',
      }),
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

/** Answer of `POST /appointments` and `PATCH /appointments/{id}`. */
export const AppointmentSaved = Appointment.extend({
  conflicts: z
    .array(Conflict)
    .meta({ description: 'What it overlaps; empty unless it is pending, booked, arrived or checked-in' }),
}).meta({ id: 'AppointmentSaved' });
export type AppointmentSaved = z.infer<typeof AppointmentSaved>;
