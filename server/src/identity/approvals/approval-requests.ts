import { Injectable } from '@nestjs/common';
import { APPROVAL_HOURS, type Approval } from '@wardbell/contract';
import { raw } from 'sql-template-tag';
import type { Tx } from '../../database/tx.js';
import { sendNotice } from '../../notices/send-notice.js';
import { Config } from '../../platform/config/config.js';
import { Problem } from '../../platform/errors/problem.js';
import { toTimestamp } from '../../platform/timestamp.js';

/** Changes of one tenant that wait at the same time. */
const MAX_PENDING = 100;
/** For so long a person of single sign-on counts as one of the tenant after the last visit. */
const EXTERNAL_ADMIN_DAYS = 90;

export const APPROVAL_COLUMNS = raw(
  `a.id::text, a.tenant_id::text, a.kind, a.user_id::text, a.email, a.name, a.change, a.changed, a.password_hash,
   a.requested_by, a.requested_at, a.effective_at, a.status, a.decided_by, a.decided_at, a.problem`,
);

/** As stored. The password is known by its hash only, and only while it waits. */
export type ApprovalRow = Omit<Approval, 'requested_at' | 'effective_at' | 'decided_at'> & {
  readonly password_hash: string | null;
  readonly requested_at: Date;
  readonly effective_at: Date;
  readonly decided_at: Date | null;
};

export type NewApproval = Pick<
  ApprovalRow,
  'kind' | 'tenant_id' | 'user_id' | 'email' | 'name' | 'change' | 'changed' | 'password_hash'
>;

/** Tells all admins of the tenant. The notice names nobody: the list does. */
export async function tellAdmins(
  tx: Tx,
  { id, tenant_id }: Pick<ApprovalRow, 'id' | 'tenant_id'>,
  message: string,
): Promise<void> {
  await sendNotice(tx, tenant_id, {
    message,
    level: 'warning',
    audience: { roles: ['tenant_admin'] },
    context: { approval_id: id },
  });
}

/** Asks admins of a tenant to approve what a super admin changes on its accounts, who could otherwise act as one of them. */
@Injectable()
export class ApprovalRequests {
  readonly #hasSingleSignOn: boolean;

  constructor({ identityProvider, oidcProviders }: Config) {
    this.#hasSingleSignOn = identityProvider !== undefined || oidcProviders.length > 0;
  }

  /**
   * Does a change to accounts of this tenant need an approval? It does when a super admin makes it and the tenant has an
   * admin who has chosen the own password (another one's is known to whoever chose it). One who was disabled or deleted less
   * than 24 h ago counts too: otherwise a super admin would remove all admins first.
   */
  async areNeeded(tx: Tx, tenantId: string | null): Promise<boolean> {
    const { role, userId } = tx.principal;
    if (tenantId === null || role !== 'super_admin' || userId === 'system') return false;
    const [row] = await tx.sql.query<{ has_admin: boolean }[]>`
      SELECT EXISTS (
               SELECT FROM wardbell.user_account u
               WHERE u.tenant_id = ${tenantId}::uuid AND u.role = 'tenant_admin' AND u.password_expires_at IS NULL
                 AND (u.status = 'active' AND u.deleted_at IS NULL
                      OR u.updated_at > clock_timestamp() - make_interval(hours => ${APPROVAL_HOURS})))
          OR (${this.#hasSingleSignOn} AND EXISTS (
               SELECT FROM wardbell.external_user e
               WHERE e.tenant_id = ${tenantId}::uuid AND e.role = 'tenant_admin' AND e.blocked_at IS NULL
                 AND e.last_seen_at > clock_timestamp() - make_interval(days => ${EXTERNAL_ADMIN_DAYS}))) AS has_admin`;
    return row?.has_admin ?? false;
  }

  /** Stores a change and tells the admins of the tenant at once. @throws Problem `too_many_objects` beyond 100 */
  async create(tx: Tx, approval: NewApproval): Promise<Approval> {
    const { tenant_id: tenantId, kind, user_id: userId, email, name, change, changed } = approval;
    const [pending] = await tx.sql.query<{ count: number }[]>`
      SELECT count(*)::int AS count FROM wardbell.approval
      WHERE tenant_id = ${tenantId}::uuid AND status = 'pending'`;
    if ((pending?.count ?? 0) >= MAX_PENDING) throw new Problem('too_many_objects');
    const [row] = await tx.sql.query<ApprovalRow[]>`
      INSERT INTO wardbell.approval AS a
        (tenant_id, kind, user_id, email, name, change, changed, password_hash, requested_by, effective_at)
      VALUES (${tenantId}::uuid, ${kind}, ${userId}::uuid, ${email}, ${name}, ${JSON.stringify(change)}::jsonb,
              ${changed}::text[], ${approval.password_hash}, ${tx.principal.userId},
              clock_timestamp() + make_interval(hours => ${APPROVAL_HOURS}))
      RETURNING ${APPROVAL_COLUMNS}`;
    if (!row) throw new Error('INSERT returned no row');
    await tellAdmins(
      tx,
      row,
      `A super admin asks for a change to an account. It takes effect in ${APPROVAL_HOURS} hours unless it is rejected.`,
    );
    auditApproval(tx, 'approval.request', row);
    return toApproval(row);
  }
}

/** Audits a step of an approval, in the chain of its tenant. */
export function auditApproval(tx: Tx, action: string, row: ApprovalRow): void {
  tx.audit(
    {
      action,
      objectType: 'approval',
      objectId: row.id,
      changed: row.changed,
      details: { kind: row.kind, requested_by: row.requested_by },
    },
    row.tenant_id,
  );
}

/** For the API: without the hash. */
export const toApproval = (row: ApprovalRow): Approval => ({
  id: row.id,
  tenant_id: row.tenant_id,
  kind: row.kind,
  user_id: row.user_id,
  email: row.email,
  name: row.name,
  change: row.change,
  changed: row.changed,
  requested_by: row.requested_by,
  requested_at: row.requested_at.toISOString(),
  effective_at: row.effective_at.toISOString(),
  status: row.status,
  decided_by: row.decided_by,
  decided_at: toTimestamp(row.decided_at),
  problem: row.problem,
});
