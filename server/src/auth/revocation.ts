import type { Tx } from '../database/tx.js';

/** Whose sockets end, on whichever instance they are. */
export type RevocationTarget =
  | { readonly userId: string; readonly tenantId: string | null }
  | { readonly sessionId: string; readonly tenantId: string | null }
  | { readonly connectionId: string; readonly tenantId: string | null }
  | { readonly tenantId: string };

export type RevocationReason = 'accessRevoked' | 'tenantSuspended' | 'closedByAdministrator';

/**
 * Orders sockets to be closed, should this transaction commit. Call `database.ringOrders()` after it did, or
 * instances find the order at their next sweep only.
 */
export async function orderDisconnect(
  tx: Tx,
  target: RevocationTarget,
  reason: RevocationReason,
): Promise<void> {
  await tx.db.$executeRaw`
    INSERT INTO wardbell.disconnect_order (tenant_id, user_id, session_id, connection_id, close)
    VALUES (${target.tenantId}::uuid, ${'userId' in target ? target.userId : null},
            ${'sessionId' in target ? target.sessionId : null}::uuid,
            ${'connectionId' in target ? target.connectionId : null}::uuid, ${reason})`;
}

/** Ends all sessions of a user: refresh tokens are worth nothing from now on, sockets close. */
export async function revokeUser(
  tx: Tx,
  user: { readonly userId: string; readonly tenantId: string | null },
  why: string,
): Promise<void> {
  await tx.db.$executeRaw`
    UPDATE wardbell.auth_session SET revoked_at = now(), revoked_why = ${why}
    WHERE user_id = ${user.userId}::uuid AND revoked_at IS NULL`;
  await orderDisconnect(tx, user, 'accessRevoked');
}

/** Ends one session; false when it had ended before. */
export async function revokeSession(
  tx: Tx,
  session: { readonly sessionId: string; readonly tenantId: string | null },
  why: string,
): Promise<boolean> {
  const revoked = await tx.db.$executeRaw`
    UPDATE wardbell.auth_session SET revoked_at = now(), revoked_why = ${why}
    WHERE id = ${session.sessionId}::uuid AND revoked_at IS NULL`;
  if (revoked > 0) await orderDisconnect(tx, session, 'accessRevoked');
  return revoked > 0;
}
