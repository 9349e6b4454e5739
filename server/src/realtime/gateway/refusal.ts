import { CLOSE, type CloseName } from '@wardbell/contract';
import type { Verdict } from '../connections/admission.js';

/** A client that is not let in, and how its connection has to be closed. */
export class Refusal extends Error {
  constructor(
    readonly close: CloseName,
    /** Whose limit it was, once known. */
    readonly tenantId: string | null = null,
  ) {
    super(CLOSE[close].reason);
  }
}

/** How a verdict on a principal or a limit is told. */
export const CLOSE_OF_VERDICT: Readonly<Record<Exclude<Verdict, 'ok'>, CloseName>> = {
  unknown_tenant: 'authenticationFailed',
  tenant_suspended: 'tenantSuspended',
  revoked: 'accessRevoked',
  locked: 'sessionLocked',
  tenant_limit: 'tenantLimit',
  user_limit: 'userLimit',
};
