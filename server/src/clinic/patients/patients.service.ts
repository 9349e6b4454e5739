import { Injectable } from '@nestjs/common';
import type { Patient, PatientCreate, PatientUpdate } from '@wardbell/contract';
import { emergencyUntil, isOpenTo } from '../../api/endpoint/restriction.js';
import { LOG_REWRITTEN } from '../../database/log-event.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { toUserId } from '../../platform/uuid.js';
import { findMerged } from './merged-patients.js';
import { missingPatient } from './missing-patient.js';
import { newMrn, refusingTakenMrn } from './mrn.js';
import { PATIENT_COLUMNS, type PatientRow, toPatient } from './patient-row.js';

/** Attempts to generate a free number. At 100,000 patients one in ten million numbers collides. */
const MRN_DRAWS = 5;

/** Patients of one tenant. Every write emits its event and its audit row in the same transaction. */
@Injectable()
export class PatientsService {
  /**
   * A patient; of one that was merged, what it was.
   * @throws Problem `restricted` for those who may not see the patient, or the one into which it was merged
   */
  async get(tx: Tx, id: string): Promise<Patient> {
    const patient = (await this.#find(tx, id)) ?? (await findMerged(tx, id));
    if (!patient) throw new Problem('not_found');
    return patient;
  }

  async #find(tx: Tx, id: string): Promise<Patient | undefined> {
    const [row] = await tx.sql.query<(PatientRow & { is_open: boolean; emergency_until: Date | null })[]>`
      SELECT ${PATIENT_COLUMNS}, ${isOpenTo(tx.principal)} AS is_open,
             CASE WHEN p.restricted THEN ${emergencyUntil(tx.principal)} END AS emergency_until
      FROM wardbell.patient p
      WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${id}::uuid`;
    if (!row) return undefined;
    if (!row.is_open) throw new Problem('restricted');
    const until = row.emergency_until;
    return { ...toPatient(row), ...(until && { emergency_until: until.toISOString() }) };
  }

  async create(tx: Tx, body: PatientCreate): Promise<Patient> {
    requireRestrictionRights(tx, body);
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
    requireRestrictionRights(tx, body);
    const row = await this.#updateRow(tx, id, withUserIds(body), ifMatch);
    if (!row) return this.#unchanged(tx, id, ifMatch);
    const patient = toPatient(row);
    if (changesRestriction(body)) await tx.sql.query`SELECT wardbell.label_patient(${id}::uuid)`;
    tx.emit({
      type: 'patient_updated',
      data: changesRestriction(body) ? { ...patient, [LOG_REWRITTEN]: true } : patient,
    });
    tx.audit({
      action: actionOf(body),
      objectType: 'patient',
      objectId: id,
      patientId: id,
      changed: Object.keys(body),
    });
    return patient;
  }

  async #insert(tx: Tx, body: PatientCreate): Promise<Patient> {
    for (let draw = 1; draw <= MRN_DRAWS; draw++) {
      const [row] = await refusingTakenMrn(tx.sql.query<PatientRow[]>`
        INSERT INTO wardbell.patient AS p
          (tenant_id, mrn, first_name, last_name, birth_date, gender, phone, email, notes, restricted, restricted_to)
        VALUES (wardbell.current_tenant(), ${body.mrn ?? newMrn()}, ${body.first_name}, ${body.last_name},
                ${body.birth_date ?? null}::date, ${body.gender ?? 'unknown'}, ${body.phone ?? null},
                ${body.email ?? null}, ${body.notes ?? null}, ${body.restricted ?? false},
                ${withUserIds(body).restricted_to ?? []}::text[])
        ON CONFLICT (tenant_id, mrn) DO NOTHING
        RETURNING ${PATIENT_COLUMNS}`);
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
    // the same text for every combination of fields, so that it is prepared once
    const [row] = await refusingTakenMrn(tx.sql.query<PatientRow[]>`
      UPDATE wardbell.patient p
      SET (mrn, first_name, last_name, birth_date, gender, phone, email, notes, restricted, restricted_to,
           archived) = (
            SELECT n.mrn, n.first_name, n.last_name, n.birth_date, n.gender, n.phone, n.email, n.notes,
                   n.restricted, n.restricted_to, n.archived
            FROM jsonb_populate_record(p, ${JSON.stringify(body)}::jsonb) n),
          version = p.version + 1, updated_at = clock_timestamp()
      WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${id}::uuid
        AND (${ifMatch}::int[] IS NULL OR p.version = ANY (${ifMatch}::int[]))
        AND ${isOpenTo(tx.principal)}
        AND jsonb_populate_record(p, ${JSON.stringify(body)}::jsonb) IS DISTINCT FROM p
      RETURNING ${PATIENT_COLUMNS}`);
    return row;
  }

  async #unchanged(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<Patient> {
    const patient = await this.#find(tx, id);
    if (!patient) throw await missingPatient(tx, id);
    if (ifMatch && !ifMatch.includes(patient.version)) throw new Problem('version_mismatch');
    return patient;
  }
}

const actionOf = ({ archived }: PatientUpdate): string =>
  archived === undefined ? 'patient.update' : archived ? 'patient.archive' : 'patient.unarchive';

type Restriction = Pick<PatientCreate, 'restricted' | 'restricted_to'>;

const changesRestriction = ({ restricted, restricted_to }: Restriction): boolean =>
  restricted !== undefined || restricted_to !== undefined;

/** @throws Problem `field_not_allowed` */
function requireRestrictionRights({ principal }: Tx, body: Restriction): void {
  if (principal.role !== 'tenant_admin' && changesRestriction(body)) throw new Problem('field_not_allowed');
}

/** User ids in the spelling in which principals have them. */
const withUserIds = <Body extends Restriction>(body: Body): Body =>
  body.restricted_to === undefined
    ? body
    : { ...body, restricted_to: [...new Set(body.restricted_to.map(toUserId))] };
