import { z } from 'zod';
import { DateOrTime } from './paging.js';
import { line, Timestamp, Uuid, Version } from './text.js';

/** What a clinic books with: practitioners, rooms, types of appointments, office hours, absences, and its rules. */

/** Practitioners of one tenant; as many rooms, types and absences. */
export const MAX_SETUP_RECORDS = 1_000;
/** Upcoming appointments whose text a new name of a record changes. */
export const MAX_APPOINTMENTS_RENAMED = 5_000;
export const DEFAULT_DURATION_MINUTES = 30;

/** Kinds of objects in `clinic_setup_changed`. */
export const SetupKind = z.enum([
  'practitioner',
  'room',
  'appointment_type',
  'office_hours',
  'absence',
  'settings',
]);
export type SetupKind = z.infer<typeof SetupKind>;

/** Data of `clinic_setup_changed`: what to read again. */
export const ClinicSetupChanged = z.object({
  kind: SetupKind,
  id: Uuid.optional().meta({ description: 'Absent for office hours and settings' }),
});
export type ClinicSetupChanged = z.infer<typeof ClinicSetupChanged>;

const Color = z.string().regex(/^#[0-9a-f]{6}$/, 'must be a color such as #1c7ed6');
const DEFAULT_COLOR = '#868e96';
const Duration = z.int().min(1).max(1440);
const color = Color.default(DEFAULT_COLOR);
const active = z.boolean().default(true);
const UserId = z.string().min(1).max(200).nullable().meta({ description: '`sub` of the person, if any' });
const changes = 'must change at least one field';

export const PractitionerCreate = z.strictObject({
  name: line(1, 200),
  color,
  user_id: UserId.optional(),
  active,
});
export type PractitionerCreate = z.infer<typeof PractitionerCreate>;
export const PractitionerUpdate = z
  .strictObject({ name: line(1, 200), color: Color, user_id: UserId, active: z.boolean() })
  .partial()
  .refine((body) => Object.keys(body).length > 0, changes);
export type PractitionerUpdate = z.infer<typeof PractitionerUpdate>;

export const RoomCreate = z.strictObject({ name: line(1, 100), color, active });
export type RoomCreate = z.infer<typeof RoomCreate>;
export const RoomUpdate = z
  .strictObject({ name: line(1, 100), color: Color, active: z.boolean() })
  .partial()
  .refine((body) => Object.keys(body).length > 0, changes);
export type RoomUpdate = z.infer<typeof RoomUpdate>;

export const AppointmentTypeCreate = z.strictObject({
  name: line(1, 100),
  color,
  duration_minutes: Duration.default(DEFAULT_DURATION_MINUTES),
  active,
});
export type AppointmentTypeCreate = z.infer<typeof AppointmentTypeCreate>;
export const AppointmentTypeUpdate = z
  .strictObject({ name: line(1, 100), color: Color, duration_minutes: Duration, active: z.boolean() })
  .partial()
  .refine((body) => Object.keys(body).length > 0, changes);
export type AppointmentTypeUpdate = z.infer<typeof AppointmentTypeUpdate>;

const record = {
  id: Uuid,
  name: z.string().meta({ description: 'Unique in its clinic, ignoring case and blanks' }),
  color: z.string(),
  active: z.boolean().meta({ description: '`false`: no longer offered for new appointments' }),
  version: Version,
  created_at: Timestamp,
  updated_at: Timestamp,
};

export const Practitioner = z
  .object({ ...record, user_id: z.string().nullable() })
  .meta({ id: 'Practitioner' });
export type Practitioner = z.infer<typeof Practitioner>;
export const Room = z.object(record).meta({ id: 'Room' });
export type Room = z.infer<typeof Room>;
export const AppointmentType = z
  .object({ ...record, duration_minutes: z.int() })
  .meta({ id: 'AppointmentType' });
export type AppointmentType = z.infer<typeof AppointmentType>;

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

const Clock = z
  .string()
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time of the day such as 08:30');
/** Times of the day without gaps in between; `24:00` is the end of the day. */
const Span = z
  .strictObject({ from: Clock, to: Clock })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after from' });
const Day = z
  .array(Span)
  .max(10)
  .refine((spans) => {
    const sorted = spans.toSorted((a, b) => (a.from < b.from ? -1 : 1));
    return sorted.every((span, at) => at === 0 || (sorted[at - 1]?.to ?? '') <= span.from);
  }, 'must not overlap')
  .default([]);
const Week = z.strictObject({
  monday: Day,
  tuesday: Day,
  wednesday: Day,
  thursday: Day,
  friday: Day,
  saturday: Day,
  sunday: Day,
});
export type OfficeWeek = z.infer<typeof Week>;

/** Body of `PUT /office-hours`: the whole week, in the time zone of the clinic. */
export const OfficeHoursPut = z.strictObject({
  week: Week.meta({ description: 'Hours of the clinic. A week without any: it has no office hours' }),
  practitioners: z
    .array(z.strictObject({ practitioner_id: Uuid, week: Week }))
    .max(MAX_SETUP_RECORDS)
    .refine((all) => new Set(all.map((one) => one.practitioner_id)).size === all.length, 'must be different')
    .default([])
    .meta({ description: 'Practitioners with hours of their own, in the place of those of the clinic' }),
});
export type OfficeHoursPut = z.infer<typeof OfficeHoursPut>;
export const OfficeHours = z
  .object({
    week: Week,
    practitioners: z.array(z.object({ practitioner_id: Uuid, week: Week })),
    time_zone: z.string(),
    version: Version,
  })
  .meta({ id: 'OfficeHours' });
export type OfficeHours = z.infer<typeof OfficeHours>;

const absence = {
  practitioner_id: Uuid.nullable().meta({ description: 'null: the whole clinic' }),
  from: DateOrTime,
  to: DateOrTime,
  label: line(0, 100).meta({ description: 'All staff see it: nothing clinical' }),
};
export const AbsenceCreate = z.strictObject({
  practitioner_id: absence.practitioner_id.default(null),
  from: absence.from.meta({ description: 'Inclusive' }),
  to: absence.to.meta({ description: 'Exclusive: the day after the last one' }),
  label: absence.label.default(''),
});
export type AbsenceCreate = z.infer<typeof AbsenceCreate>;
export const AbsenceUpdate = z
  .strictObject(absence)
  .partial()
  .refine((body) => Object.keys(body).length > 0, changes);
export type AbsenceUpdate = z.infer<typeof AbsenceUpdate>;
export const Absence = z
  .object({
    id: Uuid,
    practitioner_id: Uuid.nullable(),
    from: Timestamp,
    to: Timestamp,
    label: z.string(),
    version: Version,
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Absence' });
export type Absence = z.infer<typeof Absence>;

/** `forbid`: no two active appointments of a practitioner, a room or a patient overlap, whatever a client asks for. */
export const DoubleBooking = z.enum(['allow', 'forbid']);
export type DoubleBooking = z.infer<typeof DoubleBooking>;
export const ClinicSettingsUpdate = z.strictObject({ double_booking: DoubleBooking });
export type ClinicSettingsUpdate = z.infer<typeof ClinicSettingsUpdate>;
export const ClinicSettings = z
  .object({ double_booking: DoubleBooking, version: Version })
  .meta({ id: 'ClinicSettings' });
export type ClinicSettings = z.infer<typeof ClinicSettings>;

/** Why a time does not suit; `closed` is outside of office hours. */
export const ConflictKind = z.enum(['practitioner', 'room', 'patient', 'absence', 'closed']);
export type ConflictKind = z.infer<typeof ConflictKind>;
/** Conflicts in one answer. */
export const MAX_CONFLICTS = 20;
export const Conflict = z.object({
  kind: ConflictKind,
  appointment_id: Uuid.optional().meta({ description: 'The other appointment' }),
  from: Timestamp,
  to: Timestamp,
});
export type Conflict = z.infer<typeof Conflict>;

/** Body of `POST /appointments/conflicts`. Fields that are not known yet are left out. */
export const ConflictCheck = z.strictObject({
  appointment_id: Uuid.optional().meta({ description: 'The appointment that is being changed' }),
  patient_id: Uuid.optional(),
  datetime: Timestamp,
  duration_minutes: Duration.default(DEFAULT_DURATION_MINUTES),
  practitioner: line(1, 200).nullable().optional(),
  practitioner_id: Uuid.nullable().optional(),
  room: line(1, 100).nullable().optional(),
  room_id: Uuid.nullable().optional(),
});
export type ConflictCheck = z.infer<typeof ConflictCheck>;
export const ConflictsFound = z
  .object({ conflicts: z.array(Conflict), double_booking: DoubleBooking })
  .meta({ id: 'ConflictsFound' });
export type ConflictsFound = z.infer<typeof ConflictsFound>;

/** How far ahead of `after` a free time is looked for. */
export const FREE_SLOT_DAYS = 60;
export const FreeSlotQuery = z
  .strictObject({
    practitioner_id: Uuid.optional(),
    room_id: Uuid.optional(),
    type_id: Uuid.optional(),
    duration_minutes: Duration.optional(),
    after: Timestamp,
    limit: z.int().min(1).max(50).default(5),
  })
  .refine((body) => body.practitioner_id !== undefined || body.room_id !== undefined, {
    path: ['practitioner_id'],
    message: 'or room_id is required',
  })
  .refine((body) => body.type_id !== undefined || body.duration_minutes !== undefined, {
    path: ['duration_minutes'],
    message: 'or type_id is required',
  });
export type FreeSlotQuery = z.infer<typeof FreeSlotQuery>;
export const FreeSlots = z
  .object({
    data: z
      .array(z.object({ from: Timestamp, to: Timestamp }))
      .meta({ description: `The earliest ones within ${FREE_SLOT_DAYS} days; they do not overlap` }),
  })
  .meta({ id: 'FreeSlots' });
export type FreeSlots = z.infer<typeof FreeSlots>;

/** What a new clinic has already, for the list of its first steps. */
export const FirstSteps = z.object({
  people: z.boolean().meta({ description: 'An account besides that of the caller' }),
  practitioners: z.boolean(),
  rooms: z.boolean(),
  patients: z.boolean(),
});
export type FirstSteps = z.infer<typeof FirstSteps>;
