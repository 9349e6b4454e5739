import { Injectable } from '@nestjs/common';
import type { UsageQuery, UsageRow } from '@wardbell/contract';
import type { z } from 'zod';
import { Pager } from '../../api/paging/page.js';
import type { Tx } from '../../database/tx.js';
import { Config } from '../../platform/config/config.js';
import { NIL_UUID } from '../../platform/uuid.js';
import { ALIVE_FOR_S } from '../../realtime/connections/instance.js';

interface TenantRow {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly status: UsageRow['status'];
  readonly connections: bigint;
  readonly max_connections: number;
  readonly sort_name: string;
}

interface MinuteRow {
  readonly tenant_id: string;
  /** 0 is the oldest requested minute. */
  readonly index: number;
  readonly peak: bigint;
  readonly rejected: bigint;
  readonly messages_sent: bigint;
}

/**
 * Usage of all tenants, one page in two statements. It reads minutes instead of the day, because consoles request it
 * every few seconds; it reads at most limit x minutes x instances rows.
 */
@Injectable()
export class UsageList {
  constructor(
    private readonly config: Config,
    private readonly pager: Pager,
  ) {}

  /** Needs the relay role: tenants cannot read which instances are alive. */
  async page(tx: Tx, query: z.output<typeof UsageQuery>): Promise<{ data: UsageRow[]; next: string | null }> {
    const list = 'usage';
    const [name, id] = this.pager.start(list, query.after, ['', NIL_UUID]);
    const tenants = await tx.sql.query<TenantRow[]>`
      SELECT t.id::text, t.name, t.slug, t.status, lower(t.name) AS sort_name,
        least(coalesce(t.max_connections, ${this.config.maxConnectionsPerTenant}::int), t.ceiling_connections)
          AS max_connections,
        (SELECT count(*) FROM wardbell.connection c JOIN wardbell.instance i ON i.id = c.instance_id
          WHERE c.tenant_id = t.id AND i.heartbeat_at > now() - make_interval(secs => ${ALIVE_FOR_S}))
          AS connections
      FROM wardbell.tenant t
      WHERE (lower(t.name), t.id) > (${name}, ${id}::uuid)
      ORDER BY lower(t.name), t.id LIMIT ${query.limit + 1}`;
    const cut = this.pager.cut(list, tenants, query.limit, (row) => [row.sort_name, row.id]);
    const minutes = await this.#minutes(tx, cut.rows, query.minutes);
    return {
      data: cut.rows.map((row) => toUsage(row, minutes.get(row.id) ?? [], query.minutes)),
      next: cut.next,
    };
  }

  async #minutes(tx: Tx, tenants: readonly TenantRow[], minutes: number): Promise<Map<string, MinuteRow[]>> {
    const ids = tenants.map((row) => row.id);
    const rows = await tx.sql.query<MinuteRow[]>`
      SELECT u.tenant_id::text, sum(u.peak_connections) AS peak, sum(u.rejected) AS rejected,
             sum(u.messages_sent)::bigint AS messages_sent,
             (${minutes - 1}::int - extract(epoch FROM date_trunc('minute', now()) - u.minute) / 60)::int AS index
      FROM wardbell.tenant_usage u
      WHERE u.tenant_id = ANY(${ids}::uuid[])
        AND u.minute > date_trunc('minute', now()) - make_interval(mins => ${minutes}::int)
      GROUP BY u.tenant_id, u.minute`;
    const byTenant = new Map<string, MinuteRow[]>();
    for (const row of rows) {
      const known = byTenant.get(row.tenant_id);
      if (known) known.push(row);
      else byTenant.set(row.tenant_id, [row]);
    }
    return byTenant;
  }
}

const toUsage = (tenant: TenantRow, rows: readonly MinuteRow[], minutes: number): UsageRow => {
  const connections = Number(tenant.connections);
  const perMinute = new Array<number>(minutes).fill(0);
  let peak = connections;
  let rejected = 0;
  for (const row of rows) {
    // an instance whose clock is ahead of this statement may already have begun the next minute
    const index = Math.min(row.index, minutes - 1);
    perMinute[index] = (perMinute[index] ?? 0) + Number(row.messages_sent);
    peak = Math.max(peak, Number(row.peak));
    rejected += Number(row.rejected);
  }
  return {
    tenant_id: tenant.id,
    name: tenant.name,
    slug: tenant.slug,
    status: tenant.status,
    connections,
    max_connections: tenant.max_connections,
    peak_connections: peak,
    rejected,
    messages_sent: perMinute.reduce((sum, count) => sum + count, 0),
    messages_per_minute: perMinute,
  };
};
