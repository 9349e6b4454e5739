import { createHash, randomBytes } from 'node:crypto';
import type { Tx } from '../../database/tx.js';
import type { UserRow } from '../user-row.js';

/** A login session ends after `IDLE_S` without use, and at the latest after `MAX_AGE_S`. */
const IDLE_S = 12 * 60 * 60;
const LIFETIME_S = 7 * 24 * 60 * 60;

/** 256 random bits, base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const newToken = (): string => randomBytes(32).toString('base64url');
const hashToken = (token: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(token).digest());

/** The login session and account of a refresh token. */
export interface TokenHolder {
  readonly sessionId: string;
  readonly user: UserRow;
  /** The session is neither revoked nor expired, and the account may sign in. */
  readonly isValid: boolean;
}

/** Starts a login session. Returns its id and first refresh token. */
export async function openLoginSession(
  tx: Tx,
  user: { readonly id: string; readonly tenant_id: string | null },
): Promise<{ sessionId: string; refreshToken: string }> {
  const orm = await tx.orm();
  const session = await orm.authSession.create({
    data: { user_id: user.id, tenant_id: user.tenant_id, expires_at: addSeconds(tx.now, IDLE_S) },
  });
  return { sessionId: session.id, refreshToken: await addToken(tx, session.id) };
}

/** Finds the session and account of a token; undefined for a token that is unknown or was pruned. */
export async function findHolder(tx: Tx, token: string): Promise<TokenHolder | undefined> {
  if (!TOKEN.test(token)) return undefined;
  const orm = await tx.orm();
  const found = await orm.refreshToken.findUnique({
    where: { hash: hashToken(token) },
    include: { session: { include: { user: true } } },
  });
  if (!found) return undefined;
  const { session } = found;
  const { user } = session;
  const isOpen = session.revoked_at === null && session.expires_at > tx.now;
  const mayAct = user.status === 'active' && user.deleted_at === null;
  return { sessionId: session.id, user, isValid: isOpen && mayAct };
}

/**
 * Replaces a token by its successor; null when it was used before. The UPDATE locks the row, so of two concurrent
 * requests with one token exactly one gets the successor.
 */
export async function rotateRefreshToken(tx: Tx, token: string, sessionId: string): Promise<string | null> {
  const orm = await tx.orm();
  const used = await orm.refreshToken.updateMany({
    where: { hash: hashToken(token), used_at: null },
    data: { used_at: tx.now },
  });
  if (used.count === 0) return null;
  const session = await orm.authSession.findUnique({ where: { id: sessionId } });
  if (!session) return null;
  const idleEnd = addSeconds(tx.now, IDLE_S);
  const lastEnd = addSeconds(session.created_at, LIFETIME_S);
  await orm.authSession.update({
    where: { id: sessionId },
    data: { expires_at: idleEnd < lastEnd ? idleEnd : lastEnd },
  });
  return addToken(tx, sessionId);
}

async function addToken(tx: Tx, sessionId: string): Promise<string> {
  const token = newToken();
  const orm = await tx.orm();
  await orm.refreshToken.create({ data: { hash: hashToken(token), session_id: sessionId } });
  return token;
}

const addSeconds = (date: Date, seconds: number): Date => new Date(date.getTime() + seconds * 1_000);
