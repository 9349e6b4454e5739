import { Injectable } from '@nestjs/common';
import {
  type ExternalUser,
  type ExternalUserQuery,
  KEY_ACTOR_PREFIX,
  MAX_BLOCKED_USERS,
  Role,
  Subject,
} from '@wardbell/contract';
import type { z } from 'zod';
import { Pager } from '../../api/paging/page.js';
import { scopeOf } from '../../api/parsing/scope.js';
import { SYSTEM } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { toTimestamp } from '../../platform/timestamp.js';
import { isUuid, NIL_UUID, toUserId } from '../../platform/uuid.js';
import { ExternalUsersSeen } from '../auth/external-users-seen.js';

interface Row {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly sub: string;
  readonly role: string | null;
  readonly last_seen_at: Date | null;
  readonly blocked: boolean;
  readonly blocked_at: Date | null;
}

/**
 * People of single sign-on, who have no account here. A tenant admin shuts them out of the tenant, a super admin out of
 * the installation: their tokens are refused, and their sockets close on every instance.
 */
@Injectable()
export class ExternalUsers {
  constructor(
    private readonly pager: Pager,
    private readonly seen: ExternalUsersSeen,
  ) {}

  /** By subject. */
  async page(
    tx: Tx,
    query: z.output<typeof ExternalUserQuery>,
  ): Promise<{ data: ExternalUser[]; next: string | null }> {
    const scope = scopeOf(tx.principal, query.tenant_id);
    const list = `external-users/${scope}`;
    const [sub, id] = this.pager.start(list, query.after, ['', NIL_UUID]);
    await this.seen.flush();
    const rows = await tx.sql.query<Row[]>`
      SELECT e.id::text, e.tenant_id::text, e.sub, e.role, e.last_seen_at, e.blocked_at,
             wardbell.is_blocked(e.tenant_id, e.sub) AS blocked
      FROM wardbell.external_user e
      WHERE (${scope}::uuid IS NULL OR e.tenant_id = ${scope}::uuid)
        AND (e.last_seen_at IS NOT NULL OR e.blocked_at IS NOT NULL)
        AND (e.sub COLLATE "C", e.id) > (${sub}, ${id}::uuid)
      ORDER BY e.sub COLLATE "C", e.id LIMIT ${query.limit + 1}`;
    const cut = this.pager.cut(list, rows, query.limit, (row) => [row.sub, row.id]);
    return { data: cut.rows.map(toExternalUser), next: cut.next };
  }

  /**
   * Shuts a person out, whether seen before or not. Does nothing if that was done before.
   * @throws Problem 404 for a user who has an account, 409 for oneself
   */
  async block(tx: Tx, named: string): Promise<void> {
    const sub = await externalSub(tx, named);
    if (sub === tx.principal.userId) throw new Problem('own_account');
    const { tenantId } = tx.principal;
    await refuseTooMany(tx, tenantId);
    const changed = await tx.sql.execute`
      INSERT INTO wardbell.external_user AS e (tenant_id, sub, blocked_at, blocked_by)
      VALUES (${tenantId}::uuid, ${sub}, now(), ${tx.principal.userId})
      ON CONFLICT (tenant_id, sub) DO UPDATE SET blocked_at = excluded.blocked_at, blocked_by = excluded.blocked_by
        WHERE e.blocked_at IS NULL`;
    if (changed === 0) return;
    await endBlockedSessions(tx, sub, tenantId);
    tx.disconnect({ userId: sub, tenantId }, 'accessRevoked');
    tx.audit({ action: 'user.block', objectType: 'user', objectId: sub }, tenantId);
  }

  /** Lets a person in again: a tenant admin in the tenant, unless a super admin has shut it out; a super admin everywhere. */
  async unblock(tx: Tx, named: string): Promise<void> {
    const sub = await externalSub(tx, named);
    const scope = tx.principal.tenantId;
    const rows = await tx.sql.query<{ tenant_id: string | null }[]>`
      UPDATE wardbell.external_user e SET blocked_at = NULL, blocked_by = NULL
      WHERE e.sub = ${sub} AND e.blocked_at IS NOT NULL AND (${scope}::uuid IS NULL OR e.tenant_id = ${scope}::uuid)
      RETURNING e.tenant_id::text`;
    for (const { tenant_id } of rows)
      tx.audit({ action: 'user.unblock', objectType: 'user', objectId: sub }, tenant_id);
  }
}

/** Ends sessions of people of OpenID providers: of the id, or of the subject at whichever provider. */
async function endBlockedSessions(tx: Tx, sub: string, tenantId: string | null): Promise<void> {
  const ended = await tx.sql.query<{ id: string; tenant_id: string | null }[]>`
    UPDATE wardbell.auth_session s SET revoked_at = now(), revoked_why = 'blocked'
    WHERE (s.external_id = ${sub} OR s.provider_sub = ${sub}) AND s.revoked_at IS NULL
      AND (${tenantId}::uuid IS NULL OR s.tenant_id = ${tenantId}::uuid)
    RETURNING s.id::text, s.tenant_id::text`;
  for (const { id, tenant_id } of ended)
    tx.disconnect({ sessionId: id, tenantId: tenant_id }, 'accessRevoked');
}

const toExternalUser = (row: Row): ExternalUser => ({
  sub: row.sub,
  tenant_id: row.tenant_id,
  role: Role.nullable().parse(row.role),
  last_seen_at: toTimestamp(row.last_seen_at),
  blocked: row.blocked,
  blocked_at: toTimestamp(row.blocked_at),
});

/** @throws Problem 404 when no token of a person without an account can have this subject */
async function externalSub(tx: Tx, named: string): Promise<string> {
  const sub = toUserId(named);
  const isPossible = Subject.safeParse(sub).success;
  if (!isPossible || sub === SYSTEM.userId || sub.startsWith(KEY_ACTOR_PREFIX))
    throw new Problem('not_found');
  if (isUuid(sub)) {
    const orm = await tx.orm();
    const account = await orm.userAccount.findFirst({ where: { id: sub }, select: { id: true } });
    if (account) throw new Problem('not_found');
  }
  return sub;
}

async function refuseTooMany(tx: Tx, tenantId: string | null): Promise<void> {
  const [row] = await tx.sql.query<{ count: number }[]>`
    SELECT count(*)::int AS count FROM wardbell.external_user e
    WHERE e.blocked_at IS NOT NULL AND e.tenant_id IS NOT DISTINCT FROM ${tenantId}::uuid`;
  if ((row?.count ?? 0) >= MAX_BLOCKED_USERS) throw new Problem('too_many_objects');
}
