import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '@wardbell/contract';
import type { Tx } from '../database/tx.js';

/** A session nobody used for so long ends, and every one ends after so long. */
const IDLE_S = 12 * 60 * 60;
const LIFETIME_S = 7 * 24 * 60 * 60;

/** 256 random bits, base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const newToken = (): string => randomBytes(32).toString('base64url');
const hashOf = (token: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(token).digest());

/** What a refresh token stands for. */
export interface Holder {
  readonly session_id: string;
  readonly user_id: string;
  readonly tenant_id: string | null;
  readonly role: Role;
  /** Neither revoked nor run out, and the account may sign in. */
  readonly good: boolean;
}

/** Starts a session and answers its id and first refresh token. */
export async function openSession(
  tx: Tx,
  user: { readonly id: string; readonly tenant_id: string | null },
): Promise<{ sessionId: string; refreshToken: string }> {
  const [session] = await tx.db.$queryRaw<{ id: string }[]>`
    INSERT INTO wardbell.auth_session (user_id, tenant_id, expires_at)
    VALUES (${user.id}::uuid, ${user.tenant_id}::uuid, now() + make_interval(secs => ${IDLE_S}))
    RETURNING id::text`;
  if (!session) throw new Error('INSERT answered no row');
  return { sessionId: session.id, refreshToken: await addToken(tx, session.id) };
}

/** Whose token this is; undefined for one that we never gave out or have forgotten. */
export async function holderOf(tx: Tx, token: string): Promise<Holder | undefined> {
  if (!TOKEN.test(token)) return undefined;
  const [holder] = await tx.db.$queryRaw<Holder[]>`
    SELECT s.id::text AS session_id, u.id::text AS user_id, u.tenant_id::text, u.role,
           s.revoked_at IS NULL AND s.expires_at > now() AND u.status = 'active'
             AND u.deleted_at IS NULL AS good
    FROM wardbell.refresh_token r
    JOIN wardbell.auth_session s ON s.id = r.session_id
    JOIN wardbell.user_account u ON u.id = s.user_id
    WHERE r.hash = ${hashOf(token)}`;
  return holder;
}

/**
 * Spends a token for its successor; null when it has been spent before. Of two requests with one token at the
 * same moment exactly one gets the successor: the UPDATE takes the row.
 */
export async function rotate(tx: Tx, token: string, sessionId: string): Promise<string | null> {
  const spent = await tx.db.$executeRaw`
    UPDATE wardbell.refresh_token SET used_at = now() WHERE hash = ${hashOf(token)} AND used_at IS NULL`;
  if (spent === 0) return null;
  await tx.db.$executeRaw`
    UPDATE wardbell.auth_session
    SET expires_at = least(now() + make_interval(secs => ${IDLE_S}),
                           created_at + make_interval(secs => ${LIFETIME_S}))
    WHERE id = ${sessionId}::uuid`;
  return addToken(tx, sessionId);
}

async function addToken(tx: Tx, sessionId: string): Promise<string> {
  const token = newToken();
  await tx.db.$executeRaw`
    INSERT INTO wardbell.refresh_token (hash, session_id) VALUES (${hashOf(token)}, ${sessionId}::uuid)`;
  return token;
}
