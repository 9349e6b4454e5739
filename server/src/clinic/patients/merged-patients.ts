import { Injectable } from '@nestjs/common';
import {
  MAX_APPOINTMENTS_DELETED,
  MAX_NOTES,
  type MergedField,
  type Patient,
  type PatientMerge,
} from '@wardbell/contract';
import { isOpenTo } from '../../api/endpoint/restriction.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { SQLSTATE, sqlState } from '../../platform/errors/sqlstate.js';
import { APPOINTMENT_COLUMNS, type AppointmentRow, toAppointment } from '../appointments/appointment-row.js';
import { missingPatient } from './missing-patient.js';
import { PATIENT_COLUMNS, type PatientRow, toPatient } from './patient-row.js';

/** Between the notes of the patient that stays and those of the other. */
const NOTES_SEPARATOR = '\n\n';

/**
 * What a merged patient was, and into which one it was merged; undefined also while that one is deleted.
 * @throws Problem `restricted` for those who may not see that one
 */
export async function findMerged(tx: Tx, id: string): Promise<Patient | undefined> {
  const [row] = await tx.sql.query<MergedRow[]>`
    SELECT r.*, m.merged_into::text, m.merged_at, ${isOpenTo(tx.principal)} AS is_open
    FROM wardbell.merged_patient m
    JOIN wardbell.patient p ON p.tenant_id = m.tenant_id AND p.id = m.merged_into
    CROSS JOIN LATERAL (
      SELECT ${PATIENT_COLUMNS} FROM jsonb_populate_record(NULL::wardbell.patient, m.record) p
    ) r
    WHERE m.tenant_id = wardbell.current_tenant() AND m.id = ${id}::uuid`;
  if (!row) return undefined;
  if (!row.is_open) throw new Problem('restricted');
  return { ...toPatient(row), merged_into: row.merged_into, merged_at: row.merged_at.toISOString() };
}

type MergedRow = LockedRow & { readonly merged_into: string; readonly merged_at: Date };
type LockedRow = PatientRow & { readonly is_open: boolean };

/**
 * Merges patients who are there twice: the appointments move to the one that stays, the other one is retired and points to
 * it. See docs/decisions/0023-merge-and-archive.md.
 */
@Injectable()
export class MergedPatients {
  /**
   * Retires a patient, with an event for each appointment that moves and one for each of the two patients.
   * @throws Problem `patient_changed` when one of them has another version than the caller has seen
   */
  async merge(tx: Tx, id: string, merge: PatientMerge): Promise<Patient> {
    const into = merge.into.toLowerCase();
    if (into === id) {
      throw new Problem('validation_failed', {
        errors: [{ path: 'into', message: 'must be another patient' }],
      });
    }
    const [retired, survivor] = await lockBoth(tx, id, into);
    check(merge, retired, survivor);
    await retire(tx, id, into, merge.take_over);
    const appointments = await moveAppointments(tx, id, into);
    // its appointments have moved, and its lock keeps new ones away: no foreign key refers to it
    await tx.sql.execute`
      DELETE FROM wardbell.patient p WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${id}::uuid`;
    const patient = await takeOver(tx, id, into, merge);
    for (const row of appointments) tx.emit({ type: 'appointment_updated', data: toAppointment(row) });
    tx.emit({ type: 'patient_updated', data: patient });
    tx.emit({
      type: 'patient_deleted',
      data: { patient_id: id, tenant_id: tx.tenantId, version: retired.version + 1, merged_into: into },
    });
    const details = { appointments: appointments.length };
    const subject = (patientId: string) => ({ objectType: 'patient', objectId: patientId, patientId });
    tx.audit({ action: 'patient.merge', ...subject(id), details: { ...details, merged_into: into } });
    tx.audit({
      action: 'patient.merge',
      ...subject(into),
      changed: [...merge.take_over, ...(merge.join_notes ? ['notes'] : [])],
      details: { ...details, merged: id },
    });
    return patient;
  }
}

/**
 * Locks both, in the order of their ids, so that two merges of the same patients in both directions cannot wait for each
 * other. A booking of either one that has not committed is waited for, a later one waits.
 */
async function lockBoth(tx: Tx, id: string, into: string): Promise<readonly [LockedRow, LockedRow]> {
  const rows = await tx.sql.query<LockedRow[]>`
    SELECT ${PATIENT_COLUMNS}, ${isOpenTo(tx.principal)} AS is_open FROM wardbell.patient p
    WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ANY (${[id, into]}::uuid[])
    ORDER BY p.id FOR UPDATE OF p`;
  const retired = rows.find((row) => row.id === id);
  if (!retired) throw await missingPatient(tx, id);
  const survivor = rows.find((row) => row.id === into);
  if (!survivor) throw await missingPatient(tx, into, 'unknown_patient');
  return [retired, survivor];
}

function check(merge: PatientMerge, retired: LockedRow, survivor: LockedRow): void {
  if (!retired.is_open || !survivor.is_open) throw new Problem('restricted');
  if (retired.restricted || survivor.restricted) throw new Problem('patient_restricted');
  if (retired.version !== merge.version || survivor.version !== merge.into_version)
    throw new Problem('patient_changed');
  if (survivor.archived) throw new Problem('patient_archived');
  const notes = [survivor.notes ?? '', retired.notes ?? ''].join(NOTES_SEPARATOR);
  if (merge.join_notes && notes.length > MAX_NOTES) {
    throw new Problem('validation_failed', {
      errors: [{ path: 'join_notes', message: 'both together are too long' }],
    });
  }
}

/** Keeps the row as it was. A number that the other takes over is exchanged for the other's, so that both lead to it. */
async function retire(tx: Tx, id: string, into: string, takeOver: readonly MergedField[]): Promise<void> {
  await tx.sql.execute`
    INSERT INTO wardbell.merged_patient (tenant_id, id, merged_into, mrn, merged_by, record)
    SELECT p.tenant_id, p.id, s.id, CASE WHEN ${takeOver.includes('mrn')}::boolean THEN s.mrn ELSE p.mrn END,
           ${tx.principal.userId}, to_jsonb(p) || jsonb_build_object('version', p.version + 1)
    FROM wardbell.patient p JOIN wardbell.patient s ON s.tenant_id = p.tenant_id AND s.id = ${into}::uuid
    WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${id}::uuid`;
  await tx.sql.execute`
    UPDATE wardbell.merged_patient m SET merged_into = ${into}::uuid
    WHERE m.tenant_id = wardbell.current_tenant() AND m.merged_into = ${id}::uuid`;
}

/** @throws Problem `overlapping_appointments` in a clinic that forbids double bookings; `patient_has_appointments` over 5,000 */
async function moveAppointments(tx: Tx, id: string, into: string): Promise<AppointmentRow[]> {
  const [counted] = await tx.sql.query<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (
      SELECT FROM wardbell.appointment a
      WHERE a.tenant_id = wardbell.current_tenant() AND a.patient_id = ${id}::uuid
      LIMIT ${MAX_APPOINTMENTS_DELETED + 1}) a`;
  if ((counted?.count ?? 0) > MAX_APPOINTMENTS_DELETED) throw new Problem('patient_has_appointments');
  try {
    return await tx.sql.query<AppointmentRow[]>`
      UPDATE wardbell.appointment a
      SET patient_id = ${into}::uuid, version = a.version + 1, updated_at = clock_timestamp()
      WHERE a.tenant_id = wardbell.current_tenant() AND a.patient_id = ${id}::uuid
      RETURNING ${APPOINTMENT_COLUMNS}`;
  } catch (error) {
    if (sqlState(error) !== SQLSTATE.exclusionViolation) throw error;
    throw new Problem('overlapping_appointments', { cause: error });
  }
}

/** The patient that stays has a new version even if it takes over nothing, so that two merges into it cannot both be meant. */
async function takeOver(
  tx: Tx,
  id: string,
  into: string,
  { take_over, join_notes }: PatientMerge,
): Promise<Patient> {
  const [row] = await tx.sql.query<PatientRow[]>`
    UPDATE wardbell.patient p
    SET (mrn, first_name, last_name, birth_date, gender, phone, email, notes) = (
          SELECT n.mrn, n.first_name, n.last_name, n.birth_date, n.gender, n.phone, n.email,
                 CASE WHEN ${join_notes}::boolean
                      THEN nullif(concat_ws(${NOTES_SEPARATOR}, nullif(p.notes, ''), nullif(m.record->>'notes', '')), '')
                      ELSE n.notes END
          FROM jsonb_populate_record(p, (
            SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') FROM jsonb_each(m.record) e
            WHERE e.key = ANY (${take_over}::text[]))) n),
        version = p.version + 1, updated_at = clock_timestamp()
    FROM wardbell.merged_patient m
    WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${into}::uuid
      AND m.tenant_id = p.tenant_id AND m.id = ${id}::uuid
    RETURNING ${PATIENT_COLUMNS}`;
  if (!row) throw new Error('UPDATE returned no row');
  return toPatient(row);
}
