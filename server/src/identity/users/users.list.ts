import { Injectable } from '@nestjs/common';
import type { User, UserQuery } from '@wardbell/contract';
import type { z } from 'zod';
import { wordsOf } from '../../api/paging/like-patterns.js';
import { Pager } from '../../api/paging/page.js';
import { scopeOf } from '../../api/parsing/scope.js';
import type { Tx } from '../../database/tx.js';
import { NIL_UUID } from '../../platform/uuid.js';
import { toUser } from '../user-row.js';
import { withState } from './account-state.js';

/** Pages of users by e-mail address. */
@Injectable()
export class UsersList {
  constructor(private readonly pager: Pager) {}

  async page(tx: Tx, query: z.output<typeof UserQuery>): Promise<{ data: User[]; next: string | null }> {
    const scope = scopeOf(tx.principal, query.tenant_id);
    const list = `users/${scope}`;
    const [email, id] = this.pager.start(list, query.after, ['', NIL_UUID]);
    const orm = await tx.orm();
    const rows = await orm.userAccount.findMany({
      where: {
        deleted_at: null,
        ...(scope === null ? {} : { tenant_id: scope }),
        ...(query.role === undefined ? {} : { role: query.role }),
        ...(query.status === undefined ? {} : { status: query.status }),
        AND: [
          { OR: [{ email: { gt: email } }, { email, id: { gt: id } }] },
          ...wordsOf(query.search ?? '').map((contains) => ({
            OR: [
              { name: { contains, mode: 'insensitive' as const } },
              { email: { contains, mode: 'insensitive' as const } },
            ],
          })),
        ],
      },
      orderBy: [{ email: 'asc' }, { id: 'asc' }],
      take: query.limit + 1,
    });
    const cut = this.pager.cut(list, rows, query.limit, (row) => [row.email ?? '', row.id]);
    return { data: await withState(tx, cut.rows.map(toUser)), next: cut.next };
  }
}
