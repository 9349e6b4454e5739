import { Injectable } from '@nestjs/common';
import {
  type Gateway,
  GatewayId,
  type GatewayPut,
  type GatewayStatus,
  MAX_GATEWAYS,
  type PageQuery,
} from '@wardbell/contract';
import { raw } from 'sql-template-tag';
import type { z } from 'zod';
import { Pager } from '../../api/paging/page.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';

/** The columns that an event shows. */
export interface GatewayEventRow {
  readonly gateway_id: string;
  readonly gateway_type: string;
  readonly status: GatewayStatus;
  readonly metadata: Record<string, unknown>;
  readonly previous_status: GatewayStatus;
}

interface Row extends Omit<GatewayEventRow, 'previous_status'> {
  readonly expect_every_s: number | null;
  readonly changed_at: Date;
  readonly reported_at: Date;
}

const COLUMNS = raw(
  'g.gateway_id, g.gateway_type, g.status, g.metadata, g.expect_every_s, g.changed_at, g.reported_at',
);

/** A clinic's own gateways. A change of status is an event; other reports only move the time that silence is counted from. */
@Injectable()
export class GatewaysService {
  constructor(private readonly pager: Pager) {}

  /** By id. */
  async page(
    tx: Tx,
    { after, limit }: z.output<typeof PageQuery>,
  ): Promise<{ data: Gateway[]; next: string | null }> {
    const list = `gateways/${tx.tenantId}`;
    const [id] = this.pager.start(list, after, ['', '']);
    const rows = await tx.sql.query<Row[]>`
      SELECT ${COLUMNS} FROM wardbell.gateway g
      WHERE g.tenant_id = wardbell.current_tenant() AND g.gateway_id COLLATE "C" > ${id}
      ORDER BY g.gateway_id COLLATE "C" LIMIT ${limit + 1}`;
    const cut = this.pager.cut(list, rows, limit, (row) => [row.gateway_id, '']);
    return { data: cut.rows.map(toGateway), next: cut.next };
  }

  /** @throws Problem `validation_failed`, `too_many_objects` */
  async put(tx: Tx, gatewayId: string, body: GatewayPut): Promise<Gateway> {
    if (!GatewayId.safeParse(gatewayId).success) {
      throw new Problem('validation_failed', { errors: [{ path: 'gateway_id', message: 'must be a name' }] });
    }
    const { gateway_type, status, metadata = {}, expect_every_s = null } = body;
    // inserted as UNKNOWN, so that of two first reports at once the second one finds the status of the first
    const inserted = await tx.sql.execute`
      INSERT INTO wardbell.gateway (tenant_id, gateway_id, gateway_type)
      VALUES (wardbell.current_tenant(), ${gatewayId}, ${gateway_type}) ON CONFLICT DO NOTHING`;
    if (inserted > 0) await refuseTooMany(tx);
    const [row] = await tx.sql.query<(Row & GatewayEventRow)[]>`
      UPDATE wardbell.gateway g
      SET gateway_type = ${gateway_type}, status = ${status}, metadata = ${JSON.stringify(metadata)}::jsonb,
          expect_every_s = ${expect_every_s}::integer, reported_at = clock_timestamp(),
          due_at = CASE WHEN ${status} <> 'UNHEALTHY'
                        THEN clock_timestamp() + make_interval(secs => ${expect_every_s}::integer) END,
          changed_at = CASE WHEN old.status = ${status} THEN g.changed_at ELSE clock_timestamp() END
      FROM (SELECT o.status FROM wardbell.gateway o
            WHERE o.tenant_id = wardbell.current_tenant() AND o.gateway_id = ${gatewayId} FOR UPDATE) old
      WHERE g.tenant_id = wardbell.current_tenant() AND g.gateway_id = ${gatewayId}
      RETURNING ${COLUMNS}, old.status AS previous_status`;
    if (!row) throw new Problem('conflict'); // deleted at the same moment
    const isChanged = row.previous_status !== row.status;
    if (isChanged) emitStatusChange(tx, tx.tenantId, row);
    if (isChanged || inserted > 0) auditGateway(tx, 'gateway.status', gatewayId);
    return toGateway(row);
  }

  /** What is no longer there is UNKNOWN to those who follow the events. */
  async remove(tx: Tx, gatewayId: string): Promise<void> {
    const [row] = await tx.sql.query<Omit<GatewayEventRow, 'previous_status'>[]>`
      DELETE FROM wardbell.gateway g
      WHERE g.tenant_id = wardbell.current_tenant() AND g.gateway_id = ${gatewayId} RETURNING ${COLUMNS}`;
    if (!row) throw new Problem('not_found');
    if (row.status !== 'UNKNOWN') {
      emitStatusChange(tx, tx.tenantId, { ...row, status: 'UNKNOWN', previous_status: row.status });
    }
    auditGateway(tx, 'gateway.delete', gatewayId);
  }
}

/** Emits `gateway_status_change` to the log of a tenant. */
export const emitStatusChange = (tx: Tx, tenantId: string | null, row: GatewayEventRow): void => {
  const data = {
    gateway_id: row.gateway_id,
    tenant_id: tenantId,
    gateway_type: row.gateway_type,
    previous_status: row.previous_status,
    current_status: row.status,
    metadata: row.metadata,
  };
  tx.emit({ type: 'gateway_status_change', data }, tenantId);
};

const auditGateway = (tx: Tx, action: string, gatewayId: string): void =>
  tx.audit({ action, objectType: 'gateway', objectId: gatewayId });

const refuseTooMany = async (tx: Tx): Promise<void> => {
  const [row] = await tx.sql.query<{ count: bigint }[]>`
    SELECT count(*) FROM wardbell.gateway g WHERE g.tenant_id = wardbell.current_tenant()`;
  if ((row?.count ?? 0n) > MAX_GATEWAYS) throw new Problem('too_many_objects');
};

const toGateway = (row: Row): Gateway => ({
  gateway_id: row.gateway_id,
  gateway_type: row.gateway_type,
  status: row.status,
  metadata: row.metadata,
  expect_every_s: row.expect_every_s,
  changed_at: row.changed_at.toISOString(),
  reported_at: row.reported_at.toISOString(),
});
