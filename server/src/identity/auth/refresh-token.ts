import { createHash, randomBytes } from 'node:crypto';
import type { Tx } from '../../database/tx.js';
import type { UserRow } from '../user-row.js';

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
  readonly sessionId: string;
  readonly user: UserRow;
  /** Neither revoked nor run out, and the account may sign in. */
  readonly good: boolean;
}

/** Starts a session and answers its id and first refresh token. */
export async function openSession(
  tx: Tx,
  user: { readonly id: string; readonly tenant_id: string | null },
): Promise<{ sessionId: string; refreshToken: string }> {
  const orm = await tx.orm();
  const session = await orm.authSession.create({
    data: { user_id: user.id, tenant_id: user.tenant_id, expires_at: addSeconds(tx.now, IDLE_S) },
  });
  return { sessionId: session.id, refreshToken: await addToken(tx, session.id) };
}

/** Whose token this is; undefined for one that we never gave out or have forgotten. */
export async function holderOf(tx: Tx, token: string): Promise<Holder | undefined> {
  if (!TOKEN.test(token)) return undefined;
  const orm = await tx.orm();
  const found = await orm.refreshToken.findUnique({
    where: { hash: hashOf(token) },
    include: { session: { include: { user: true } } },
  });
  if (!found) return undefined;
  const { session } = found;
  const { user } = session;
  const isOpen = session.revoked_at === null && session.expires_at > tx.now;
  const mayAct = user.status === 'active' && user.deleted_at === null;
  return { sessionId: session.id, user, good: isOpen && mayAct };
}

/**
 * Spends a token for its successor; null when it has been spent before. Of two requests with one token at the
 * same moment exactly one gets the successor: the UPDATE takes the row.
 */
export async function rotate(tx: Tx, token: string, sessionId: string): Promise<string | null> {
  const orm = await tx.orm();
  const spent = await orm.refreshToken.updateMany({
    where: { hash: hashOf(token), used_at: null },
    data: { used_at: tx.now },
  });
  if (spent.count === 0) return null;
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
  await orm.refreshToken.create({ data: { hash: hashOf(token), session_id: sessionId } });
  return token;
}

const addSeconds = (date: Date, seconds: number): Date => new Date(date.getTime() + seconds * 1_000);
