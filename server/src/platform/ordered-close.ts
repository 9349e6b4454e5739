import type { CloseName } from '@wardbell/contract';

/** Closes of sockets that one instance orders from all: a revocation, or slots of a tenant or user given up. */
export const ORDERED_CLOSES = [
  'accessRevoked',
  'tenantSuspended',
  'closedByAdministrator',
  'tenantLimit',
  'userLimit',
] as const satisfies readonly CloseName[];

export type OrderedClose = (typeof ORDERED_CLOSES)[number];
