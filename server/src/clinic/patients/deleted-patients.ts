import { Injectable } from '@nestjs/common';
import { MAX_APPOINTMENTS_DELETED, type Patient, viewOf } from '@wardbell/contract';
import { isOpenTo } from '../../api/endpoint/restriction.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { APPOINTMENT_COLUMNS, type AppointmentRow, toAppointment } from '../appointments/appointment-row.js';
import { missingPatient } from './missing-patient.js';
import { refusingTakenMrn } from './mrn.js';
import { PATIENT_COLUMNS, type PatientRow, toPatient } from './patient-row.js';

/** What one may not see one may not delete: neither the front desk nor its integration keys. */
const mayDeleteNotes = ({ principal }: Tx): boolean => viewOf(principal.role) === 'clinical';

interface Moved {
  readonly id: string;
  readonly version: number;
}

/**
 * Deletes patients and brings them back. A deleted patient and its appointments stand in tables of their own, so that
 * nothing else has to leave them out, and its MRN is free.
 */
@Injectable()
export class DeletedPatients {
  /**
   * Moves a patient and its appointments to the deleted ones, with an event for each of them.
   * @throws Problem `has_clinical_notes` for the front desk; `patient_has_appointments` with more than 5,000
   */
  async remove(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<void> {
    const version = await this.#copy(tx, id, ifMatch);
    if (version === undefined) throw await whyNot(tx, id);
    const appointments = await this.#moveAppointments(tx, id);
    if (appointments.length > MAX_APPOINTMENTS_DELETED) throw new Problem('patient_has_appointments');
    await tx.sql.execute`
      DELETE FROM wardbell.patient p WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${id}::uuid`;
    for (const appointment of appointments) {
      tx.emit({
        type: 'appointment_deleted',
        data: { appointment_id: appointment.id, tenant_id: tx.tenantId, version: appointment.version },
      });
    }
    tx.emit({ type: 'patient_deleted', data: { patient_id: id, tenant_id: tx.tenantId, version } });
    audit(tx, 'patient.delete', id, appointments.length);
  }

  /**
   * Brings a patient back, with the appointments that were deleted with it and an event for each of them.
   * @throws Problem `mrn_taken` when another patient has got its MRN meanwhile
   */
  async restore(tx: Tx, id: string): Promise<Patient> {
    const [known] = await tx.sql.query<unknown[]>`
      SELECT FROM wardbell.deleted_patient d
      WHERE d.tenant_id = wardbell.current_tenant() AND d.id = ${id}::uuid FOR UPDATE`;
    if (!known) throw await missingPatient(tx, id);
    const patient = await this.#bringBack(tx, id);
    const appointments = await this.#bringBackAppointments(tx, id);
    await tx.sql.execute`
      DELETE FROM wardbell.deleted_patient d WHERE d.tenant_id = wardbell.current_tenant() AND d.id = ${id}::uuid`;
    tx.emit({ type: 'patient_created', data: patient });
    for (const row of appointments) tx.emit({ type: 'appointment_created', data: toAppointment(row) });
    audit(tx, 'patient.restore', id, appointments.length);
    return patient;
  }

  /** Locks the row, so that no appointment is booked until the transaction ends. Returns the version of the deletion. */
  async #copy(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<number | undefined> {
    const [row] = await tx.sql.query<{ version: number }[]>`
      INSERT INTO wardbell.deleted_patient AS d (tenant_id, id, sort_name, deleted_by, record)
      SELECT p.tenant_id, p.id, p.sort_name, ${tx.principal.userId}, to_jsonb(p) || jsonb_build_object('version', p.version + 1)
      FROM (
        SELECT p.* FROM wardbell.patient p
        WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${id}::uuid
          AND (${ifMatch}::int[] IS NULL OR p.version = ANY (${ifMatch}::int[]))
          AND ${isOpenTo(tx.principal)}
          AND (${mayDeleteNotes(tx)}::boolean OR coalesce(p.notes, '') = '')
        FOR UPDATE
      ) p
      RETURNING (d.record->>'version')::int AS version`;
    return row?.version;
  }

  /** One more than may be deleted, at most. */
  #moveAppointments(tx: Tx, patientId: string): Promise<Moved[]> {
    return tx.sql.query<Moved[]>`
      WITH gone AS (
        DELETE FROM wardbell.appointment a
        WHERE a.tenant_id = wardbell.current_tenant() AND a.id IN (
          SELECT b.id FROM wardbell.appointment b
          WHERE b.tenant_id = wardbell.current_tenant() AND b.patient_id = ${patientId}::uuid
          LIMIT ${MAX_APPOINTMENTS_DELETED + 1})
        RETURNING a.*
      )
      INSERT INTO wardbell.deleted_appointment AS d (tenant_id, id, patient_id, record)
      SELECT g.tenant_id, g.id, g.patient_id, to_jsonb(g) || jsonb_build_object('version', g.version + 1)
      FROM gone g ORDER BY g.sort_at, g.id
      RETURNING d.id::text, (d.record->>'version')::int AS version`;
  }

  async #bringBack(tx: Tx, id: string): Promise<Patient> {
    const [row] = await refusingTakenMrn(tx.sql.query<PatientRow[]>`
      INSERT INTO wardbell.patient AS p
        (tenant_id, id, mrn, first_name, last_name, birth_date, gender, phone, email, notes,
         restricted, restricted_to, archived, version, created_at, updated_at)
      SELECT r.tenant_id, r.id, r.mrn, r.first_name, r.last_name, r.birth_date, r.gender, r.phone, r.email, r.notes,
             coalesce(r.restricted, false), coalesce(r.restricted_to, '{}'),
             coalesce(r.archived, false), r.version + 1, r.created_at, clock_timestamp()
      FROM wardbell.deleted_patient d
      CROSS JOIN LATERAL jsonb_populate_record(NULL::wardbell.patient, d.record) r
      WHERE d.tenant_id = wardbell.current_tenant() AND d.id = ${id}::uuid
      ON CONFLICT (tenant_id, mrn) DO NOTHING
      RETURNING ${PATIENT_COLUMNS}`);
    if (!row) throw new Problem('mrn_taken');
    return toPatient(row);
  }

  #bringBackAppointments(tx: Tx, patientId: string): Promise<AppointmentRow[]> {
    return tx.sql.query<AppointmentRow[]>`
      INSERT INTO wardbell.appointment AS a
        (tenant_id, id, patient_id, datetime, duration_minutes, type, status, practitioner, room, reason,
         cancellation_reason, status_steps, version, created_at, updated_at, practitioner_id, room_id, type_id,
         board_number)
      SELECT r.tenant_id, r.id, r.patient_id, r.datetime, r.duration_minutes, r.type, r.status, r.practitioner, r.room,
             r.reason, r.cancellation_reason, coalesce(r.status_steps, '[]'), r.version + 1, r.created_at, clock_timestamp(),
             -- records that are still there
             p.id, m.id, y.id,
             -- another appointment of the day may have it by now; the trigger takes the next one then
             r.board_number
      FROM wardbell.deleted_appointment d
      CROSS JOIN LATERAL jsonb_populate_record(NULL::wardbell.appointment, d.record) r
      LEFT JOIN wardbell.practitioner p ON p.tenant_id = r.tenant_id AND p.folded = wardbell.fold_name(r.practitioner)
      LEFT JOIN wardbell.room m ON m.tenant_id = r.tenant_id AND m.folded = wardbell.fold_name(r.room)
      LEFT JOIN wardbell.appointment_type y ON y.tenant_id = r.tenant_id AND y.folded = wardbell.fold_name(r.type)
      WHERE d.tenant_id = wardbell.current_tenant() AND d.patient_id = ${patientId}::uuid
      ORDER BY r.sort_at, r.id
      RETURNING ${APPOINTMENT_COLUMNS}`;
  }
}

/** Why a patient was not deleted. */
async function whyNot(tx: Tx, id: string): Promise<Problem> {
  const [row] = await tx.sql.query<{ notes: string | null; is_open: boolean }[]>`
    SELECT p.notes, ${isOpenTo(tx.principal)} AS is_open
    FROM wardbell.patient p WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${id}::uuid`;
  if (!row) return missingPatient(tx, id);
  if (!row.is_open) return new Problem('restricted');
  return new Problem(mayDeleteNotes(tx) || !row.notes ? 'version_mismatch' : 'has_clinical_notes');
}

const audit = (tx: Tx, action: string, id: string, appointments: number): void =>
  tx.audit({
    action,
    objectType: 'patient',
    objectId: id,
    patientId: id,
    ...(appointments > 0 ? { details: { appointments } } : {}),
  });
