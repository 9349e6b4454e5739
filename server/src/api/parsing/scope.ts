import type { Principal } from '../../database/principal.js';
import { Problem } from '../../platform/errors/problem.js';

/**
 * The tenant of an administrator's request: their own, or for a super admin the requested one (null: all). The id of
 * another tenant gives 404, which does not reveal whether that tenant exists.
 */
export function scopeOf(principal: Principal, named: string | undefined): string | null {
  const tenantId = named?.toLowerCase() ?? null;
  if (principal.tenantId === null) return tenantId;
  if (tenantId !== null && tenantId !== principal.tenantId) throw new Problem('not_found');
  return principal.tenantId;
}
