import type { Principal } from '../../database/principal.js';
import { Problem } from '../../platform/errors/problem.js';

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
