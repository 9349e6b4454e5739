import type { StreamRole } from './scope.js';

/**
 * Which fields which role may see: the one table that HTTP answers and frames both go through. A field that
 * is not listed for a view does not leave the server in that view.
 */

/** `clinical` sees all, `front_desk` no clinical text, `super` ids only. */
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
] as const;

const IDS = ['id', 'tenant_id', 'version'] as const;

export const VISIBLE_FIELDS = {
  patient: { clinical: [...PATIENT, 'notes'], front_desk: PATIENT, super: IDS },
  appointment: { clinical: [...APPOINTMENT, 'reason'], front_desk: APPOINTMENT, super: IDS },
} as const satisfies Record<string, Record<View, readonly string[]>>;
export type ViewedObject = keyof typeof VISIBLE_FIELDS;

/** Fields of a write that a role may not send (403 `field_not_allowed`). */
export const FORBIDDEN_WRITES: Readonly<Record<ViewedObject, Readonly<Record<View, readonly string[]>>>> = {
  patient: { clinical: [], front_desk: ['notes'], super: [] },
  appointment: { clinical: [], front_desk: ['reason'], super: [] },
};

/** The fields of an object that a view names. */
export const pick = (source: Readonly<Record<string, unknown>>, fields: readonly string[]) => {
  const shaped: Record<string, unknown> = {};
  for (const field of fields) if (source[field] !== undefined) shaped[field] = source[field];
  return shaped;
};

/** An object as a role may see it. */
export const viewObject = (
  kind: ViewedObject,
  source: Readonly<Record<string, unknown>>,
  view: View,
): Record<string, unknown> => pick(source, VISIBLE_FIELDS[kind][view]);
