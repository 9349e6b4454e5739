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
type SnapshotRow = { readonly seq: bigint; readonly epoch: string; readonly total: bigint | null } & (
  | Row
  | { readonly id: null }
);

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

  /** The number of patients that `page` finds with this search, in all. */
  async count(tx: Tx, query: Pick<Query, 'search' | 'archived'>): Promise<number> {
    const search = parsePatientSearch(query.search ?? '');
    const [row] = await tx.sql.query<{ n: bigint }[]>`SELECT ${counted(tx, search, query)} AS n`;
    return Number(row?.n ?? 0);
  }

  /** @throws Problem `forbidden` for the deleted ones, unless the principal is a tenant admin */
  async page(tx: Tx, query: Query): Promise<LivePage<Patient>> {
    if (query.deleted && tx.principal.role !== 'tenant_admin') throw new Problem('forbidden');
    const search = parsePatientSearch(query.search ?? '');
    const list = listOf(tx, query);
    const after = query.after === undefined ? undefined : this.pager.start(list, query.after, ['', NIL_UUID]);
    const total = query.total ? counted(tx, search, query) : sql`NULL::bigint`;
    // One statement reads one snapshot, so rows, seq, epoch and total are consistent under concurrent commits.
    const snapshot = await tx.sql.query<SnapshotRow[]>`
      SELECT h.seq, i.epoch::text, ${total} AS total, page.*
      FROM wardbell.tenant_head h
      CROSS JOIN wardbell.installation i
      LEFT JOIN LATERAL (${pageOf(tx, query, search, after)}) page ON true
      WHERE h.tenant_id = wardbell.current_tenant()
      ORDER BY page.place, page.sort_name, page.id`;
    const rows = snapshot.filter((row): row is SnapshotRow & Row => row.id !== null);
    const cut = this.pager.cut(list, rows, query.limit, (row) => [row.sort_name, row.id]);
    const [first] = snapshot;
    return {
      data: cut.rows.map(toListed),
      next: cut.next,
      seq: Number(first?.seq ?? 0),
      epoch: first?.epoch ?? '',
      ...(query.total ? { total: Number(first?.total ?? 0) } : {}),
    };
  }
}

/** A cursor is good for one order of one list. */
const listOf = ({ tenantId }: Tx, { deleted, sort, order }: Query): string => {
  if (deleted) return `deleted-patients/${tenantId}`;
  return isByName({ sort, order }) ? `patients/${tenantId}` : `patients/${tenantId}/${sort}/${order}`;
};

const isByName = ({ sort, order }: Pick<Query, 'sort' | 'order'>): boolean =>
  sort === 'name' && order === 'asc';

type Position = readonly [key: string, id: string];

/** The rows of a page and one more. Their order is that of `place`, then of `sort_name` and `id`. */
function pageOf(tx: Tx, query: Query, search: PatientSearch, after: Position | undefined): Sql {
  const start: Position = after ?? ['', NIL_UUID];
  if (query.deleted) return deleted(search, start, query.limit);
  if (query.ids) return selectByIds(query.ids, start, query.limit);
  if (!isByName(query)) return ordered(tx, query, search, after);
  return isSearch(search) ? found(tx, search, query, start) : all(query, start);
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
const shown = ({ archived }: Pick<Query, 'archived'>): Sql => (archived ? sql`true` : sql`NOT p.archived`);

const all = (query: Query, [name, id]: readonly [string, string]): Sql => sql`
  SELECT ${PATIENT_COLUMNS}, p.sort_name, 0 AS place FROM wardbell.patient p
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
    SELECT ${PATIENT_COLUMNS}, p.sort_name, 0 AS place FROM wardbell.patient p
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
  SELECT ${PATIENT_COLUMNS}, p.sort_name, 0 AS place
  FROM (
    SELECT hit AS id FROM wardbell.search_patients(
      ${words}::text[], ${birthDates}::date[], ${name}, ${id}::uuid, ${query.limit + 1},
      ${finderOf(tx)}, ${query.search ?? ''}, ${query.archived ?? false}
    ) AS hit
    UNION
    SELECT m.merged_into FROM wardbell.merged_patient m
    WHERE m.tenant_id = wardbell.current_tenant() AND ${isMergedMrn(query.search ?? '')}
  ) hit
  JOIN wardbell.patient p ON p.tenant_id = wardbell.current_tenant() AND p.id = hit.id
  WHERE (p.sort_name, p.id) > (${name}, ${id}::uuid) AND ${shown(query)}
  ORDER BY p.sort_name, p.id LIMIT ${query.limit + 1}`;

/** The MRN of a merged patient, also in small letters: our own are in capitals. */
const isMergedMrn = (search: string): Sql => sql`m.mrn IN (${search}, upper(${search}))`;

/** Another order than by name; a patient who is searched by the MRN of one that was merged into it comes first. */
const ordered = (
  tx: Tx,
  { sort, order, search = '', archived = false, limit }: Query,
  { words, birthDates }: PatientSearch,
  after: Position | undefined,
): Sql => sql`
  WITH hit AS (
    SELECT * FROM wardbell.order_patients(
      ${sort}, ${order === 'desc'}, ${words}::text[], ${birthDates}::date[], ${after?.[0] ?? null}, ${after?.[1] ?? null}::uuid,
      ${limit + 1}, ${finderOf(tx)}, ${search}, ${archived}
    ) WITH ORDINALITY AS h (id, sort_key, place)
  ), merged AS (
    SELECT m.merged_into AS id, ${beforeAll(sort, order)}::text AS sort_key, 0::bigint AS place
    FROM wardbell.merged_patient m
    WHERE ${after === undefined} AND m.tenant_id = wardbell.current_tenant() AND ${isMergedMrn(search)}
      AND m.merged_into NOT IN (SELECT h.id FROM hit h)
  )
  SELECT ${PATIENT_COLUMNS}, h.sort_key AS sort_name, h.place
  FROM (SELECT * FROM merged UNION ALL SELECT * FROM hit) h
  JOIN wardbell.patient p ON p.tenant_id = wardbell.current_tenant() AND p.id = h.id
  WHERE ${shown({ archived })}
  ORDER BY h.place LIMIT ${limit + 1}`;

/** A key that stands before all others of an order. */
const beforeAll = (sort: Query['sort'], order: Query['order']): string => {
  if (sort !== 'name') return order === 'desc' ? 'infinity' : '-infinity';
  return order === 'desc' ? '\u{10ffff}' : '';
};

/** Without a search the rows of indexes alone are counted: all, less the archived ones, which are few. */
const counted = (
  tx: Tx,
  search: PatientSearch,
  { search: exact = '', archived = false }: Pick<Query, 'search' | 'archived'>,
): Sql =>
  isSearch(search)
    ? sql`
      (SELECT wardbell.count_patients(
         ${search.words}::text[], ${search.birthDates}::date[], ${finderOf(tx)}, ${exact}, ${archived})
       + (SELECT count(*) FROM wardbell.merged_patient m
          JOIN wardbell.patient p ON p.tenant_id = m.tenant_id AND p.id = m.merged_into
          WHERE m.tenant_id = wardbell.current_tenant() AND ${isMergedMrn(exact)} AND ${shown({ archived })}
            AND NOT p.search_text LIKE ALL (wardbell.search_patterns(${search.words}::text[]))))`
    : sql`
      ((SELECT count(*) FROM wardbell.patient p WHERE p.tenant_id = wardbell.current_tenant())
       - (SELECT count(*) FROM wardbell.patient p
          WHERE p.tenant_id = wardbell.current_tenant() AND p.archived AND NOT ${archived}))`;

const isSearch = ({ words, birthDates }: PatientSearch): boolean => words.length > 0 || birthDates !== null;

/** There are few: a search reads all of them. */
const deleted = (
  { words, birthDates }: PatientSearch,
  [name, id]: readonly [string, string],
  limit: number,
): Sql => sql`
  SELECT ${PATIENT_COLUMNS}, d.sort_name, 0 AS place, d.deleted_at, d.deleted_by
  FROM wardbell.deleted_patient d
  CROSS JOIN LATERAL jsonb_populate_record(NULL::wardbell.patient, d.record) p
  WHERE d.tenant_id = wardbell.current_tenant() AND (d.sort_name, d.id) > (${name}, ${id}::uuid)
    AND wardbell.patient_search_text(p.last_name, p.first_name, p.mrn, p.phone)
        LIKE ALL (wardbell.search_patterns(${words}::text[]))
    AND (${birthDates}::date[] IS NULL OR p.birth_date = ANY (${birthDates}::date[]))
  ORDER BY d.sort_name, d.id LIMIT ${limit + 1}`;
