import type { StreamRole } from './scope.js';

/**
 * The fields that each role may see. HTTP responses and frames both use this table. A field that is not listed for a
 * view is never sent in that view.
 */

/** `clinical`: all fields; `front_desk`: no clinical text; `super`: only ids. */
export type View = 'clinical' | 'front_desk' | 'super';

export const viewOf = (role: StreamRole): View =>
  role === 'super_admin' || role === 'ids' ? 'super' : role === 'front_desk' ? 'front_desk' : 'clinical';

const PATIENT = [
  'id',
  'tenant_id',
  'mrn',
  'first_name',
  'last_name',
  'birth_date',
  'gender',
  'phone',
  'email',
  'version',
  'created_at',
  'updated_at',
  'deleted_at',
  'purge_at',
  'purged',
] as const;

const APPOINTMENT = [
  'id',
  'tenant_id',
  'patient_id',
  'datetime',
  'duration_minutes',
  'type',
  'status',
  'practitioner',
  'room',
  'cancellation_reason',
  'version',
  'created_at',
  'updated_at',
  'purged',
] as const;

const IDS = ['id', 'tenant_id', 'version'] as const;

export const VISIBLE_FIELDS = {
  patient: { clinical: [...PATIENT, 'notes'], front_desk: PATIENT, super: IDS },
  appointment: { clinical: [...APPOINTMENT, 'reason'], front_desk: APPOINTMENT, super: IDS },
} as const satisfies Record<string, Record<View, readonly string[]>>;
export type ViewedObject = keyof typeof VISIBLE_FIELDS;

/** Fields that a role may not write (403 `field_not_allowed`). */
export const FORBIDDEN_WRITES: Readonly<Record<ViewedObject, Readonly<Record<View, readonly string[]>>>> = {
  patient: { clinical: [], front_desk: ['notes'], super: [] },
  appointment: { clinical: [], front_desk: ['reason'], super: [] },
};

/** Picks the listed fields of an object. */
export const pick = (source: Readonly<Record<string, unknown>>, fields: readonly string[]) => {
  const shaped: Record<string, unknown> = {};
  for (const field of fields) if (source[field] !== undefined) shaped[field] = source[field];
  return shaped;
};

/** Reduces an object to a view. */
export const viewObject = (
  kind: ViewedObject,
  source: Readonly<Record<string, unknown>>,
  view: View,
): Record<string, unknown> => pick(source, VISIBLE_FIELDS[kind][view]);
