import type { Database } from '../../database/database.service.js';
import { SYSTEM } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { hashToken, isToken, newToken } from '../../platform/secret-token.js';
import type { UserRow } from '../user-row.js';

/** The login session and account of a refresh token. */
export interface TokenHolder {
  readonly sessionId: string;
  /** The account, or a person of an OpenID provider as its sign-in described it. */
  readonly user: UserRow;
  /** The OpenID provider of the session; null for an account. */
  readonly provider: string | null;
  /** The session is neither revoked, expired nor idle, and the account may sign in. */
  readonly isValid: boolean;
  /** Why the session was ended; null while it was not. */
  readonly endedBy: string | null;
  /** The screen is locked: the session may be unlocked and do nothing else. */
  readonly isLocked: boolean;
}

/** The first refresh token of a login session. */
export async function issueRefreshToken(tx: Tx, sessionId: string): Promise<string> {
  const token = newToken();
  const orm = await tx.orm();
  await orm.refreshToken.create({ data: { hash: hashToken(token), session_id: sessionId } });
  return token;
}

/** The session and account of the token that a request has; undefined for none, or one that is unknown or was pruned. */
export const holderOf = async (
  database: Database,
  token: string | undefined,
  address: string,
): Promise<TokenHolder | undefined> =>
  token === undefined
    ? undefined
    : database.onAccounts({ ...SYSTEM, address }, (tx) => findHolder(tx, token));

async function findHolder(tx: Tx, token: string): Promise<TokenHolder | undefined> {
  if (!isToken(token)) return undefined;
  const orm = await tx.orm();
  const found = await orm.refreshToken.findUnique({
    where: { hash: hashToken(token) },
    include: { session: { include: { user: true } } },
  });
  if (!found) return undefined;
  const { session } = found;
  const { user: account, provider } = session;
  const user = account ?? externalUserOf(session);
  const [state] = await tx.sql.query<{ is_open: boolean }[]>`
    SELECT s.revoked_at IS NULL AND s.expires_at > now() AND NOT wardbell.is_idle(s) AS is_open
    FROM wardbell.auth_session s WHERE s.id = ${session.id}::uuid`;
  const mayAct = account === null || (account.status === 'active' && account.deleted_at === null);
  return {
    sessionId: session.id,
    user,
    provider,
    isValid: state?.is_open === true && mayAct,
    endedBy: session.revoked_why,
    isLocked: session.locked_at !== null,
  };
}

interface ExternalSession {
  readonly external_id: string | null;
  readonly tenant_id: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly role: string | null;
  readonly created_at: Date;
}

const externalUserOf = (session: ExternalSession): UserRow => ({
  id: session.external_id ?? '',
  tenant_id: session.tenant_id,
  email: session.email,
  name: session.name ?? '',
  role: session.role ?? '',
  status: 'active',
  version: 1,
  created_at: session.created_at,
  updated_at: session.created_at,
});

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
  return used.count === 0 ? null : issueRefreshToken(tx, sessionId);
}
