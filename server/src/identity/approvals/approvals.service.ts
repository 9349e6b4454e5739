import { Injectable } from '@nestjs/common';
import { type Approval, type ApprovalQuery, TenantRole } from '@wardbell/contract';
import sql, { type Sql } from 'sql-template-tag';
import type { z } from 'zod';
import { Pager } from '../../api/paging/page.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { UsersService } from '../users/users.service.js';
import {
  APPROVAL_COLUMNS,
  type ApprovalRow,
  auditApproval,
  tellAdmins,
  toApproval,
} from './approval-requests.js';

/** After every row: the newest come first. */
const LAST = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'] as const;

/** What waits for an approval, and what becomes of it. Statements run as the role of accounts, in the caller's tenant. */
@Injectable()
export class ApprovalsService {
  constructor(
    private readonly users: UsersService,
    private readonly pager: Pager,
  ) {}

  /** The newest first. */
  async page(
    tx: Tx,
    { after, limit, status }: z.output<typeof ApprovalQuery>,
  ): Promise<{ data: Approval[]; next: string | null }> {
    const list = `approvals/${tx.tenantId}/${status ?? ''}`;
    const [at, id] = this.pager.start(list, after, LAST);
    const rows = await tx.sql.query<(ApprovalRow & { sort_key: string })[]>`
      SELECT ${APPROVAL_COLUMNS}, a.requested_at::text AS sort_key FROM wardbell.approval a
      WHERE (${tx.tenantId}::uuid IS NULL OR a.tenant_id = ${tx.tenantId}::uuid)
        AND (${status ?? null}::text IS NULL OR a.status = ${status ?? null})
        AND (a.requested_at, a.id) < (${at}::timestamptz, ${id}::uuid)
      ORDER BY a.requested_at DESC, a.id DESC LIMIT ${limit + 1}`;
    const cut = this.pager.cut(list, rows, limit, (row) => [row.sort_key, row.id]);
    return { data: cut.rows.map(toApproval), next: cut.next };
  }

  /** The change takes effect. @throws Problem `not_found`, `already_decided`; what the change itself is refused for */
  async approve(tx: Tx, id: string): Promise<Approval> {
    const row = await this.#lockPending(tx, id);
    await this.#apply(tx, row);
    const decided = await decide(tx, id, sql`status = 'approved', decided_by = ${tx.principal.userId}`);
    auditApproval(tx, 'approval.approve', decided);
    return toApproval(decided);
  }

  /** @throws Problem `not_found`, `already_decided` */
  async reject(tx: Tx, id: string): Promise<Approval> {
    await this.#lockPending(tx, id);
    const decided = await decide(tx, id, sql`status = 'rejected', decided_by = ${tx.principal.userId}`);
    auditApproval(tx, 'approval.reject', decided);
    return toApproval(decided);
  }

  /** The change takes effect because its time is over; false: somebody has decided meanwhile, or does so now. */
  async elapse(tx: Tx, id: string): Promise<boolean> {
    const [row] = await tx.sql.query<ApprovalRow[]>`
      SELECT ${APPROVAL_COLUMNS} FROM wardbell.approval a
      WHERE a.id = ${id}::uuid AND a.status = 'pending' AND a.effective_at <= clock_timestamp()
      FOR UPDATE SKIP LOCKED`;
    if (!row) return false;
    await this.#apply(tx, row);
    const decided = await decide(tx, id, sql`status = 'elapsed'`);
    auditApproval(tx, 'approval.elapse', decided);
    await tellAdmins(tx, row, 'A change to an account by a super admin has taken effect.');
    return true;
  }

  /** It cannot take effect any more. `problem` is a code, such as `email_taken`. */
  async fail(tx: Tx, id: string, problem: string): Promise<void> {
    const decided = await decide(tx, id, sql`status = 'failed', problem = ${problem}`);
    auditApproval(tx, 'approval.fail', decided);
  }

  async #lockPending(tx: Tx, id: string): Promise<ApprovalRow> {
    const [row] = await tx.sql.query<ApprovalRow[]>`
      SELECT ${APPROVAL_COLUMNS} FROM wardbell.approval a
      WHERE a.id = ${id}::uuid AND a.tenant_id = ${tx.principal.tenantId}::uuid FOR UPDATE`;
    if (!row) throw new Problem('not_found');
    if (row.status !== 'pending') throw new Problem('already_decided');
    return row;
  }

  async #apply(tx: Tx, row: ApprovalRow): Promise<void> {
    const { kind, tenant_id: tenantId, user_id: userId, email, name, change, password_hash: hash } = row;
    if (kind === 'user_create') {
      await this.users.insert(tx, {
        tenantId,
        email,
        name,
        role: TenantRole.parse(change.role),
        status: change.status ?? 'active',
        passwordHash: hash,
      });
    } else if (userId === null) {
      throw new Error('a change of nobody');
    } else if (kind === 'user_update') {
      await this.users.change(tx, userId, { ...change, ...(hash === null ? {} : { passwordHash: hash }) });
    } else {
      await this.users.dropFactors(tx, userId);
    }
  }
}

/** Ends an approval that this transaction has locked. Its password is forgotten. */
async function decide(tx: Tx, id: string, outcome: Sql): Promise<ApprovalRow> {
  const [row] = await tx.sql.query<ApprovalRow[]>`
    UPDATE wardbell.approval a SET ${outcome}, decided_at = clock_timestamp(), password_hash = NULL
    WHERE a.id = ${id}::uuid AND a.status = 'pending' RETURNING ${APPROVAL_COLUMNS}`;
  if (!row) throw new Problem('already_decided');
  return row;
}
