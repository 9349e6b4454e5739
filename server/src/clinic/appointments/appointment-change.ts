import {
  type Appointment,
  type AppointmentStatus,
  type AppointmentUpdate,
  isAllowedMove,
  RESCHEDULABLE,
} from '@wardbell/contract';
import { defined } from '../../api/parsing/defined.js';
import { Problem } from '../../platform/errors/problem.js';

/** Statuses that require a time. */
const NEEDS_TIME: ReadonlySet<AppointmentStatus> = new Set([
  'pending',
  'booked',
  'arrived',
  'checked-in',
  'fulfilled',
  'noshow',
]);
/** Fields that a change can touch. */
export type AppointmentFields = Omit<
  Appointment,
  'id' | 'tenant_id' | 'patient_id' | 'version' | 'created_at' | 'updated_at'
>;

export interface Change {
  readonly next: AppointmentFields;
  readonly changed: readonly string[];
  readonly event: 'appointment_updated' | 'appointment_cancelled';
}

/**
 * Applies an update to an appointment by the state machine; null when nothing changes. The current status is not a
 * transition.
 * @throws Problem `invalid_transition`, or 422 for a missing time
 */
export function changeOf(current: Appointment, update: AppointmentUpdate): Change | null {
  const next: AppointmentFields = { ...current, ...defined(update) };
  if (next.datetime !== null) next.datetime = new Date(next.datetime).toISOString();
  const changed = FIELDS.filter((field) => (next[field] ?? null) !== (current[field] ?? null));
  if (changed.length === 0) return null;

  const moved = changed.includes('status');
  if (moved && !isAllowedMove(current.status, next.status)) throw new Problem('invalid_transition');
  if (changed.includes('datetime') && !RESCHEDULABLE.includes(next.status))
    throw new Problem('invalid_transition');
  if (next.datetime === null && NEEDS_TIME.has(next.status)) {
    throw new Problem('validation_failed', {
      errors: [{ path: 'datetime', message: 'is required unless the status is proposed or waitlist' }],
    });
  }
  const cancelled = moved && next.status === 'cancelled';
  return { next, changed, event: cancelled ? 'appointment_cancelled' : 'appointment_updated' };
}

const FIELDS = [
  'datetime',
  'duration_minutes',
  'type',
  'status',
  'practitioner',
  'room',
  'practitioner_id',
  'room_id',
  'type_id',
  'reason',
  'cancellation_reason',
] as const satisfies readonly (keyof AppointmentFields)[];
