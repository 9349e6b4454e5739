import type { Database } from '../database/database.service.js';
import type { Principal } from '../database/principal.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../errors/problem.js';

/**
 * The tenant that an administrator asks about: their own, for a super admin the one that is named (null: all).
 * Naming another's is 404: whether it exists is nobody's business.
 */
export function scopeOf(principal: Principal, named: string | undefined): string | null {
  const tenantId = named?.toLowerCase() ?? null;
  if (principal.tenantId === null) return tenantId;
  if (tenantId !== null && tenantId !== principal.tenantId) throw new Problem('not_found');
  return principal.tenantId;
}

/** A tenant's people work as the confined role, super admins across tenants. */
export const asAdmin = <T>(
  database: Database,
  principal: Principal,
  work: (tx: Tx) => Promise<T>,
): Promise<T> =>
  principal.tenantId === null
    ? database.acrossTenants(principal, work)
    : database.inTenant(principal, principal.tenantId, work);
