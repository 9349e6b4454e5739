import {
  type Appointment,
  type AppointmentStatus,
  type AppointmentUpdate,
  isAllowedMove,
  movesBack,
  RESCHEDULABLE,
} from '@wardbell/contract';
import { defined } from '../../api/parsing/defined.js';
import { Problem } from '../../platform/errors/problem.js';
import { type StatusStep, stepsAfter } from './status-steps.js';

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
  | 'id'
  | 'tenant_id'
  | 'patient_id'
  | 'previous_status'
  | 'undo_until'
  | 'version'
  | 'created_at'
  | 'updated_at'
>;

/** A locked row, its steps that were made in the last minutes, and the database's time. */
export interface Locked {
  readonly appointment: Appointment;
  readonly steps: readonly StatusStep[];
  readonly now: Date;
}

export interface Change {
  readonly next: AppointmentFields;
  readonly changed: readonly string[];
  readonly steps: readonly StatusStep[];
  /** The status that was undone, and the one that the appointment is back to. */
  readonly undone: { readonly undone: AppointmentStatus; readonly back_to: AppointmentStatus } | null;
  readonly event: 'appointment_updated' | 'appointment_cancelled';
}

/** Whether the step undoes a slip: its time is not over. */
const isStepBack = ({ appointment, now }: Locked, to: AppointmentStatus): boolean =>
  movesBack(appointment, now.getTime()).includes(to);

/** @throws Problem `invalid_transition` */
export function checkMove(locked: Locked, to: AppointmentStatus): void {
  if (!isAllowedMove(locked.appointment.status, to) && !isStepBack(locked, to))
    throw new Problem('invalid_transition');
}

/**
 * Applies an update to an appointment by the state machine; null when nothing changes. The current status is not a
 * transition. A step back clears `cancellation_reason` unless the update gives one.
 * @throws Problem `invalid_transition`, or 422 for a missing time
 */
export function changeOf(locked: Locked, update: AppointmentUpdate): Change | null {
  const { appointment: current, steps, now } = locked;
  const next: AppointmentFields = { ...current, ...defined(update) };
  const moved = next.status !== current.status;
  const isBack = moved && isStepBack(locked, next.status);
  if (isBack && update.cancellation_reason === undefined) next.cancellation_reason = null;
  if (next.datetime !== null) next.datetime = new Date(next.datetime).toISOString();
  const changed = FIELDS.filter((field) => (next[field] ?? null) !== (current[field] ?? null));
  if (changed.length === 0) return null;

  if (moved) checkMove(locked, next.status);
  if (changed.includes('datetime') && !RESCHEDULABLE.includes(next.status))
    throw new Problem('invalid_transition');
  if (next.datetime === null && NEEDS_TIME.has(next.status)) {
    throw new Problem('validation_failed', {
      errors: [{ path: 'datetime', message: 'is required unless the status is proposed or waitlist' }],
    });
  }
  return {
    next,
    changed,
    steps: moved ? stepsAfter(steps, { from: current.status, to: next.status, isBack, now }) : steps,
    undone: isBack ? { undone: current.status, back_to: next.status } : null,
    event: moved && next.status === 'cancelled' ? 'appointment_cancelled' : 'appointment_updated',
  };
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
