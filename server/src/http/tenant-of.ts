import type { Principal } from '../database/principal.js';
import { Problem } from '../errors/problem.js';

/** The tenant of someone who has one. Endpoints for staff are closed to super admins before this is asked. */
export const tenantOf = (principal: Principal): string => {
  if (principal.tenantId === null) throw new Problem('forbidden');
  return principal.tenantId;
};
