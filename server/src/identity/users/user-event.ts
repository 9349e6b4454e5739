import type { Tx } from '../../database/tx.js';

/**
 * Tells the administrators of a tenant that an account changed, so that their lists follow. It names the account and nothing
 * about it: who sees what of accounts is decided where they are read. What a super admin does has none: it concerns a clinic
 * where nobody could look yet, or comes with the notice of an approval.
 */
export function emitUserChanged(tx: Tx, userId: string, tenantId: string | null): void {
  if (tenantId === null || tx.principal.role === 'super_admin') return;
  tx.emit(
    { type: 'user_changed', data: { user_id: userId }, audience: { roles: ['tenant_admin'] } },
    tenantId,
  );
}
