import { Injectable } from '@nestjs/common';
import type { User, UserQuery } from '@wardbell/contract';
import type { z } from 'zod';
import { Prisma } from '../database/generated/client.js';
import type { Tx } from '../database/tx.js';
import { patternsOf } from '../http/like-patterns.js';
import { FIRST_ID, Pager } from '../http/page.js';
import { scopeOf } from '../http/scope.js';
import { toUser, USER_COLUMNS, type UserRow } from './user-row.js';

/** Pages of users by e-mail address. */
@Injectable()
export class UsersList {
  constructor(private readonly pager: Pager) {}

  async page(tx: Tx, query: z.output<typeof UserQuery>): Promise<{ data: User[]; next: string | null }> {
    const scope = scopeOf(tx.principal, query.tenant_id);
    const list = `users/${scope}`;
    const [email, id] = this.pager.start(list, query.after, ['', FIRST_ID]);
    const ofTenant = scope === null ? Prisma.empty : Prisma.sql`AND u.tenant_id = ${scope}::uuid`;
    const ofRole = query.role ? Prisma.sql`AND u.role = ${query.role}` : Prisma.empty;
    const ofStatus = query.status ? Prisma.sql`AND u.status = ${query.status}` : Prisma.empty;
    const patterns = patternsOf(query.search ?? '');
    const matching =
      patterns.length > 0
        ? Prisma.sql`AND concat_ws(' ', u.name, u.email) ILIKE ALL (${patterns}::text[])`
        : Prisma.empty;
    const rows = await tx.db.$queryRaw<UserRow[]>`
      SELECT ${USER_COLUMNS} FROM wardbell.user_account u
      WHERE u.deleted_at IS NULL AND (u.email, u.id) > (${email}, ${id}::uuid)
        ${ofTenant} ${ofRole} ${ofStatus} ${matching}
      ORDER BY u.email, u.id LIMIT ${query.limit + 1}`;
    const cut = this.pager.cut(list, rows, query.limit, (row) => [row.email, row.id]);
    return { data: cut.rows.map(toUser), next: cut.next };
  }
}
