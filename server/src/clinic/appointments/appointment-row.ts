import type { Appointment, AppointmentStatus } from '@wardbell/contract';
import { raw } from 'sql-template-tag';
import { toTimestamp } from '../../platform/timestamp.js';
import { UNDO_STEP_MS } from './status-steps.js';

/** Columns of an appointment as the driver returns them. */
export interface AppointmentRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly patient_id: string;
  readonly datetime: Date | null;
  readonly duration_minutes: number;
  readonly type: string;
  readonly status: AppointmentStatus;
  readonly practitioner: string | null;
  readonly room: string | null;
  readonly practitioner_id: string | null;
  readonly room_id: string | null;
  readonly type_id: string | null;
  readonly reason: string | null;
  readonly cancellation_reason: string | null;
  readonly board_number: string | null;
  /** The last step of the status; null when none can be undone. */
  readonly previous_status: AppointmentStatus | null;
  readonly stepped_at: Date | null;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  /** Null unless the patient is restricted. */
  readonly restricted_to: readonly string[] | null;
}

/** An appointment, and who may see its patient if that is restricted. */
export type LabelledAppointment = Appointment & { readonly restricted_to?: readonly string[] };

/** Columns of the table with the alias `a`. The last one reads the index of restricted patients, which are few. */
export const APPOINTMENT_COLUMNS = raw(
  `a.id::text, a.tenant_id::text, a.patient_id::text, a.datetime, a.duration_minutes, a.type, a.status,
   a.practitioner, a.room, a.practitioner_id::text, a.room_id::text, a.type_id::text, a.reason, a.cancellation_reason,
   a.board_number,
   a.status_steps->-1->>'from' AS previous_status, (a.status_steps->-1->>'at')::timestamptz AS stepped_at,
   a.version, a.created_at, a.updated_at,
   (SELECT rp.restricted_to FROM wardbell.patient rp
    WHERE rp.tenant_id = a.tenant_id AND rp.id = a.patient_id AND rp.restricted) AS restricted_to`,
);

/** The whole object, as events contain it; responses are reduced to a role's view. */
export const toAppointment = (row: AppointmentRow): LabelledAppointment => ({
  id: row.id,
  tenant_id: row.tenant_id,
  patient_id: row.patient_id,
  datetime: toTimestamp(row.datetime),
  duration_minutes: row.duration_minutes,
  type: row.type,
  status: row.status,
  practitioner: row.practitioner,
  room: row.room,
  practitioner_id: row.practitioner_id,
  room_id: row.room_id,
  type_id: row.type_id,
  reason: row.reason,
  cancellation_reason: row.cancellation_reason,
  board_number: row.board_number,
  ...(row.previous_status &&
    row.stepped_at && {
      previous_status: row.previous_status,
      undo_until: new Date(row.stepped_at.getTime() + UNDO_STEP_MS).toISOString(),
    }),
  version: row.version,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
  ...(row.restricted_to && { restricted: true, restricted_to: row.restricted_to }),
});
