import { Injectable } from '@nestjs/common';
import {
  type Absence,
  type AbsenceCreate,
  type AbsenceUpdate,
  MAX_SETUP_RECORDS,
  type PageQuery,
} from '@wardbell/contract';
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { z } from 'zod';
import { Pager } from '../../api/paging/page.js';
import { boundOf } from '../../api/parsing/date-or-time.js';
import { defined } from '../../api/parsing/defined.js';
import { auditedChange } from '../../database/audited-change.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { SQLSTATE, sqlState } from '../../platform/errors/sqlstate.js';
import { NIL_UUID } from '../../platform/uuid.js';
import { noteSetupChange } from './setup-change.js';

interface Row {
  readonly id: string;
  readonly practitioner_id: string | null;
  readonly begins_at: Date;
  readonly ends_at: Date;
  readonly label: string;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const COLUMNS = raw(
  'b.id::text, b.practitioner_id::text, b.begins_at, b.ends_at, b.label, b.version, b.created_at, b.updated_at',
);

/** Times at which a practitioner, or the whole clinic, is away. */
@Injectable()
export class AbsencesService {
  constructor(private readonly pager: Pager) {}

  /** Those that have not ended for more than a day, by their beginning. */
  async page(
    tx: Tx,
    { after, limit }: z.output<typeof PageQuery>,
  ): Promise<{ data: Absence[]; next: string | null }> {
    const list = `absences/${tx.tenantId}`;
    const [begins, id] = this.pager.start(list, after, ['-infinity', NIL_UUID]);
    const rows = await tx.sql.query<(Row & { sort_key: string })[]>`
      SELECT ${COLUMNS}, b.begins_at::text AS sort_key FROM wardbell.absence b
      WHERE b.tenant_id = wardbell.current_tenant() AND b.ends_at > now() - interval '1 day'
        AND (b.begins_at, b.id) > (${begins}::timestamptz, ${id}::uuid)
      ORDER BY b.begins_at, b.id LIMIT ${limit + 1}`;
    const cut = this.pager.cut(list, rows, limit, (row) => [row.sort_key, row.id]);
    return { data: cut.rows.map(toAbsence), next: cut.next };
  }

  async get(tx: Tx, id: string): Promise<Absence> {
    return toAbsence(await read(tx, id, empty));
  }

  /** @throws Problem `validation_failed`, `too_many_objects` */
  async create(tx: Tx, body: AbsenceCreate): Promise<Absence> {
    const [row] = await checked(
      tx.sql.query<(Row & { others: number })[]>`
        INSERT INTO wardbell.absence AS b (tenant_id, practitioner_id, begins_at, ends_at, label)
        SELECT wardbell.current_tenant(), ${body.practitioner_id}::uuid, ${instantOf(body.from)},
               ${instantOf(body.to)}, ${body.label}
        FROM wardbell.tenant t WHERE t.id = wardbell.current_tenant()
        RETURNING ${COLUMNS}, (SELECT count(*)::int FROM wardbell.absence o
                               WHERE o.tenant_id = wardbell.current_tenant()) AS others`,
    );
    if (!row) throw new Error('INSERT returned no row');
    if (row.others >= MAX_SETUP_RECORDS) throw new Problem('too_many_objects');
    noteSetupChange(tx, 'absence', 'create', { id: row.id, changed: Object.keys(body) });
    return toAbsence(row);
  }

  async update(tx: Tx, id: string, body: AbsenceUpdate, ifMatch: readonly number[] | null): Promise<Absence> {
    const current = await read(tx, id, sql`FOR UPDATE`);
    if (ifMatch && !ifMatch.includes(current.version)) throw new Problem('version_mismatch');
    const next = { ...toAbsence(current), ...defined(body) };
    const [row] = await checked(
      tx.sql.query<Row[]>`
        UPDATE wardbell.absence b
        SET practitioner_id = ${next.practitioner_id}::uuid, begins_at = ${instantOf(next.from)},
            ends_at = ${instantOf(next.to)}, label = ${next.label}, version = b.version + 1,
            updated_at = clock_timestamp()
        FROM wardbell.tenant t
        WHERE t.id = wardbell.current_tenant() AND b.tenant_id = t.id AND b.id = ${id}::uuid
        RETURNING ${COLUMNS}`,
    );
    if (!row) throw new Problem('not_found');
    const written = toAbsence(row);
    noteSetupChange(tx, 'absence', 'update', {
      id,
      changed: Object.keys(defined(body)),
      // not the label: it may say why somebody is ill
      details: auditedChange({ ...toAbsence(current) }, { ...written }, ['from', 'to']),
    });
    return written;
  }

  async remove(tx: Tx, id: string, ifMatch: readonly number[] | null): Promise<void> {
    const current = await read(tx, id, sql`FOR UPDATE`);
    if (ifMatch && !ifMatch.includes(current.version)) throw new Problem('version_mismatch');
    await tx.sql.execute`
      DELETE FROM wardbell.absence b WHERE b.tenant_id = wardbell.current_tenant() AND b.id = ${id}::uuid`;
    noteSetupChange(tx, 'absence', 'delete', { id });
  }
}

/** An instant, or the start of a date in the time zone of the tenant `t`. */
function instantOf(value: string): Sql {
  const { instant, date } = boundOf(value);
  return sql`coalesce(${instant}::timestamptz, ${date}::date::timestamp AT TIME ZONE t.time_zone)`;
}

async function read(tx: Tx, id: string, lock: Sql): Promise<Row> {
  const [row] = await tx.sql.query<Row[]>`
    SELECT ${COLUMNS} FROM wardbell.absence b
    WHERE b.tenant_id = wardbell.current_tenant() AND b.id = ${id}::uuid ${lock}`;
  if (!row) throw new Problem('not_found');
  return row;
}

/** Times are compared by the database, because only it knows when a date begins in the clinic. */
async function checked<T>(rows: Promise<T>): Promise<T> {
  try {
    return await rows;
  } catch (error) {
    const state = sqlState(error);
    if (state === SQLSTATE.checkViolation)
      throw new Problem('validation_failed', { errors: [{ path: 'to', message: 'must be after from' }] });
    if (state === SQLSTATE.foreignKeyViolation)
      throw new Problem('validation_failed', {
        errors: [{ path: 'practitioner_id', message: 'is no practitioner of this clinic' }],
      });
    throw error;
  }
}

const toAbsence = (row: Row): Absence => ({
  id: row.id,
  practitioner_id: row.practitioner_id,
  from: row.begins_at.toISOString(),
  to: row.ends_at.toISOString(),
  label: row.label,
  version: row.version,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
