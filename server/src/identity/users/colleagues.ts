import { Controller, Injectable } from '@nestjs/common';
import { api, type Colleague, type PageQuery, Role } from '@wardbell/contract';
import type { z } from 'zod';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { Pager } from '../../api/paging/page.js';
import type { Tx } from '../../database/tx.js';
import { NIL_UUID } from '../../platform/uuid.js';

const routes = api.colleagues;

/** The users of a tenant by name, without addresses, for every member of the tenant. */
@Injectable()
export class Colleagues {
  constructor(private readonly pager: Pager) {}

  async page(
    tx: Tx,
    { after, limit }: z.output<typeof PageQuery>,
  ): Promise<{ data: readonly Colleague[]; next: string | null }> {
    const list = `colleagues/${tx.tenantId}`;
    const [name, id] = this.pager.start(list, after, ['', NIL_UUID]);
    const orm = await tx.orm();
    const rows = await orm.userAccount.findMany({
      select: { id: true, name: true, role: true },
      where: {
        tenant_id: tx.tenantId,
        deleted_at: null,
        OR: [{ name: { gt: name } }, { name, id: { gt: id } }],
      },
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
      take: limit + 1,
    });
    const cut = this.pager.cut(list, rows, limit, (row) => [row.name, row.id]);
    return { data: cut.rows.map((row) => ({ ...row, role: Role.parse(row.role) })), next: cut.next };
  }
}

@Controller()
export class ColleaguesController {
  constructor(private readonly colleagues: Colleagues) {}

  @Endpoint(routes.list)
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.colleagues.page(tx, query);
  }
}
