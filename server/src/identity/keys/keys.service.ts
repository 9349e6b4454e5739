import { Injectable } from '@nestjs/common';
import {
  type IntegrationKey,
  type IntegrationKeyCreate,
  type IntegrationKeyCreated,
  KEY_ACTOR_PREFIX,
  KeyRole,
  MAX_INTEGRATION_KEYS,
  type PageQuery,
  Scope,
} from '@wardbell/contract';
import { raw } from 'sql-template-tag';
import { z } from 'zod';
import { Pager } from '../../api/paging/page.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { hashToken } from '../../platform/secret-token.js';
import { toTimestamp } from '../../platform/timestamp.js';
import { NIL_UUID } from '../../platform/uuid.js';
import { makeKey, prefixOf } from './key-text.js';

const Row = z.object({
  id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  scopes: z.array(Scope),
  role: KeyRole.nullable(),
  prefix: z.string(),
  created_by: z.string(),
  created_at: z.date(),
  expires_at: z.date().nullable(),
  last_used_at: z.date().nullable(),
});

const COLUMNS = raw(
  `k.id::text, k.tenant_id::text, k.name, k.scopes, k.role, k.prefix, k.created_by, k.created_at, k.expires_at,
   k.last_used_at, k.created_at::text AS sort_key`,
);

/** Keys of services, as the administrators of their tenant make and revoke them. */
@Injectable()
export class KeysService {
  constructor(private readonly pager: Pager) {}

  /** The oldest first. */
  async page(
    tx: Tx,
    { after, limit }: z.output<typeof PageQuery>,
  ): Promise<{ data: IntegrationKey[]; next: string | null }> {
    const list = `integration-keys/${tx.tenantId}`;
    const [at, id] = this.pager.start(list, after, ['-infinity', NIL_UUID]);
    const rows = await tx.sql.query<{ id: string; sort_key: string }[]>`
      SELECT ${COLUMNS} FROM wardbell.integration_key k
      WHERE k.tenant_id = wardbell.current_tenant() AND k.deleted_at IS NULL
        AND (k.created_at, k.id) > (${at}::timestamptz, ${id}::uuid)
      ORDER BY k.created_at, k.id LIMIT ${limit + 1}`;
    const cut = this.pager.cut(list, rows, limit, (row) => [row.sort_key, row.id]);
    return { data: cut.rows.map(toIntegrationKey), next: cut.next };
  }

  /** @throws Problem `validation_failed`, `too_many_objects` */
  async create(tx: Tx, body: IntegrationKeyCreate): Promise<IntegrationKeyCreated> {
    const expiresAt = body.expires_at === undefined ? null : new Date(body.expires_at);
    if (expiresAt !== null && expiresAt <= tx.now) {
      throw new Problem('validation_failed', {
        errors: [{ path: 'expires_at', message: 'must be in the future' }],
      });
    }
    const [{ count } = { count: 0n }] = await tx.sql.query<{ count: bigint }[]>`
      SELECT count(*) FROM wardbell.integration_key k
      WHERE k.tenant_id = wardbell.current_tenant() AND k.deleted_at IS NULL`;
    if (count >= MAX_INTEGRATION_KEYS) throw new Problem('too_many_objects');
    const key = makeKey();
    const rows = await tx.sql.query`
      INSERT INTO wardbell.integration_key AS k (tenant_id, name, hash, prefix, scopes, role, created_by, expires_at)
      VALUES (wardbell.current_tenant(), ${body.name}, ${hashToken(key)}, ${prefixOf(key)}, ${body.scopes}::text[],
              ${body.role ?? null}, ${tx.principal.userId}, ${expiresAt})
      RETURNING ${COLUMNS}`;
    const created = toIntegrationKey(rows[0]);
    tx.audit({
      action: 'integration_key.create',
      objectType: 'integration_key',
      objectId: created.id,
      changed: ['name', 'scopes', 'role', 'expires_at'],
    });
    return { ...created, key };
  }

  /** Keeps the row, so that the key stays known to be revoked. */
  async remove(tx: Tx, id: string): Promise<void> {
    const removed = await tx.sql.execute`
      UPDATE wardbell.integration_key k SET deleted_at = now()
      WHERE k.tenant_id = wardbell.current_tenant() AND k.id = ${id}::uuid AND k.deleted_at IS NULL`;
    if (removed === 0) throw new Problem('not_found');
    tx.disconnect({ userId: KEY_ACTOR_PREFIX + id, tenantId: tx.tenantId }, 'accessRevoked');
    tx.audit({ action: 'integration_key.delete', objectType: 'integration_key', objectId: id });
  }
}

const toIntegrationKey = (row: unknown): IntegrationKey => {
  const { created_at, expires_at, last_used_at, ...fields } = Row.parse(row);
  return {
    ...fields,
    created_at: created_at.toISOString(),
    expires_at: toTimestamp(expires_at),
    last_used_at: toTimestamp(last_used_at),
  };
};
