import { Injectable } from '@nestjs/common';
import type { ConnectionRow, Role, TenantScopedQuery, Transport } from '@wardbell/contract';
import sql, { empty, raw, Sql } from 'sql-template-tag';
import type { z } from 'zod';
import { Pager } from '../../api/paging/page.js';
import { scopeOf } from '../../api/parsing/scope.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { NIL_UUID } from '../../platform/uuid.js';
import { ALIVE_FOR_S } from './instance.js';

type Connection = z.output<typeof ConnectionRow>;

interface Row {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly user_id: string;
  readonly role: Role;
  readonly instance_id: string;
  readonly address: string | null;
  readonly client: string | null;
  readonly transport: Transport;
  readonly topics: string[];
  readonly connected_at: Date;
  readonly position: bigint | null;
  readonly lag: bigint | null;
  readonly pending_bytes: bigint;
  readonly sort_key: string;
}

const COLUMNS = raw(
  `c.id::text, c.tenant_id::text, c.user_id, c.role, c.instance_id::text, c.address, c.client, c.transport,
   c.topics, c.connected_at, c.connected_at::text AS sort_key, coalesce(c.position, h.seq) AS position,
   greatest(0, h.seq - coalesce(c.position, h.seq)) AS lag, coalesce(c.pending_bytes, 0) AS pending_bytes`,
);
/** Sockets of live instances only. A socket without a stored position is at its tenant's head. */
const SOCKETS = raw(
  `wardbell.connection c JOIN wardbell.instance i ON i.id = c.instance_id
   LEFT JOIN wardbell.tenant_head h ON h.tenant_id = c.tenant_id`,
);

/**
 * Open sockets of all live instances. Uses the relay role, because tenants cannot read which instances are alive, so
 * every statement must name the tenant.
 */
@Injectable()
export class ConnectionsService {
  constructor(private readonly pager: Pager) {}

  /** The oldest first. */
  async page(
    tx: Tx,
    query: z.output<typeof TenantScopedQuery>,
  ): Promise<{ data: Connection[]; next: string | null }> {
    const scope = scopeOf(tx.principal, query.tenant_id);
    const list = `connections/${scope}`;
    const [at, id] = this.pager.start(list, query.after, ['-infinity', NIL_UUID]);
    const rows = await tx.sql.query<Row[]>`
      SELECT ${COLUMNS} FROM ${SOCKETS}
      WHERE i.heartbeat_at > now() - make_interval(secs => ${ALIVE_FOR_S}) ${of(scope)}
        AND (c.connected_at, c.id) > (${at}::timestamptz, ${id}::uuid)
      ORDER BY c.connected_at, c.id LIMIT ${query.limit + 1}`;
    const cut = this.pager.cut(list, rows, query.limit, (row) => [row.sort_key, row.id]);
    return { data: cut.rows.map(toConnection), next: cut.next };
  }

  async get(tx: Tx, id: string): Promise<Connection> {
    const [row] = await tx.sql.query<Row[]>`
      SELECT ${COLUMNS} FROM ${SOCKETS}
      WHERE i.heartbeat_at > now() - make_interval(secs => ${ALIVE_FOR_S})
        AND c.id = ${id}::uuid ${of(tx.principal.tenantId)}`;
    if (!row) throw new Problem('not_found');
    return toConnection(row);
  }

  /** Closes a socket of any instance (4409). */
  async close(tx: Tx, id: string): Promise<void> {
    const { tenant_id: tenantId } = await this.get(tx, id);
    tx.disconnect({ connectionId: id, tenantId }, 'closedByAdministrator');
    tx.audit({ action: 'connection.close', objectType: 'connection', objectId: id }, tenantId);
  }
}

const of = (tenantId: string | null): Sql =>
  tenantId === null ? empty : sql`AND c.tenant_id = ${tenantId}::uuid`;

const numberOrNull = (value: bigint | null): number | null => (value === null ? null : Number(value));

const toConnection = ({ sort_key: _, ...row }: Row): Connection => ({
  ...row,
  position: numberOrNull(row.position),
  lag: numberOrNull(row.lag),
  pending_bytes: Number(row.pending_bytes),
  connected_at: row.connected_at.toISOString(),
});
