import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { TokenAnswer, User } from '@wardbell/contract';
import { AccessLog } from '../../database/access-log.js';
import { Database } from '../../database/database.service.js';
import { type Principal, SYSTEM } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { Passwords } from '../passwords.js';
import { revokeSession } from '../revocation.js';
import { toUser } from '../user-row.js';
import { type Attempt, clearAttempts, recordAttempt } from './login-throttle.js';
import { findHolder, openLoginSession, rotateRefreshToken, type TokenHolder } from './refresh-token.js';
import { ACCESS_TOKEN_S, TokenService } from './token.service.js';

export interface SignedIn {
  readonly answer: TokenAnswer;
  readonly refreshToken: string;
}

interface LoginSession {
  readonly sessionId: string;
  readonly tenantId: string | null;
}

/** Sign-in, refresh and sign-out. */
@Injectable()
export class SessionService {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly tokens: TokenService,
    private readonly accesses: AccessLog,
  ) {}

  /**
   * Opens a session for an e-mail address and password.
   * @param address of the network, for the audit log
   * @throws Problem 401, 403 when the tenant is suspended, 429
   */
  async login(attempt: Attempt, password: string, address: string): Promise<SignedIn> {
    const check = (account: AccountWithHash | null) => this.#check(account, attempt, password, address);
    // In turn from the first statement: attempts that wait are not counted as failures of their network yet.
    const { account, delayMs, ...first } = await this.passwords.inTurn(attempt.source, async () => {
      const recorded = await this.#record(attempt, address);
      return { ...recorded, signedIn: recorded.delayMs > 0 ? undefined : await check(recorded.account) };
    });
    if (delayMs > 0) await delay(delayMs); // while others have their turns
    const signedIn =
      delayMs > 0 ? await this.passwords.inTurn(attempt.source, () => check(account)) : first.signedIn;
    if (signedIn) return signedIn;
    throw new Problem('invalid_credentials');
  }

  #record(
    attempt: Attempt,
    address: string,
  ): Promise<{ readonly account: AccountWithHash | null; readonly delayMs: number }> {
    return this.database.acrossTenants({ ...SYSTEM, address }, async (tx) => {
      const delayMs = await recordAttempt(tx, attempt);
      return { account: await findAccount(tx, attempt.email), delayMs };
    });
  }

  /** Undefined when address or password is wrong. Both take the same steps, so that timing reveals nothing. */
  async #check(
    account: AccountWithHash | null,
    attempt: Attempt,
    password: string,
    address: string,
  ): Promise<SignedIn | undefined> {
    // outside a transaction, because the hash is slow by design
    const isMatch = await this.passwords.verify(account?.password_hash ?? null, password);
    const signedIn =
      account && isMatch && account.status === 'active'
        ? await this.#open(account, attempt, address)
        : undefined;
    if (!signedIn)
      this.accesses.failedToAuthenticate(
        address,
        { code: 'invalid_credentials' },
        account ? { id: account.id, tenantId: account.tenant_id } : undefined,
      );
    return signedIn;
  }

  /** Opens a session; undefined when the account is no longer the one that was checked. */
  #open(account: AccountWithHash, attempt: Attempt, address: string): Promise<SignedIn | undefined> {
    const user = toUser(account);
    return this.database.acrossTenants(principalOf(user, address), async (tx) => {
      if (!(await lockUnchanged(tx, account))) return undefined;
      await clearAttempts(tx, attempt);
      const { sessionId, refreshToken } = await openLoginSession(tx, user);
      tx.audit({ action: 'auth.login', objectType: 'session', objectId: sessionId }, user.tenant_id);
      return { refreshToken, answer: this.#answer(user, sessionId) };
    });
  }

  /**
   * Exchanges a refresh token for its successor and a new access token. A token that is used a second time was copied,
   * so its session ends for the thief and the owner.
   */
  async refresh(token: string | undefined, address: string): Promise<SignedIn> {
    const holder = await this.#holder(token, address);
    if (!token || !holder?.isValid) throw new Problem('invalid_refresh_token');
    const signedIn = await this.database.acrossTenants(
      { ...principalOf(toUser(holder.user), address), sessionId: holder.sessionId },
      async (tx) => {
        const refreshToken = await rotateRefreshToken(tx, token, holder.sessionId);
        return refreshToken === null
          ? null
          : { refreshToken, answer: this.#answer(toUser(holder.user), holder.sessionId) };
      },
    );
    if (signedIn) return signedIn;
    await this.#end(toLoginSession(holder), 'refresh_token_reused', { ...SYSTEM, address });
    throw new Problem('invalid_refresh_token');
  }

  /** Ends the session of a refresh token. Does nothing for a token that is unknown or already used. */
  async logout(token: string | undefined, address: string): Promise<void> {
    const holder = await this.#holder(token, address);
    if (holder) await this.#end(toLoginSession(holder), 'logout', principalOf(toUser(holder.user), address));
  }

  /** Ends the session that an access token belongs to. */
  async logoutSession(principal: Principal): Promise<void> {
    const { sessionId, tenantId } = principal;
    if (sessionId !== null)
      await this.#end({ sessionId, tenantId }, 'logout', { ...principal, sessionId: null });
  }

  #holder(token: string | undefined, address: string): Promise<TokenHolder | undefined> {
    if (token === undefined) return Promise.resolve(undefined);
    return this.database.acrossTenants({ ...SYSTEM, address }, (tx) => findHolder(tx, token));
  }

  async #end(session: LoginSession, why: string, actor: Principal): Promise<void> {
    await this.#revoke(session, why, actor).catch((error: unknown) => {
      // A disabled user, or one of a suspended tenant, may still sign out: the server acts as SYSTEM.
      if (error instanceof Problem && error.status < 500) {
        return this.#revoke(session, why, { ...SYSTEM, address: actor.address });
      }
      throw error;
    });
  }

  #revoke({ sessionId, tenantId }: LoginSession, why: string, actor: Principal): Promise<void> {
    return this.database.acrossTenants(actor, async (tx) => {
      if (!(await revokeSession(tx, { sessionId, tenantId }, why))) return;
      tx.audit({ action: `auth.${why}`, objectType: 'session', objectId: sessionId }, tenantId);
    });
  }

  #answer(user: User, sessionId: string): TokenAnswer {
    return {
      access_token: this.tokens.issue({
        userId: user.id,
        tenantId: user.tenant_id,
        role: user.role,
        sessionId,
      }),
      token_type: 'Bearer',
      expires_in: ACCESS_TOKEN_S,
      user,
    };
  }
}

const toLoginSession = ({ sessionId, user }: TokenHolder): LoginSession => ({
  sessionId,
  tenantId: user.tenant_id,
});

const principalOf = (
  { id, tenant_id, role }: Pick<User, 'id' | 'tenant_id' | 'role'>,
  address: string,
): Principal => ({
  userId: id,
  tenantId: tenant_id,
  role,
  sessionId: null,
  expiresAtMs: Date.now() + ACCESS_TOKEN_S * 1000,
  address,
});

const findAccount = async (tx: Tx, email: string) => {
  const orm = await tx.orm();
  return orm.userAccount.findUnique({ where: { email }, omit: { password_hash: false } });
};

type AccountWithHash = NonNullable<Awaited<ReturnType<typeof findAccount>>>;

/**
 * True when hash, status and role are still those that were checked. Locks the account until the transaction ends, so a
 * change that commits first is seen here, and one that comes later finds the session that it must revoke.
 */
const lockUnchanged = async (tx: Tx, account: AccountWithHash): Promise<boolean> => {
  const rows = await tx.sql.query<object[]>`
    SELECT FROM wardbell.user_account u
    WHERE u.id = ${account.id}::uuid AND u.password_hash = ${account.password_hash} AND u.status = ${account.status}
      AND u.role = ${account.role} AND u.deleted_at IS NULL
    FOR SHARE`;
  return rows.length > 0;
};
