import { z } from 'zod';
import { AppointmentStatus } from './appointment.js';
import { DateOrTime } from './paging.js';
import { Role } from './roles.js';
import { Uuid } from './text.js';
import { UserStatus } from './user.js';

/** Files of comma-separated values (RFC 4180) for people and their spreadsheets. */

/** Between the cells of a line. Excel takes the semicolon where the comma separates decimals. */
export const CSV_SEPARATORS = { comma: ',', semicolon: ';' } as const;
export type CsvSeparator = keyof typeof CSV_SEPARATORS;

export const Separator = z
  .enum(['comma', 'semicolon'])
  .default('comma')
  .meta({ description: '`semicolon` for Excel in countries with a decimal comma' });

/** Days of one export of appointments. */
export const MAX_EXPORT_DAYS = 31;

/** Body of `POST /patients/export`: in the body, because a search is a name and an address is logged by proxies. */
export const PatientExport = z.strictObject({
  search: z.string().trim().max(200).optional().meta({ description: 'As in `GET /patients`' }),
  archived: z.boolean().default(false).meta({ description: 'Archived ones, too' }),
  separator: Separator,
});

export const AppointmentExportQuery = z.object({
  from: DateOrTime.meta({ description: 'Inclusive' }),
  to: DateOrTime.meta({ description: `Exclusive, at most ${MAX_EXPORT_DAYS} days after \`from\`` }),
  status: AppointmentStatus.optional(),
  separator: Separator,
});

export const UserExportQuery = z.object({
  tenant_id: Uuid.optional(),
  search: z.string().trim().max(200).optional().meta({ description: 'As in `GET /users`' }),
  role: Role.optional(),
  status: UserStatus.optional(),
  separator: Separator,
});

/** Columns of a file in their order. A role gets those that its view has (`VISIBLE_FIELDS`). */
export const EXPORT_COLUMNS = {
  patient: [
    'mrn',
    'last_name',
    'first_name',
    'initials',
    'birth_date',
    'gender',
    'phone',
    'email',
    'notes',
    'restricted',
    'created_at',
    'updated_at',
    'id',
  ],
  appointment: [
    'datetime',
    'duration_minutes',
    'type',
    'status',
    'practitioner',
    'room',
    'reason',
    'cancellation_reason',
    'restricted',
    'created_at',
    'updated_at',
    'patient_id',
    'id',
  ],
} as const;

/** Columns of the patient in a file of appointments. */
export const EXPORT_PATIENT_COLUMNS = [
  'mrn',
  'last_name',
  'first_name',
  'initials',
  'birth_date',
  'phone',
] as const;

export const EXPORT_USER_COLUMNS = [
  'name',
  'email',
  'role',
  'status',
  'last_sign_in_at',
  'created_at',
  'updated_at',
  'id',
  'tenant_id',
] as const;

export const EXPORT_AUDIT_COLUMNS = [
  'seq',
  'at',
  'actor_id',
  'actor_role',
  'action',
  'object_type',
  'object_id',
  'patient_id',
  'address',
  'changed',
  'details',
  'id',
] as const;
