import { type Conflict, type ConflictKind, MAX_CONFLICTS } from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';
import type { Named } from './booked-records.js';

/** A time that an appointment would take. */
export interface Slot {
  /** The appointment itself, which does not overlap itself; null for a new one. */
  readonly appointmentId: string | null;
  readonly patientId: string | null;
  readonly practitioner: Named;
  readonly room: Named;
  readonly datetime: string;
  readonly durationMinutes: number;
}

interface Row {
  readonly kind: ConflictKind;
  readonly appointment_id: string | null;
  readonly begins: Date;
  readonly ends: Date;
}

/**
 * What a time overlaps, by `wardbell.find_conflicts()`: other active appointments of the practitioner, the room and the
 * patient, absences, and the time outside of office hours. A write sends it in the round trip of its own statement.
 */
export async function findConflicts(tx: Tx, slot: Slot): Promise<Conflict[]> {
  const { practitioner, room, datetime } = slot;
  const ends = new Date(Date.parse(datetime) + slot.durationMinutes * 60_000).toISOString();
  const rows = await tx.sql.query<Row[]>`
    SELECT c.kind, c.appointment_id::text, c.begins, c.ends
    FROM wardbell.find_conflicts(
      ${slot.appointmentId}::uuid, ${slot.patientId}::uuid, ${idOf(practitioner)}::uuid, ${textOf(practitioner)},
      ${idOf(room)}::uuid, ${textOf(room)}, ${datetime}::timestamptz, ${ends}::timestamptz, ${MAX_CONFLICTS}) c
    LIMIT ${MAX_CONFLICTS}`;
  return rows.map(({ kind, appointment_id, begins: from, ends: to }) => ({
    kind,
    ...(appointment_id === null ? {} : { appointment_id }),
    from: from.toISOString(),
    to: to.toISOString(),
  }));
}

const idOf = (named: Named): string | null => ('id' in named ? named.id : null);
const textOf = (named: Named): string | null => ('text' in named ? named.text : null);
