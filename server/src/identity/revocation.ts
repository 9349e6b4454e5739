import type { Tx } from '../database/tx.js';
import { personColumns } from './sessions/login-session.js';

/** Why a session ended that the person is told: what they may do is another now. */
export const ROLE_CHANGED = 'role_changed';

/** Ends all login sessions of a user: refresh tokens become invalid and sockets close. */
export async function revokeUser(
  tx: Tx,
  user: { readonly userId: string; readonly tenantId: string | null },
  why: string,
): Promise<void> {
  const orm = await tx.orm();
  await orm.authSession.updateMany({
    where: { user_id: user.userId, revoked_at: null },
    data: { revoked_at: tx.now, revoked_why: why },
  });
  tx.disconnect(user, 'accessRevoked');
}

/** Ends all login sessions of a user but the one that the caller acts in. */
export async function revokeOtherSessions(
  tx: Tx,
  { userId, tenantId }: { readonly userId: string; readonly tenantId: string | null },
  why: string,
): Promise<void> {
  const orm = await tx.orm();
  const own = tx.principal.sessionId;
  const ended = await orm.authSession.updateManyAndReturn({
    where: { ...personColumns(userId), revoked_at: null, ...(own === null ? {} : { id: { not: own } }) },
    data: { revoked_at: tx.now, revoked_why: why },
    select: { id: true },
  });
  for (const { id } of ended) tx.disconnect({ sessionId: id, tenantId }, 'accessRevoked');
}

/** Ends one login session. Returns false when it had already ended. */
export async function revokeSession(
  tx: Tx,
  session: { readonly sessionId: string; readonly tenantId: string | null },
  why: string,
): Promise<boolean> {
  const orm = await tx.orm();
  const { count } = await orm.authSession.updateMany({
    where: { id: session.sessionId, revoked_at: null },
    data: { revoked_at: tx.now, revoked_why: why },
  });
  if (count > 0) tx.disconnect(session, 'accessRevoked');
  return count > 0;
}
