import { Injectable } from '@nestjs/common';
import {
  EventTypeName,
  type EventTypePut,
  type EventTypeRow,
  MAX_EVENT_TYPES,
  type PageQuery,
} from '@wardbell/contract';
import { raw } from 'sql-template-tag';
import { z } from 'zod';
import { Pager } from '../../api/paging/page.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { invalid, refuseReserved } from '../publication.js';
import { SchemaError } from './schema-bounds.js';
import { Validator } from './validator.js';

const Row = z.object({
  type: EventTypeName,
  description: z.string().nullable(),
  schema: z.unknown(),
  version: z.int(),
  created_at: z.date(),
  updated_at: z.date(),
});

const COLUMNS = raw('t.type, t.description, t.schema, t.version, t.created_at, t.updated_at');

/** Application-defined event types as a tenant describes them. */
@Injectable()
export class EventTypesService {
  constructor(private readonly pager: Pager) {}

  /** By name. */
  async page(
    tx: Tx,
    { after, limit }: z.output<typeof PageQuery>,
  ): Promise<{ data: EventTypeRow[]; next: string | null }> {
    const list = `event-types/${tx.tenantId}`;
    const [type] = this.pager.start(list, after, ['', '']);
    const rows = await tx.sql.query<{ type: string }[]>`
      SELECT ${COLUMNS} FROM wardbell.event_type t
      WHERE t.tenant_id = wardbell.current_tenant() AND t.type > ${type} ORDER BY t.type LIMIT ${limit + 1}`;
    const cut = this.pager.cut(list, rows, limit, (row) => [row.type, '']);
    return { data: cut.rows.map(toEventType), next: cut.next };
  }

  async get(tx: Tx, type: string): Promise<EventTypeRow> {
    const [row] = await tx.sql.query`
      SELECT ${COLUMNS} FROM wardbell.event_type t
      WHERE t.tenant_id = wardbell.current_tenant() AND t.type = ${type}`;
    if (row === undefined) throw new Problem('not_found');
    return toEventType(row);
  }

  /**
   * Describes a type. What was published stays as it is; a change counts `version` up, the same again changes nothing.
   * @throws Problem `validation_failed`, `reserved_type`, `too_many_objects`
   */
  async put(tx: Tx, type: string, body: EventTypePut): Promise<EventTypeRow> {
    const { description, schema = null } = body;
    if (!EventTypeName.safeParse(type).success) throw invalid([{ path: 'type', message: 'must be a name' }]);
    refuseReserved(type, 'type');
    if (schema !== null) refuseBadSchema(schema);
    const text = schema === null ? null : JSON.stringify(schema);
    const [{ count } = { count: 0n }] = await tx.sql.query<{ count: bigint }[]>`
      SELECT count(*) FROM wardbell.event_type t WHERE t.tenant_id = wardbell.current_tenant() AND t.type <> ${type}`;
    if (count >= MAX_EVENT_TYPES) throw new Problem('too_many_objects');
    const changed = await tx.sql.execute`
      INSERT INTO wardbell.event_type AS t (tenant_id, type, description, schema)
      VALUES (wardbell.current_tenant(), ${type}, ${description ?? null}, ${text}::json)
      ON CONFLICT (tenant_id, type) DO UPDATE
        SET description = excluded.description, schema = excluded.schema, version = t.version + 1,
            updated_at = clock_timestamp()
        WHERE (t.description, t.schema::text) IS DISTINCT FROM (excluded.description, excluded.schema::text)`;
    if (changed > 0) tx.audit({ action: 'event_type.put', objectType: 'event_type', objectId: type });
    return this.get(tx, type);
  }

  async remove(tx: Tx, type: string): Promise<void> {
    const removed = await tx.sql.execute`
      DELETE FROM wardbell.event_type t WHERE t.tenant_id = wardbell.current_tenant() AND t.type = ${type}`;
    if (removed === 0) throw new Problem('not_found');
    tx.audit({ action: 'event_type.delete', objectType: 'event_type', objectId: type });
  }
}

function refuseBadSchema(schema: object | boolean): void {
  try {
    new Validator(schema);
  } catch (error) {
    if (error instanceof SchemaError) throw invalid([{ path: 'schema', message: error.message }]);
    throw error;
  }
}

const toEventType = (row: unknown): EventTypeRow => {
  const { created_at, updated_at, ...fields } = Row.parse(row);
  return { ...fields, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
};
