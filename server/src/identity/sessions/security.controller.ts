import { Controller } from '@nestjs/common';
import { api, type TenantSecurity } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { defined } from '../../api/parsing/defined.js';
import { auditedChange } from '../../database/audited-change.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { endOldestSessions } from './login-session.js';
import { fieldsBelow, raiseTo, readSecurity } from './security-policy.js';

const routes = api.tenants;

/** The security policy of a tenant. */
@Controller()
export class SecurityController {
  @Endpoint(routes.security, { unit: 'accounts' })
  async get({ tx, id }: Call<typeof routes.security>): Promise<object> {
    await findTenant(tx, id);
    return readSecurity(tx, id);
  }

  /** Sessions that are open get the new limits in the same transaction. */
  @Endpoint(routes.setSecurity, { unit: 'accounts' })
  async set({ tx, id, body }: Call<typeof routes.setSecurity>): Promise<object> {
    await findTenant(tx, id);
    await lockPolicy(tx, id);
    const present = await readSecurity(tx, id);
    if (tx.principal.tenantId !== null && body.floor && !isSame(body.floor, present.floor)) {
      throw new Problem('field_not_allowed', {
        errors: [{ path: 'floor', message: 'is for super admins only' }],
      });
    }
    const floor = body.floor ?? present.floor;
    const asked = { ...present.policy, ...defined(body.policy ?? {}) };
    const below = body.policy === undefined ? [] : fieldsBelow(asked, floor);
    if (below.length > 0) {
      throw new Problem('below_floor', {
        errors: below.map((field) => ({ path: `policy.${field}`, message: 'is below the floor' })),
      });
    }
    const security = { policy: raiseTo(asked, floor), floor };
    await store(tx, id, security);
    await applyToSessions(tx, id, security);
    const changed = Object.keys(body).filter((field) => field === 'policy' || field === 'floor');
    const details = auditedChange({ ...present }, { ...security }, ['policy', 'floor']);
    tx.audit({ action: 'tenant.security', objectType: 'tenant', objectId: id, changed, details }, id);
    return security;
  }
}

/** @throws Problem 404 for a tenant that does not exist or is another's */
async function findTenant(tx: Tx, id: string): Promise<void> {
  const { tenantId } = tx.principal;
  if (tenantId !== null && tenantId !== id) throw new Problem('not_found');
  const found = await tx.sql.query<object[]>`SELECT FROM wardbell.tenant WHERE id = ${id}::uuid`;
  if (found.length === 0) throw new Problem('not_found');
}

/**
 * Lets changes of a tenant's policy wait for each other. An advisory lock, because the role of accounts writes no tenant
 * and so cannot lock its row.
 */
const lockPolicy = (tx: Tx, id: string): Promise<number> =>
  tx.sql.execute`SELECT pg_advisory_xact_lock(hashtextextended('wardbell.security/' || ${id}, 0))`;

async function store(tx: Tx, tenantId: string, { policy, floor }: TenantSecurity): Promise<void> {
  const orm = await tx.orm();
  const row = { policy, floor, updated_at: tx.now };
  await orm.tenantSecurity.upsert({
    where: { tenant_id: tenantId },
    create: { tenant_id: tenantId, ...row },
    update: row,
  });
}

async function applyToSessions(tx: Tx, tenantId: string, { policy }: TenantSecurity): Promise<void> {
  await tx.sql.execute`
    UPDATE wardbell.auth_session SET
      idle_minutes = ${policy.idle_minutes},
      expires_at = least(expires_at, created_at + make_interval(hours => ${policy.absolute_hours}))
    WHERE tenant_id = ${tenantId}::uuid AND revoked_at IS NULL`;
  await endOldestSessions(tx, { tenantId, max: policy.max_sessions_per_user });
}

const isSame = (a: object, b: object): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
