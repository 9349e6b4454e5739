import { Injectable } from '@nestjs/common';
import { type ImportDuplicate, MAX_DUPLICATES_OF_ROW, type PatientImportRow } from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { newMrn, refusingTakenMrn } from './mrn.js';
import { PATIENT_COLUMNS, type PatientRow, toPatient } from './patient-row.js';

/** Rows of one statement: each stays far below the timeout of statements. */
const ROWS_PER_STATEMENT = 1_000;
/** Attempts to generate a free MRN for each row without one. */
const MRN_DRAWS = 5;
/** Rows that a refusal names; one is enough to find the others by `check`. */
const MAX_NAMED = 50;

/** A row with its MRN and its place in the request. */
interface Placed {
  readonly row: PatientImportRow;
  readonly place: number;
  readonly mrn: string;
}

/**
 * Registers many patients: all of them or none, in one transaction with their events and one audit row. The events are numbered
 * last, as those of every write, so the log of the tenant is held for that time and not for the whole import.
 */
@Injectable()
export class PatientImports {
  /**
   * Rows whose MRN is taken, also by a patient who was merged into another one, and rows that may be patients who are
   * registered: with the same names, whatever their accents and case, and no other birth date. The patients that any row may
   * mean are collected first: a look-up for each row exceeds the timeout of statements when PostgreSQL takes the wrong index,
   * which it does while its statistics are those of before a large import.
   */
  async findDuplicates(tx: Tx, rows: readonly PatientImportRow[]): Promise<ImportDuplicate[]> {
    const found: ImportDuplicate[] = [];
    for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
      const slice = rows.slice(start, start + ROWS_PER_STATEMENT);
      found.push(
        ...(await tx.sql.query<ImportDuplicate[]>`
          WITH entry AS MATERIALIZED (
            SELECT e.place, e.value->>'mrn' AS mrn, (e.value->>'birth_date')::date AS birth_date,
                   wardbell.patient_sort_name(e.value->>'last_name', e.value->>'first_name') AS sort_name
            FROM jsonb_array_elements(${JSON.stringify(slice)}::jsonb) WITH ORDINALITY AS e (value, place)
          ), merged AS MATERIALIZED (
            SELECT m.mrn, m.merged_into FROM wardbell.merged_patient m
            WHERE m.tenant_id = wardbell.current_tenant() AND m.mrn = ANY (ARRAY(SELECT e.mrn FROM entry e))
          ), known AS MATERIALIZED (
            SELECT p.id, p.mrn, p.first_name, p.last_name, p.birth_date, p.sort_name FROM wardbell.patient p
            WHERE p.tenant_id = wardbell.current_tenant()
              AND (p.mrn = ANY (ARRAY(SELECT e.mrn FROM entry e))
                   OR p.sort_name = ANY (ARRAY(SELECT e.sort_name FROM entry e))
                   OR p.id = ANY (ARRAY(SELECT m.merged_into FROM merged m)))
          ), candidate AS (
            SELECT c.place, c.id, bool_or(c.taken) AS taken FROM (
              SELECT e.place, k.id, true AS taken FROM entry e JOIN known k ON k.mrn = e.mrn
              UNION ALL
              SELECT e.place, m.merged_into, true FROM entry e JOIN merged m ON m.mrn = e.mrn
              UNION ALL
              SELECT e.place, k.id, false FROM entry e
                JOIN known k ON k.sort_name = e.sort_name AND (k.birth_date = e.birth_date) IS NOT FALSE
            ) c GROUP BY c.place, c.id
          ), hit AS (
            SELECT c.place, c.taken, k.*, row_number() OVER (PARTITION BY c.place ORDER BY c.taken DESC, k.id) AS rank
            FROM candidate c LEFT JOIN known k ON k.id = c.id
          )
          SELECT ${start}::int + h.place::int - 1 AS row, bool_or(h.taken) AS mrn_taken,
                 coalesce(jsonb_agg(jsonb_build_object(
                   'id', h.id, 'mrn', h.mrn, 'first_name', h.first_name, 'last_name', h.last_name,
                   'birth_date', to_char(h.birth_date, 'YYYY-MM-DD')) ORDER BY h.mrn)
                   FILTER (WHERE h.id IS NOT NULL AND h.rank <= ${MAX_DUPLICATES_OF_ROW}), '[]') AS patients
          FROM hit h GROUP BY h.place ORDER BY h.place`),
      );
    }
    return found;
  }

  /** @throws Problem `mrn_taken` with the rows; `conflict` while another import of the tenant is running */
  async run(tx: Tx, rows: readonly PatientImportRow[]): Promise<number> {
    refuseRepeatedMrns(rows);
    // Two imports with the same MRNs in another order would wait for each other.
    await tx.sql.execute`
      SELECT pg_advisory_xact_lock(hashtextextended('wardbell.import/' || wardbell.current_tenant(), 0))`;
    await refuseMergedMrns(tx, rows);
    const placed = rows.map((row, place): Placed => ({ row, place, mrn: row.mrn ?? newMrn() }));
    for (let start = 0; start < placed.length; start += ROWS_PER_STATEMENT)
      await this.#insert(tx, placed.slice(start, start + ROWS_PER_STATEMENT));
    tx.audit({
      action: 'patient.import',
      objectType: 'patient',
      changed: [...new Set(rows.flatMap((row) => Object.keys(row)))].sort(),
      details: { count: rows.length },
    });
    return rows.length;
  }

  async #insert(tx: Tx, slice: readonly Placed[]): Promise<void> {
    let waiting = slice;
    for (let draw = 1; draw <= MRN_DRAWS && waiting.length > 0; draw++) {
      const inserted = await insertRows(tx, waiting);
      for (const row of inserted) tx.emit({ type: 'patient_created', data: toPatient(row) });
      const taken = new Set(inserted.map(({ mrn }) => mrn));
      waiting = waiting.filter(({ mrn }) => !taken.has(mrn));
      const given = waiting.filter(({ row }) => row.mrn !== undefined);
      if (given.length > 0) throw mrnsTaken(given.map(({ place }) => place));
      waiting = waiting.map((each) => ({ ...each, mrn: newMrn() }));
    }
    if (waiting.length > 0) throw new Error('no free MRN was drawn');
  }
}

const insertRows = (tx: Tx, placed: readonly Placed[]): Promise<PatientRow[]> =>
  refusingTakenMrn(tx.sql.query<PatientRow[]>`
    INSERT INTO wardbell.patient AS p
      (tenant_id, mrn, first_name, last_name, birth_date, gender, phone, email, notes)
    SELECT wardbell.current_tenant(), r.mrn, r.first_name, r.last_name, r.birth_date, coalesce(r.gender, 'unknown'),
           r.phone, r.email, r.notes
    FROM jsonb_to_recordset(${JSON.stringify(placed.map(({ row, mrn }) => ({ ...row, mrn })))}::jsonb)
      AS r (mrn text, first_name text, last_name text, birth_date date, gender text, phone text, email text, notes text)
    ON CONFLICT (tenant_id, mrn) DO NOTHING
    RETURNING ${PATIENT_COLUMNS}`);

/** Those of merged patients, which the database refuses without saying which they are. */
async function refuseMergedMrns(tx: Tx, rows: readonly PatientImportRow[]): Promise<void> {
  const mrns = rows.flatMap(({ mrn }) => mrn ?? []);
  const found = await tx.sql.query<{ mrn: string }[]>`
    SELECT m.mrn FROM wardbell.merged_patient m
    WHERE m.tenant_id = wardbell.current_tenant() AND m.mrn = ANY (${mrns}::text[])`;
  const merged = new Set(found.map(({ mrn }) => mrn));
  const places = rows.flatMap(({ mrn }, place) => (mrn !== undefined && merged.has(mrn) ? [place] : []));
  if (places.length > 0) throw mrnsTaken(places);
}

function refuseRepeatedMrns(rows: readonly PatientImportRow[]): void {
  const first = new Map<string, number>();
  const repeated: number[] = [];
  for (const [place, { mrn }] of rows.entries()) {
    if (mrn === undefined) continue;
    if (first.has(mrn)) repeated.push(place);
    else first.set(mrn, place);
  }
  if (repeated.length > 0) throw mrnsTaken(repeated);
}

/** Names rows by their place, because an MRN may not stand in an error. */
const mrnsTaken = (places: readonly number[]): Problem =>
  new Problem('mrn_taken', {
    errors: places
      .slice(0, MAX_NAMED)
      .map((place) => ({ path: `patients.${place}.mrn`, message: 'is already in use' })),
  });
