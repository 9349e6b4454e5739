import { type Conflict, type ConflictKind, MAX_CONFLICTS } from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';
import { NIL_UUID } from '../../platform/uuid.js';
import { type Named, PRACTITIONERS, ROOMS, recordOf } from './booked-records.js';

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
 * What a time overlaps: other active appointments of the practitioner, the room and the patient, absences, and the time
 * outside of office hours. One statement, about 0.2 ms in a clinic with 200 appointments a day, so that a write sends it in
 * the round trip of its own statement.
 */
export async function findConflicts(tx: Tx, slot: Slot): Promise<Conflict[]> {
  const begins = slot.datetime;
  const ends = new Date(Date.parse(begins) + slot.durationMinutes * 60_000).toISOString();
  const rows = await tx.sql.query<Row[]>`
    WITH asked AS MATERIALIZED (
      SELECT p.id AS practitioner_id, wardbell.fold_name(p.name) AS practitioner, wardbell.fold_name(m.name) AS room
      FROM ${recordOf(PRACTITIONERS, 'p', slot.practitioner)} CROSS JOIN ${recordOf(ROOMS, 'm', slot.room)}
    ), overlapping AS MATERIALIZED (
      -- folding costs more than comparing times, so only what overlaps is folded
      SELECT a.id, a.patient_id, a.practitioner, a.room, a.sort_at AS begins,
             a.sort_at + make_interval(mins => a.duration_minutes) AS ends
      FROM wardbell.appointment a
      WHERE a.tenant_id = wardbell.current_tenant() AND a.duration_minutes <= 120
        AND a.sort_at > ${begins}::timestamptz - interval '2 hours' AND a.sort_at < ${ends}::timestamptz
        AND a.status IN ('pending', 'booked', 'arrived', 'checked-in')
        AND a.sort_at + make_interval(mins => a.duration_minutes) > ${begins}::timestamptz
        AND a.id <> ${slot.appointmentId ?? NIL_UUID}::uuid
      UNION ALL
      SELECT a.id, a.patient_id, a.practitioner, a.room, a.sort_at,
             a.sort_at + make_interval(mins => a.duration_minutes)
      FROM wardbell.appointment a
      WHERE a.tenant_id = wardbell.current_tenant() AND a.duration_minutes > 120
        AND a.sort_at > ${begins}::timestamptz - interval '24 hours' AND a.sort_at < ${ends}::timestamptz
        AND a.status IN ('pending', 'booked', 'arrived', 'checked-in')
        AND a.sort_at + make_interval(mins => a.duration_minutes) > ${begins}::timestamptz
        AND a.id <> ${slot.appointmentId ?? NIL_UUID}::uuid
    )
    SELECT c.kind, c.appointment_id::text, c.begins, c.ends FROM (
      SELECT 1 AS place, k.kind, o.id AS appointment_id, o.begins, o.ends
      FROM overlapping o CROSS JOIN asked CROSS JOIN LATERAL (VALUES
        ('practitioner', asked.practitioner = wardbell.fold_name(o.practitioner)),
        ('room', asked.room = wardbell.fold_name(o.room)),
        ('patient', o.patient_id = ${slot.patientId}::uuid)) AS k(kind, is_same)
      WHERE k.is_same
      UNION ALL
      SELECT 2, 'absence', NULL, b.begins_at, b.ends_at
      FROM wardbell.absence b CROSS JOIN asked
      WHERE b.tenant_id = wardbell.current_tenant() AND b.ends_at > ${begins}::timestamptz
        AND b.begins_at < ${ends}::timestamptz
        AND (b.practitioner_id IS NULL OR b.practitioner_id = asked.practitioner_id)
      UNION ALL
      SELECT 3, 'closed', NULL, ${begins}::timestamptz, ${ends}::timestamptz
      FROM asked CROSS JOIN LATERAL (
        SELECT wardbell.open_times(asked.practitioner_id, ${begins}::timestamptz, ${ends}::timestamptz) AS open OFFSET 0) h
      WHERE NOT h.open @> tstzrange(${begins}::timestamptz, ${ends}::timestamptz)
    ) c
    ORDER BY c.place, c.begins, c.kind, c.appointment_id LIMIT ${MAX_CONFLICTS}`;
  return rows.map(({ kind, appointment_id, begins: from, ends: to }) => ({
    kind,
    ...(appointment_id === null ? {} : { appointment_id }),
    from: from.toISOString(),
    to: to.toISOString(),
  }));
}
