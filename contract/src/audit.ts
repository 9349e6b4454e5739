import { z } from 'zod';
import { Separator } from './export.js';
import { DateOrTime, Page } from './paging.js';
import { Seq, Timestamp, Uuid } from './text.js';

/**
 * Actions in the audit log that change nothing. `access.refused` has the code of the problem or the close code in its
 * `details`, `patient.list` the number of patients and a keyed hash of the search, never its text; exports have the number
 * of rows.
 */
export const ACCESS_ACTIONS = [
  'patient.read',
  'patient.list',
  'stream.open',
  'events.read',
  'audit.read',
  'audit.export',
  'patient.export',
  'appointment.export',
  'user.export',
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

/**
 * What came after a row. Without the other filters of `GET /audit`: a count of what one person did to one patient would be a
 * read of the log, and this leaves no row there.
 */
export const AuditNewsQuery = AuditQuery.pick({ tenant_id: true, kind: true }).extend({
  after: z.coerce.number().pipe(Seq).meta({ description: '`seq` of the newest row that the caller has' }),
});

/** Rows of which `GET /audit/news` looks at the newest. */
export const AUDIT_NEWS_ROWS = 1_000;

export const AuditNews = z.object({
  count: z.int().meta({
    description: `Rows after it that match, among the newest ${AUDIT_NEWS_ROWS}; without the caller's own reads of the log`,
  }),
});

/** A row of the audit log. `changed` lists field names, never their values; `details` has those of settings. */
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
      .meta({
        description:
          'Numbers, codes and keyed hashes; of settings, roles and limits also `old.<field>` and `new.<field>`, never of patients',
      }),
  })
  .meta({ id: 'AuditRow' });

/** What an export is written as. */
export const EXPORT_FORMATS = ['ndjson', 'fhir', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const AuditExportQuery = z.object({
  tenant_id: Uuid.optional(),
  from: z
    .string()
    .max(40)
    .meta({ description: 'RFC 3339 instant, or a date: its start in the time zone of the clinic' }),
  to: z.string().max(40).meta({ description: 'The same, exclusive' }),
  format: z.enum(EXPORT_FORMATS).default('ndjson'),
  separator: Separator,
});

/** A FHIR R4 AuditEvent (http://hl7.org/fhir/R4/auditevent.html) after IHE BALP. */
export const FhirAuditEvent = z
  .looseObject({ resourceType: z.literal('AuditEvent'), id: Uuid, recorded: Timestamp })
  .meta({ id: 'FhirAuditEvent' });

/**
 * What is wrong with a chain. `row_hash`: a row does not have the hash of its content, or is not there. `row_changed`: a
 * row has another hash than the one that was signed, though the chain is consistent: it was rewritten. `row_missing`: a
 * row that was signed is not there. `unknown_key`, `invalid_signature`: a head was signed by somebody else.
 * `beginning_moved`: the first rows were removed, not by the retention. `anchor_unreadable`: the file of anchors is gone.
 */
export const AuditProblem = z.enum([
  'row_hash',
  'row_changed',
  'row_missing',
  'unknown_key',
  'invalid_signature',
  'beginning_moved',
  'anchor_unreadable',
]);
export type AuditProblem = z.infer<typeof AuditProblem>;

export const AuditVerification = z.object({
  ok: z.boolean(),
  checked: z.int().meta({ description: 'Rows whose hash was computed' }),
  first_bad: z.int().nullable().meta({ description: 'The first row that nothing vouches for' }),
  problem: AuditProblem.nullable(),
  bad_head: z.int().nullable().meta({ description: 'The row of the first signed head that does not fit' }),
  heads: z.int().meta({ description: 'Signed heads that were compared with their row' }),
  signed_since: Timestamp.nullable().meta({ description: 'When the oldest of these heads was signed' }),
  signed_seq: z
    .int()
    .nullable()
    .meta({ description: 'The row of the newest one: later rows are not signed yet' }),
  signed_at: Timestamp.nullable(),
  anchor_file: z
    .object({
      heads: z.int(),
      unreadable: z.int().meta({ description: 'Lines that are no signed head' }),
      complete: z.boolean().meta({ description: 'False: only the newest 64 MiB of the file were read' }),
    })
    .nullable()
    .meta({ description: 'What AUDIT_ANCHOR_FILE has of this chain; null without one' }),
});

/** A public key that signs heads of the audit log: a JWK (RFC 8037). */
export const AuditKey = z
  .object({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    alg: z.literal('EdDSA'),
    use: z.literal('sig'),
    kid: z.string().meta({ description: '`key_id` of signed heads: the JWK thumbprint (RFC 7638)' }),
    x: z.string(),
  })
  .meta({ id: 'AuditKey' });

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
