import type { StreamRole } from './scope.js';

/**
 * The fields that each role may see. HTTP responses and frames both use this table. A field that is not listed for a
 * view is never sent in that view.
 */

/**
 * `clinical`: all fields; `front_desk`: no clinical text; `restricted`: what others see of a restricted patient and of its
 * appointments; `super`: only ids.
 */
export type View = 'clinical' | 'front_desk' | 'restricted' | 'super';

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
  'restricted',
  'restricted_to',
  'archived',
  'deleted_at',
  'deleted_by',
  'purge_at',
  'emergency_until',
  'merged_into',
  'merged_at',
  'purged',
] as const;

const RESTRICTED_PATIENT = ['id', 'mrn', 'initials', 'restricted', 'archived', 'purged'] as const;

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
  'previous_status',
  'undo_until',
  'version',
  'created_at',
  'updated_at',
  'restricted',
  'purged',
  'practitioner_id',
  'room_id',
  'type_id',
  'conflicts',
  'board_number',
] as const;

const IDS = ['id', 'tenant_id', 'version'] as const;

export const VISIBLE_FIELDS = {
  patient: {
    clinical: [...PATIENT, 'notes'],
    front_desk: PATIENT,
    restricted: RESTRICTED_PATIENT,
    super: IDS,
  },
  appointment: {
    clinical: [...APPOINTMENT, 'reason'],
    front_desk: APPOINTMENT,
    restricted: APPOINTMENT,
    super: IDS,
  },
} as const satisfies Record<string, Record<View, readonly string[]>>;
export type ViewedObject = keyof typeof VISIBLE_FIELDS;

/** Fields that a role may not write (403 `field_not_allowed`). */
export const FORBIDDEN_WRITES: Readonly<Record<ViewedObject, Readonly<Record<View, readonly string[]>>>> = {
  patient: { clinical: [], front_desk: ['notes', 'archived'], restricted: [], super: [] },
  appointment: { clinical: [], front_desk: ['reason'], restricted: [], super: [] },
};

/**
 * What the screen of a waiting room shows of each appointment. Initials are of a patient: only a key that an admin has given
 * `waiting-board:initials` gets them, and those of restricted patients nobody.
 */
export const BOARD_FIELDS = {
  numbers: ['number', 'state', 'room', 'since'],
  initials: ['number', 'initials', 'state', 'room', 'since'],
} as const;

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
): Record<string, unknown> =>
  pick(view === 'restricted' ? withoutPerson(kind, source) : source, VISIBLE_FIELDS[kind][view]);

/** The initials in place of the name of a patient; no free text of an appointment. */
const withoutPerson = (
  kind: ViewedObject,
  source: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  if (source['purged'] === true) return source;
  return kind === 'patient'
    ? { ...source, initials: initialsOf(source) }
    : { ...source, cancellation_reason: null };
};

/** The first letters of first and last name; none of a patient who was purged. */
export const initialsOf = ({
  first_name,
  last_name,
}: Readonly<Record<string, unknown>>): string | undefined =>
  typeof first_name === 'string' && typeof last_name === 'string'
    ? [first_name, last_name].map((name) => [...name][0]?.toUpperCase() ?? '').join('')
    : undefined;

/** Whether a role sees every restricted patient of its tenant. */
export const seesRestricted = (role: StreamRole): boolean => role === 'tenant_admin';
