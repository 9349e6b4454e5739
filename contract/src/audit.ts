import { z } from 'zod';
import { DateOrTime, Page } from './paging.js';
import { Timestamp, Uuid } from './text.js';

/**
 * Actions in the audit log that change nothing. `access.refused` has the code of the problem or the close code in its
 * `details`, `patient.list` the number of patients and a keyed hash of the search, never its text.
 */
export const ACCESS_ACTIONS = [
  'patient.read',
  'patient.list',
  'stream.open',
  'events.read',
  'audit.read',
  'access.refused',
  'auth.failed',
] as const;
export type AccessAction = (typeof ACCESS_ACTIONS)[number];

export const AuditQuery = z.object({
  ...Page,
  tenant_id: Uuid.optional(),
  actor_id: z.string().max(200).optional(),
  patient_id: Uuid.optional(),
  action: z.string().max(100).optional(),
  kind: z
    .enum(['changes', 'accesses'])
    .optional()
    .meta({ description: 'Only what changed something, or only reads and refusals; both unless given' }),
  from: DateOrTime.optional(),
  to: DateOrTime.optional(),
});

/** A row of the audit log. `changed` lists field names, never their values. */
export const AuditRow = z
  .object({
    id: Uuid,
    tenant_id: Uuid.nullable(),
    seq: z.int(),
    at: Timestamp,
    actor_id: z.string().nullable(),
    actor_role: z.string().nullable(),
    action: z.string(),
    object_type: z.string().nullable(),
    object_id: z.string().nullable(),
    patient_id: Uuid.nullable(),
    address: z.string().nullable(),
    changed: z.array(z.string()),
    details: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .nullable()
      .meta({ description: 'Numbers, codes and keyed hashes' }),
  })
  .meta({ id: 'AuditRow' });

export const AuditVerification = z.object({
  ok: z.boolean(),
  checked: z.int(),
  first_bad: z.int().nullable(),
});

/** Who read or changed a patient, when and from where. Lists that contained the patient are not among these. */
export const PatientAccess = z
  .object({
    id: Uuid,
    at: Timestamp,
    actor_id: z.string().nullable(),
    actor_name: z
      .string()
      .nullable()
      .meta({ description: 'Null for users of an identity provider and for keys' }),
    actor_role: z.string().nullable(),
    action: z.string(),
    object_type: z.string().nullable(),
    object_id: z.string().nullable(),
    address: z.string().nullable(),
    changed: z.array(z.string()),
  })
  .meta({ id: 'PatientAccess' });
export type PatientAccess = z.infer<typeof PatientAccess>;
