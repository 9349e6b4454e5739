import { FRESH_S } from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';

/**
 * Refuses callers who have not shown a password or factor within `FRESH_S`: in their session, or by the time at which
 * the token of an identity provider says that they signed in.
 * @throws Problem `reauthentication_required`
 */
export async function requireFresh(tx: Tx): Promise<void> {
  const { sessionId, authenticatedAtMs, isEnrolling } = tx.principal;
  if (isEnrolling) return;
  const bySession = sessionId === null ? undefined : await isFreshSession(tx, sessionId);
  const isFresh =
    bySession ?? (authenticatedAtMs !== undefined && Date.now() - authenticatedAtMs <= FRESH_S * 1000);
  if (!isFresh) throw new Problem('reauthentication_required');
}

/** Undefined for a session that is not ours. */
async function isFreshSession(tx: Tx, id: string): Promise<boolean | undefined> {
  const [session] = await tx.sql.query<{ is_fresh: boolean }[]>`
    SELECT fresh_at >= clock_timestamp() - make_interval(secs => ${FRESH_S}) AS is_fresh
    FROM wardbell.auth_session WHERE id = ${id}::uuid`;
  return session?.is_fresh;
}
