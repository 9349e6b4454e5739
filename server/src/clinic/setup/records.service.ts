import { Injectable } from '@nestjs/common';
import { MAX_APPOINTMENTS_RENAMED, MAX_SETUP_RECORDS, type PageQuery } from '@wardbell/contract';
import sql, { empty, type Sql } from 'sql-template-tag';
import type { z } from 'zod';
import { Pager } from '../../api/paging/page.js';
import { defined } from '../../api/parsing/defined.js';
import { auditedChange } from '../../database/audited-change.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { SQLSTATE, sqlState } from '../../platform/errors/sqlstate.js';
import { NIL_UUID } from '../../platform/uuid.js';
import { APPOINTMENT_COLUMNS, type AppointmentRow, toAppointment } from '../appointments/appointment-row.js';
import type { RecordKind } from './record-kind.js';
import { noteSetupChange } from './setup-change.js';

/** What a client may write of a record of any kind. */
export interface RecordFields {
  readonly name: string;
  readonly color: string;
  readonly active: boolean;
  readonly user_id?: string | null | undefined;
  readonly duration_minutes?: number | undefined;
}

/** A record of any kind, as it is answered. */
export interface SetupRecord extends RecordFields {
  readonly id: string;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}
type Row = Omit<SetupRecord, 'created_at' | 'updated_at'> & {
  readonly created_at: Date;
  readonly updated_at: Date;
};

/** Practitioners, rooms and types of appointments of one tenant: the same rules for each kind. */
@Injectable()
export class RecordsService {
  constructor(private readonly pager: Pager) {}

  /** By name. */
  async page(
    tx: Tx,
    kind: RecordKind,
    { after, limit }: z.output<typeof PageQuery>,
  ): Promise<{ data: SetupRecord[]; next: string | null }> {
    const list = `${kind.kind}/${tx.tenantId}`;
    const [folded, id] = this.pager.start(list, after, ['', NIL_UUID]);
    const rows = await tx.sql.query<(Row & { folded: string })[]>(sql`
      SELECT ${columnsOf(kind)}, r.folded FROM ${kind.table} r
      WHERE r.tenant_id = wardbell.current_tenant() AND (r.folded, r.id) > (${folded}, ${id}::uuid)
      ORDER BY r.folded, r.id LIMIT ${limit + 1}`);
    const cut = this.pager.cut(list, rows, limit, (row) => [row.folded, row.id]);
    return { data: cut.rows.map(toRecord), next: cut.next };
  }

  async get(tx: Tx, kind: RecordKind, id: string): Promise<SetupRecord> {
    return toRecord(await read(tx, kind, id, empty));
  }

  /** @throws Problem `name_taken`, `too_many_objects` */
  async create(tx: Tx, kind: RecordKind, body: RecordFields): Promise<SetupRecord> {
    const [column, value] = kind.own
      ? [sql`, ${kind.own.column}`, sql`, ${body[kind.own.name] ?? null}`]
      : [empty, empty];
    const [row] = await tx.sql.query<(Row & { others: number })[]>(sql`
      INSERT INTO ${kind.table} AS r (tenant_id, name, color, active${column})
      VALUES (wardbell.current_tenant(), ${body.name}, ${body.color}, ${body.active}${value})
      ON CONFLICT (tenant_id, folded) DO NOTHING
      RETURNING ${columnsOf(kind)}, (SELECT count(*)::int FROM ${kind.table} o
                                     WHERE o.tenant_id = wardbell.current_tenant()) AS others`);
    if (!row) throw new Problem('name_taken');
    if (row.others >= MAX_SETUP_RECORDS) throw new Problem('too_many_objects');
    noteSetupChange(tx, kind.kind, 'create', { id: row.id, changed: Object.keys(body) });
    return toRecord(row);
  }

  /**
   * An update to the current values writes nothing. A new name is also the text of the upcoming appointments.
   * @throws Problem `not_found`, `version_mismatch`, `name_taken`, `too_many_objects`
   */
  async update(
    tx: Tx,
    kind: RecordKind,
    id: string,
    body: { readonly [Field in keyof RecordFields]?: RecordFields[Field] | undefined },
    ifMatch: readonly number[] | null,
  ): Promise<SetupRecord> {
    const current = await read(tx, kind, id, sql`FOR UPDATE`);
    if (ifMatch && !ifMatch.includes(current.version)) throw new Problem('version_mismatch');
    const next = { ...current, ...defined(body) };
    const changed = Object.keys(defined(body)).filter(
      (field) => Reflect.get(next, field) !== Reflect.get(current, field),
    );
    if (changed.length === 0) return toRecord(current);
    const value = kind.own ? sql`, ${kind.own.column} = ${next[kind.own.name] ?? null}` : empty;
    const row = await unlessNameTaken(async () => {
      const [written] = await tx.sql.query<Row[]>(sql`
        UPDATE ${kind.table} r
        SET name = ${next.name}, color = ${next.color}, active = ${next.active}${value},
            version = r.version + 1, updated_at = clock_timestamp()
        WHERE r.tenant_id = wardbell.current_tenant() AND r.id = ${id}::uuid RETURNING ${columnsOf(kind)}`);
      return written;
    });
    if (!row) throw new Problem('not_found');
    if (changed.includes('name')) await renameUpcoming(tx, kind, current, next.name);
    const details = auditedChange({ ...current }, { ...row }, changed.filter(isTold(kind)));
    noteSetupChange(tx, kind.kind, 'update', { id, changed, details });
    return toRecord(row);
  }

  /** @throws Problem `record_in_use` */
  async remove(tx: Tx, kind: RecordKind, id: string, ifMatch: readonly number[] | null): Promise<void> {
    const current = await read(tx, kind, id, sql`FOR UPDATE`);
    if (ifMatch && !ifMatch.includes(current.version)) throw new Problem('version_mismatch');
    try {
      await tx.sql.execute(sql`
        DELETE FROM ${kind.table} r WHERE r.tenant_id = wardbell.current_tenant() AND r.id = ${id}::uuid`);
    } catch (error) {
      if (sqlState(error) !== SQLSTATE.foreignKeyViolation) throw error;
      throw new Problem('record_in_use', { cause: error });
    }
    noteSetupChange(tx, kind.kind, 'delete', { id });
  }
}

/** The log does not keep what people are called. */
const isTold =
  ({ kind }: RecordKind) =>
  (field: string): boolean =>
    kind !== 'practitioner' || field !== 'name';

const columnsOf = ({ own }: RecordKind): Sql =>
  sql`r.id::text, r.name, r.color, r.active, ${own ? sql`r.${own.column}, ` : empty}r.version, r.created_at, r.updated_at`;

async function read(tx: Tx, kind: RecordKind, id: string, lock: Sql): Promise<Row> {
  const [row] = await tx.sql.query<Row[]>(sql`
    SELECT ${columnsOf(kind)} FROM ${kind.table} r
    WHERE r.tenant_id = wardbell.current_tenant() AND r.id = ${id}::uuid ${lock}`);
  if (!row) throw new Problem('not_found');
  return row;
}

async function unlessNameTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (sqlState(error) !== SQLSTATE.uniqueViolation) throw error;
    throw new Problem('name_taken', { cause: error });
  }
}

/** Appointments of the past keep the name that they were written with. Each change has its event, as any other has. */
async function renameUpcoming(tx: Tx, kind: RecordKind, { id, name }: Row, to: string): Promise<void> {
  const rows = await tx.sql.query<AppointmentRow[]>(sql`
    UPDATE wardbell.appointment a
    SET ${kind.text} = ${to}, ${kind.id} = ${id}::uuid, version = a.version + 1, updated_at = clock_timestamp()
    WHERE a.tenant_id = wardbell.current_tenant() AND a.id IN (
      SELECT o.id FROM wardbell.appointment o
      WHERE o.tenant_id = wardbell.current_tenant() AND o.sort_at >= now()
        AND (o.${kind.id} = ${id}::uuid OR wardbell.fold_name(o.${kind.text}) = wardbell.fold_name(${name}))
        AND o.${kind.text} <> ${to}
      LIMIT ${MAX_APPOINTMENTS_RENAMED + 1})
    RETURNING ${APPOINTMENT_COLUMNS}`);
  if (rows.length > MAX_APPOINTMENTS_RENAMED) throw new Problem('too_many_objects');
  for (const row of rows) tx.emit({ type: 'appointment_updated', data: toAppointment(row) });
}

const toRecord = (row: Row): SetupRecord => ({
  id: row.id,
  name: row.name,
  color: row.color,
  active: row.active,
  ...(row.user_id === undefined ? {} : { user_id: row.user_id }),
  ...(row.duration_minutes === undefined ? {} : { duration_minutes: row.duration_minutes }),
  version: row.version,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
