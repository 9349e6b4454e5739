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

interface UserPage {
  readonly data: User[];
  readonly next: string | null;
  readonly total?: number;
}
type Filter = Omit<z.output<typeof UserQuery>, 'limit' | 'after'>;

/** Pages of users by e-mail address. */
@Injectable()
export class UsersList {
  constructor(private readonly pager: Pager) {}

  /** The number of users that `page` finds, in all. */
  async count(tx: Tx, query: Filter): Promise<number> {
    const orm = await tx.orm();
    return orm.userAccount.count({ where: filterOf(scopeOf(tx.principal, query.tenant_id), query) });
  }

  async page(tx: Tx, query: z.output<typeof UserQuery>): Promise<UserPage> {
    const scope = scopeOf(tx.principal, query.tenant_id);
    const list = `users/${scope}`;
    const [email, id] = this.pager.start(list, query.after, ['', NIL_UUID]);
    const orm = await tx.orm();
    const rows = await orm.userAccount.findMany({
      where: {
        ...filterOf(scope, query),
        OR: [{ email: { gt: email } }, { email, id: { gt: id } }],
      },
      orderBy: [{ email: 'asc' }, { id: 'asc' }],
      take: query.limit + 1,
    });
    const cut = this.pager.cut(list, rows, query.limit, (row) => [row.email ?? '', row.id]);
    return {
      data: await withState(tx, cut.rows.map(toUser)),
      next: cut.next,
      ...(query.total ? { total: await this.count(tx, query) } : {}),
    };
  }
}

const filterOf = (scope: string | null, { role, status, search = '' }: Filter) => ({
  deleted_at: null,
  ...(scope === null ? {} : { tenant_id: scope }),
  ...(role === undefined ? {} : { role }),
  ...(status === undefined ? {} : { status }),
  AND: wordsOf(search).map((contains) => ({
    OR: [
      { name: { contains, mode: 'insensitive' as const } },
      { email: { contains, mode: 'insensitive' as const } },
    ],
  })),
});
