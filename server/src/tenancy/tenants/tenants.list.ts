import { Injectable } from '@nestjs/common';
import type { PageQuery, Tenant } from '@wardbell/contract';
import type { z } from 'zod';
import { Pager } from '../../api/paging/page.js';
import type { Tx } from '../../database/tx.js';
import { Config } from '../../platform/config/config.js';
import { NIL_UUID } from '../../platform/uuid.js';
import { type DefaultLimits, defaultLimits } from '../limits/limits.js';
import { TENANT_COLUMNS, type TenantRow, toTenant } from './tenant-row.js';

/** Pages of tenants by name. The confined role sees only its own tenant. */
@Injectable()
export class TenantsList {
  readonly #defaults: DefaultLimits;

  constructor(
    private readonly pager: Pager,
    config: Config,
  ) {
    this.#defaults = defaultLimits(config);
  }

  async page(tx: Tx, query: z.output<typeof PageQuery>): Promise<{ data: Tenant[]; next: string | null }> {
    const list = `tenants/${tx.tenantId}`;
    const [name, id] = this.pager.start(list, query.after, ['', NIL_UUID]);
    const rows = await tx.sql.query<(TenantRow & { sort_name: string })[]>`
      SELECT ${TENANT_COLUMNS}, lower(t.name) AS sort_name FROM wardbell.tenant t
      WHERE (lower(t.name), t.id) > (${name}, ${id}::uuid)
      ORDER BY lower(t.name), t.id LIMIT ${query.limit + 1}`;
    const cut = this.pager.cut(list, rows, query.limit, (row) => [row.sort_name, row.id]);
    return { data: cut.rows.map((row) => toTenant(row, this.#defaults)), next: cut.next };
  }
}
