import { Injectable } from '@nestjs/common';
import type { Patient, PatientCreate, PatientUpdate } from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { SQLSTATE, sqlState } from '../../platform/errors/sqlstate.js';
import { newMrn } from './mrn.js';
import { PATIENT_COLUMNS, type PatientRow, toPatient } from './patient-row.js';

/** Attempts to generate a free number. At 100,000 patients one in ten million numbers collides. */
const MRN_DRAWS = 5;

/** Patients of one tenant. Every write emits its event and its audit row in the same transaction. */
@Injectable()
export class PatientsService {
  async get(tx: Tx, id: string): Promise<Patient> {
    const [row] = await tx.sql.query<PatientRow[]>`
      SELECT ${PATIENT_COLUMNS} FROM wardbell.patient p
      WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${id}::uuid`;
    if (!row) throw new Problem('not_found');
    return toPatient(row);
  }

  async create(tx: Tx, body: PatientCreate): Promise<Patient> {
    const patient = await this.#insert(tx, body);
    tx.emit({ type: 'patient_created', data: patient });
    tx.audit({
      action: 'patient.create',
      objectType: 'patient',
      objectId: patient.id,
      patientId: patient.id,
      changed: Object.keys(body),
    });
    return patient;
  }

  /**
   * Takes one statement when something changes; the row is read only to find out why nothing did. An update to the
   * current values writes nothing: the version stays, and there is no event.
   */
  async update(tx: Tx, id: string, body: PatientUpdate, ifMatch: readonly number[] | null): Promise<Patient> {
    const row = await this.#updateRow(tx, id, body, ifMatch);
    if (!row) return this.#unchanged(tx, id, ifMatch);
    const patient = toPatient(row);
    tx.emit({ type: 'patient_updated', data: patient });
    tx.audit({
      action: 'patient.update',
      objectType: 'patient',
      objectId: id,
      patientId: id,
      changed: Object.keys(body),
    });
    return patient;
  }

  async #insert(tx: Tx, body: PatientCreate): Promise<Patient> {
    for (let draw = 1; draw <= MRN_DRAWS; draw++) {
      const [row] = await tx.sql.query<PatientRow[]>`
        INSERT INTO wardbell.patient AS p
          (tenant_id, mrn, first_name, last_name, birth_date, gender, phone, email, notes)
        VALUES (wardbell.current_tenant(), ${body.mrn ?? newMrn()}, ${body.first_name}, ${body.last_name},
                ${body.birth_date ?? null}::date, ${body.gender ?? 'unknown'}, ${body.phone ?? null},
                ${body.email ?? null}, ${body.notes ?? null})
        ON CONFLICT (tenant_id, mrn) DO NOTHING
        RETURNING ${PATIENT_COLUMNS}`;
      if (row) return toPatient(row);
      if (body.mrn !== undefined) break;
    }
    throw new Problem('mrn_taken');
  }

  async #updateRow(
    tx: Tx,
    id: string,
    body: PatientUpdate,
    ifMatch: readonly number[] | null,
  ): Promise<PatientRow | undefined> {
    try {
      // the same text for every combination of fields, so that it is prepared once
      const [row] = await tx.sql.query<PatientRow[]>`
        UPDATE wardbell.patient p
        SET (mrn, first_name, last_name, birth_date, gender, phone, email, notes) = (
              SELECT n.mrn, n.first_name, n.last_name, n.birth_date, n.gender, n.phone, n.email, n.notes
              FROM jsonb_populate_record(p, ${JSON.stringify(body)}::jsonb) n),
            version = p.version + 1, updated_at = clock_timestamp()
        WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${id}::uuid
          AND (${ifMatch}::int[] IS NULL OR p.version = ANY (${ifMatch}::int[]))
          AND jsonb_populate_record(p, ${JSON.stringify(body)}::jsonb) IS DISTINCT FROM p
        RETURNING ${PATIENT_COLUMNS}`;
      return row;
    } catch (error) {
      if (sqlState(error) === SQLSTATE.uniqueViolation) throw new Problem('mrn_taken', { cause: error });
      throw error;
    }
  }

  async #unchanged(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<Patient> {
    const patient = await this.get(tx, id);
    if (ifMatch && !ifMatch.includes(patient.version)) throw new Problem('version_mismatch');
    return patient;
  }
}
