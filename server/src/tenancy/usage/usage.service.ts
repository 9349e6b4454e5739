import { Injectable } from '@nestjs/common';
import type { TenantUsage, UsageHistory } from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';
import { Config } from '../../platform/config/config.js';
import { Problem } from '../../platform/errors/problem.js';
import { ALIVE_FOR_S } from '../../realtime/connections/instance.js';
import { deliveryQuantileMs } from './quantile.js';

/** Window of the latency quantiles. Those of the whole day would hide a current slowdown. */
const LATENCY_WINDOW_S = 300;

interface Row {
  readonly connections: bigint;
  readonly max_connections: number;
  readonly peak: bigint;
  readonly rejected: bigint;
  readonly rejected_by: Record<string, number> | null;
  readonly messages_sent: bigint;
  readonly buckets: bigint[] | null;
}

interface MinuteRow {
  readonly minute: Date;
  readonly peak: bigint;
  readonly rejected: bigint;
  readonly rejected_by: Record<string, number> | null;
  readonly messages_sent: bigint;
  readonly buckets: bigint[] | null;
}

/** Usage of a tenant over all instances: current sockets, and counts since the start of the day in UTC. */
@Injectable()
export class UsageService {
  constructor(private readonly config: Config) {}

  /** Needs the relay role: tenants cannot read which instances are alive. */
  async get(tx: Tx, tenantId: string): Promise<TenantUsage> {
    const [row] = await tx.sql.query<Row[]>`
      WITH today AS (
        SELECT u.* FROM wardbell.tenant_usage u
        WHERE u.tenant_id = ${tenantId}::uuid AND u.minute >= date_trunc('day', now(), 'UTC')
      )
      SELECT
        (SELECT count(*) FROM wardbell.connection c JOIN wardbell.instance i ON i.id = c.instance_id
          WHERE c.tenant_id = t.id AND i.heartbeat_at > now() - make_interval(secs => ${ALIVE_FOR_S}))
          AS connections,
        least(coalesce(t.max_connections, ${this.config.maxConnectionsPerTenant}::int), t.ceiling_connections)
          AS max_connections,
        (SELECT coalesce(max(m.peak), 0) FROM (SELECT sum(u.peak_connections) AS peak FROM today u
          GROUP BY u.minute) m) AS peak,
        (SELECT coalesce(sum(u.rejected), 0) FROM today u) AS rejected,
        (SELECT jsonb_object_agg(s.reason, s.count) FROM (
          SELECT e.key AS reason, sum(e.value::int) AS count FROM today u, jsonb_each_text(u.rejected_by) AS e
          GROUP BY e.key) s) AS rejected_by,
        (SELECT coalesce(sum(u.messages_sent), 0)::bigint FROM today u) AS messages_sent,
        (SELECT array_agg(s.count ORDER BY s.ordinality) FROM (
          SELECT b.ordinality, sum(b.count)::bigint AS count
          FROM wardbell.tenant_usage u, unnest(u.delivery_buckets) WITH ORDINALITY AS b(count, ordinality)
          WHERE u.tenant_id = t.id AND u.minute > now() - make_interval(secs => ${LATENCY_WINDOW_S})
          GROUP BY b.ordinality) s) AS buckets
      FROM wardbell.tenant t WHERE t.id = ${tenantId}::uuid`;
    if (!row) throw new Problem('not_found');
    const connections = Number(row.connections);
    return {
      connections,
      max_connections: row.max_connections,
      default_max_connections: this.config.maxConnectionsPerTenant,
      default_max_connections_per_user: this.config.maxConnectionsPerUser,
      peak_connections: Math.max(Number(row.peak), connections),
      rejected: Number(row.rejected),
      rejected_by: row.rejected_by ?? {},
      messages_sent: Number(row.messages_sent),
      delivery_ms: deliveryMs(row.buckets),
    };
  }

  /** The last minutes individually, including the current one. Instances report every ten seconds. */
  async history(tx: Tx, tenantId: string, minutes: number): Promise<UsageHistory> {
    const rows = await tx.sql.query<MinuteRow[]>`
      SELECT m.minute, coalesce(sum(u.peak_connections), 0) AS peak, coalesce(sum(u.rejected), 0) AS rejected,
             coalesce(sum(u.messages_sent), 0)::bigint AS messages_sent,
             (SELECT jsonb_object_agg(s.reason, s.count) FROM (
               SELECT e.key AS reason, sum(e.value::int) AS count
               FROM wardbell.tenant_usage v, jsonb_each_text(v.rejected_by) AS e
               WHERE v.tenant_id = ${tenantId}::uuid AND v.minute = m.minute
               GROUP BY e.key) s) AS rejected_by,
             (SELECT array_agg(s.count ORDER BY s.ordinality) FROM (
               SELECT b.ordinality, sum(b.count)::bigint AS count
               FROM wardbell.tenant_usage v, unnest(v.delivery_buckets) WITH ORDINALITY AS b(count, ordinality)
               WHERE v.tenant_id = ${tenantId}::uuid AND v.minute = m.minute
               GROUP BY b.ordinality) s) AS buckets
      FROM wardbell.tenant t
      CROSS JOIN generate_series(date_trunc('minute', now()) - make_interval(mins => ${minutes - 1}::int),
                                 date_trunc('minute', now()), interval '1 minute') AS m(minute)
      LEFT JOIN wardbell.tenant_usage u ON u.tenant_id = t.id AND u.minute = m.minute
      WHERE t.id = ${tenantId}::uuid
      GROUP BY m.minute ORDER BY m.minute`;
    if (rows.length === 0) throw new Problem('not_found');
    return {
      data: rows.map((row) => ({
        minute: row.minute.toISOString(),
        peak_connections: Number(row.peak),
        rejected: Number(row.rejected),
        rejected_by: row.rejected_by ?? {},
        messages_sent: Number(row.messages_sent),
        delivery_ms: deliveryMs(row.buckets),
      })),
    };
  }
}

const deliveryMs = (buckets: readonly bigint[] | null): TenantUsage['delivery_ms'] => {
  const counts = (buckets ?? []).map(Number);
  return { p50: deliveryQuantileMs(counts, 0.5), p99: deliveryQuantileMs(counts, 0.99) };
};
