import { Injectable } from '@nestjs/common';
import {
  DELETED_PATIENT_DAYS,
  MAX_DUPLICATES,
  type Patient,
  type PatientIdentity,
  type PatientQuery,
  type PatientSearch,
  parsePatientSearch,
  seesRestricted,
} from '@wardbell/contract';
import sql, { Sql } from 'sql-template-tag';
import type { z } from 'zod';
import type { LivePage } from '../../api/paging/live-page.js';
import { Pager } from '../../api/paging/page.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { NIL_UUID } from '../../platform/uuid.js';
import { PATIENT_COLUMNS, type PatientRow, toPatient } from './patient-row.js';

type Query = z.output<typeof PatientQuery>;

const DAY_MS = 86_400_000;

type Row = PatientRow & {
  readonly sort_name: string;
  readonly deleted_at?: Date;
  readonly deleted_by?: string | null;
};
/** One row per patient; an empty page has a single row with `id` null. */
type SnapshotRow = { readonly seq: bigint; readonly epoch: string } & (Row | { readonly id: null });

/** Pages of patients by name, each with the stream position of its snapshot. */
@Injectable()
export class PatientsList {
  constructor(private readonly pager: Pager) {}

  /**
   * Patients with these names, in either order and with a slip in one of them, or with this birth date and one of the names.
   * Those who are restricted and not to the principal are not among them.
   */
  async duplicates(tx: Tx, { first_name, last_name, birth_date }: PatientIdentity): Promise<Patient[]> {
    const rows = await tx.sql.query<PatientRow[]>`
      SELECT ${PATIENT_COLUMNS}
      FROM wardbell.duplicate_patients(
        ${last_name}, ${first_name}, ${birth_date ?? null}::date, ${MAX_DUPLICATES}, ${finderOf(tx)}
      ) WITH ORDINALITY AS hit (id, place)
      JOIN wardbell.patient p ON p.tenant_id = wardbell.current_tenant() AND p.id = hit.id
      ORDER BY hit.place`;
    return rows.map(toPatient);
  }

  /** @throws Problem `forbidden` for the deleted ones, unless the principal is a tenant admin */
  async page(tx: Tx, query: Query): Promise<LivePage<Patient>> {
    if (query.deleted && tx.principal.role !== 'tenant_admin') throw new Problem('forbidden');
    const list = `${query.deleted ? 'deleted-patients' : 'patients'}/${tx.tenantId}`;
    const start = this.pager.start(list, query.after, ['', NIL_UUID]);
    const search = parsePatientSearch(query.search ?? '');
    const page = query.deleted
      ? deleted(search, start, query.limit)
      : query.ids
        ? selectByIds(query.ids, start, query.limit)
        : search.words.length > 0 || search.birthDates !== null
          ? found(tx, search, query, start)
          : all(query, start);
    // One statement reads one snapshot, so rows, seq and epoch are consistent under concurrent commits.
    const snapshot = await tx.sql.query<SnapshotRow[]>`
      SELECT h.seq, i.epoch::text, page.*
      FROM wardbell.tenant_head h
      CROSS JOIN wardbell.installation i
      LEFT JOIN LATERAL (${page}) page ON true
      WHERE h.tenant_id = wardbell.current_tenant()
      ORDER BY page.sort_name, page.id`;
    const rows = snapshot.filter((row): row is SnapshotRow & Row => row.id !== null);
    const cut = this.pager.cut(list, rows, query.limit, (row) => [row.sort_name, row.id]);
    return {
      data: cut.rows.map(toListed),
      next: cut.next,
      seq: Number(snapshot[0]?.seq ?? 0),
      epoch: snapshot[0]?.epoch ?? '',
    };
  }
}

/** A row of the deleted ones has three fields more. */
const toListed = ({ deleted_at, deleted_by, ...row }: Row): Patient => ({
  ...toPatient(row),
  ...(deleted_at && {
    deleted_at: deleted_at.toISOString(),
    deleted_by: deleted_by ?? null,
    purge_at: new Date(deleted_at.getTime() + DELETED_PATIENT_DAYS * DAY_MS).toISOString(),
  }),
});

/** A condition: the patient is not archived, or archived ones were asked for. */
const shown = ({ archived }: Query): Sql => (archived ? sql`true` : sql`NOT p.archived`);

const all = (query: Query, [name, id]: readonly [string, string]): Sql => sql`
  SELECT ${PATIENT_COLUMNS}, p.sort_name FROM wardbell.patient p
  WHERE p.tenant_id = wardbell.current_tenant() AND (p.sort_name, p.id) > (${name}, ${id}::uuid)
    AND ${shown(query)}
  ORDER BY p.sort_name, p.id LIMIT ${query.limit + 1}`;

/** Uses the primary key. OFFSET 0 keeps ORDER BY outside; otherwise the planner would scan the index of names. */
const selectByIds = (
  ids: readonly string[],
  [name, id]: readonly [string, string],
  limit: number,
): Sql => sql`
  SELECT page.* FROM (
    SELECT ${PATIENT_COLUMNS}, p.sort_name FROM wardbell.patient p
    WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ANY(${ids}::uuid[])
    OFFSET 0
  ) page
  WHERE (page.sort_name, page.id) > (${name}, ${id})
  ORDER BY page.sort_name, page.id LIMIT ${limit + 1}`;

/** The user whose restricted patients stay hidden; null for those who see all. */
const finderOf = ({ principal }: Tx): string | null =>
  seesRestricted(principal.role) ? null : principal.userId;

/**
 * A restricted patient is found by everybody by its exact MRN; the MRN of a merged one leads to the patient into which it was
 * merged.
 */
const found = (
  tx: Tx,
  { words, birthDates }: PatientSearch,
  query: Query,
  [name, id]: readonly [string, string],
): Sql => sql`
  SELECT ${PATIENT_COLUMNS}, p.sort_name
  FROM (
    SELECT hit AS id FROM wardbell.search_patients(
      ${words}::text[], ${birthDates}::date[], ${name}, ${id}::uuid, ${query.limit + 1},
      ${finderOf(tx)}, ${query.search ?? ''}, ${query.archived ?? false}
    ) AS hit
    UNION
    SELECT m.merged_into FROM wardbell.merged_patient m
    WHERE m.tenant_id = wardbell.current_tenant() AND m.mrn = ${query.search ?? ''}
  ) hit
  JOIN wardbell.patient p ON p.tenant_id = wardbell.current_tenant() AND p.id = hit.id
  WHERE (p.sort_name, p.id) > (${name}, ${id}::uuid) AND ${shown(query)}
  ORDER BY p.sort_name, p.id LIMIT ${query.limit + 1}`;

/** There are few: a search reads all of them. */
const deleted = (
  { words, birthDates }: PatientSearch,
  [name, id]: readonly [string, string],
  limit: number,
): Sql => sql`
  SELECT ${PATIENT_COLUMNS}, d.sort_name, d.deleted_at, d.deleted_by
  FROM wardbell.deleted_patient d
  CROSS JOIN LATERAL jsonb_populate_record(NULL::wardbell.patient, d.record) p
  WHERE d.tenant_id = wardbell.current_tenant() AND (d.sort_name, d.id) > (${name}, ${id}::uuid)
    AND wardbell.patient_search_text(p.last_name, p.first_name, p.mrn, p.phone)
        LIKE ALL (wardbell.search_patterns(${words}::text[]))
    AND (${birthDates}::date[] IS NULL OR p.birth_date = ANY (${birthDates}::date[]))
  ORDER BY d.sort_name, d.id LIMIT ${limit + 1}`;
