import { z } from 'zod';
import { line, Purged, prose, Timestamp, Uuid, Version } from './text.js';

/** HL7 FHIR AdministrativeGender (R5). */
export const Gender = z.enum(['male', 'female', 'other', 'unknown']);
export type Gender = z.infer<typeof Gender>;

const DAY_MS = 86_400_000;
/** Calendar date `YYYY-MM-DD`, not in the future (with a tolerance of one day for clinics ahead of UTC). */
const BirthDate = z.iso
  .date()
  .refine((value) => Date.parse(value) <= Date.now() + DAY_MS, 'must not be in the future')
  .refine((value) => value >= '1850-01-01', 'must be after 1850');

/** Characters of a patient's notes, at most. */
export const MAX_NOTES = 10_000;

const writable = {
  mrn: line(1, 64).meta({ description: 'Medical record number, unique in the tenant; generated if absent' }),
  first_name: line(1, 200),
  last_name: line(1, 200),
  birth_date: BirthDate.nullable(),
  gender: Gender,
  phone: line(1, 40).nullable(),
  email: z.email().max(254).nullable(),
  notes: prose(MAX_NOTES).nullable().meta({ description: 'Clinical; front desk neither sees nor writes it' }),
  restricted: z.boolean().meta({ description: 'Others see MRN and initials only; tenant admins set it' }),
  restricted_to: z
    .array(line(1, 200))
    .max(100)
    .meta({ description: 'Users who may see a restricted patient besides tenant admins, who set it' }),
};

const archived = z.boolean().meta({
  description:
    'Left out of lists, searches and bookings; front desk does not write it. `false` brings the patient back',
});

/** Days for which a deleted patient can be restored; then it is purged. */
export const DELETED_PATIENT_DAYS = 30;
/** Appointments that are deleted with their patient, at most. */
export const MAX_APPOINTMENTS_DELETED = 5_000;

/** Body of `POST /patients`. */
export const PatientCreate = z.strictObject({
  mrn: writable.mrn.optional(),
  first_name: writable.first_name,
  last_name: writable.last_name,
  birth_date: writable.birth_date.optional(),
  gender: writable.gender.optional(),
  phone: writable.phone.optional(),
  email: writable.email.optional(),
  notes: writable.notes.optional(),
  restricted: writable.restricted.optional(),
  restricted_to: writable.restricted_to.optional(),
});
export type PatientCreate = z.infer<typeof PatientCreate>;

/** Patients that `POST /patients/duplicates` answers, at most. */
export const MAX_DUPLICATES = 5;

/** Body of `POST /patients/duplicates`: in the body, because an address is logged by proxies. */
export const PatientIdentity = z.strictObject({
  first_name: writable.first_name,
  last_name: writable.last_name,
  birth_date: writable.birth_date.optional(),
});
export type PatientIdentity = z.infer<typeof PatientIdentity>;

/** Body of `PATCH /patients/{id}`. Absent fields are not changed. */
export const PatientUpdate = z
  .strictObject({ ...writable, archived })
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'must change at least one field');
export type PatientUpdate = z.infer<typeof PatientUpdate>;

/** Fields of which a merge takes over those that the caller names. */
export const MERGED_FIELDS = [
  'mrn',
  'first_name',
  'last_name',
  'birth_date',
  'gender',
  'phone',
  'email',
  'notes',
] as const;
export type MergedField = (typeof MERGED_FIELDS)[number];

/** Body of `POST /patients/{id}/merge`. The patient of the path is the one that is retired. */
export const PatientMerge = z
  .strictObject({
    into: Uuid.meta({ description: 'The patient that stays and gets the appointments' }),
    version: Version.meta({ description: 'Of the patient that is retired, as the caller has seen it' }),
    into_version: Version.meta({ description: 'Of the patient that stays, as the caller has seen it' }),
    take_over: z
      .array(z.enum(MERGED_FIELDS))
      .max(MERGED_FIELDS.length)
      .default([])
      .meta({ description: 'Fields whose values come from the retired patient; all others stay' }),
    join_notes: z
      .boolean()
      .default(false)
      .meta({ description: "Append the retired patient's notes to those of the other" }),
  })
  .refine((body) => !(body.join_notes && body.take_over.includes('notes')), {
    path: ['join_notes'],
    message: 'cannot be combined with taking over the notes',
  });
export type PatientMerge = z.output<typeof PatientMerge>;

/** A patient as stored; `views.ts` defines the fields that each role sees. */
export const Patient = z
  .object({
    id: Uuid,
    tenant_id: Uuid,
    mrn: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    birth_date: z.string().nullable(),
    gender: Gender,
    phone: z.string().nullable(),
    email: z.string().nullable(),
    notes: z.string().nullable().optional(),
    version: Version,
    created_at: Timestamp,
    updated_at: Timestamp,
    restricted: z.literal(true).optional(),
    restricted_to: z.array(z.string()).optional(),
    archived: z.literal(true).optional(),
    deleted_at: Timestamp.optional().meta({ description: 'Only in the list of deleted patients' }),
    deleted_by: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'Only in the list of deleted patients; null: deleted before this was kept' }),
    purge_at: Timestamp.optional().meta({ description: 'Only in the list of deleted patients' }),
    emergency_until: Timestamp.optional().meta({
      description:
        'Only in `GET /patients/{id}`: until when emergency access opens a restricted patient to the caller',
    }),
    merged_into: Uuid.optional().meta({
      description:
        'Only in `GET /patients/{id}`: the patient into which this one was merged; nothing can be done with this one',
    }),
    merged_at: Timestamp.optional().meta({ description: 'Beside `merged_into`' }),
    purged: Purged,
  })
  .meta({ id: 'Patient' });
export type Patient = z.infer<typeof Patient>;

/** What others see of a restricted patient, in lists and in events. */
export const RestrictedPatient = z
  .object({
    id: Uuid,
    mrn: z.string(),
    initials: z.string(),
    restricted: z.literal(true),
    archived: z.literal(true).optional(),
  })
  .meta({ id: 'RestrictedPatient' });
export type RestrictedPatient = z.infer<typeof RestrictedPatient>;
