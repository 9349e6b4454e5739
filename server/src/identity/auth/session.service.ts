import { Injectable } from '@nestjs/common';
import type { TokenAnswer } from '@wardbell/contract';
import { Database } from '../../database/database.service.js';
import { type Principal, SYSTEM } from '../../database/principal.js';
import { Config } from '../../platform/config/config.js';
import { Problem } from '../../platform/errors/problem.js';
import { ROLE_CHANGED, revokeSession } from '../revocation.js';
import { toUser } from '../user-row.js';
import { ExternalUsersSeen } from './external-users-seen.js';
import { holderOf, rotateRefreshToken, type TokenHolder } from './refresh-token.js';
import { principalOf, TokenService } from './token.service.js';

export interface SignedIn {
  readonly answer: TokenAnswer;
  readonly refreshToken: string;
}

interface LoginSession {
  readonly sessionId: string;
  readonly tenantId: string | null;
}

/** Refresh and sign-out. */
@Injectable()
export class SessionService {
  constructor(
    private readonly database: Database,
    private readonly tokens: TokenService,
    private readonly externalUsers: ExternalUsersSeen,
    private readonly config: Config,
  ) {}

  /**
   * Exchanges a refresh token for its successor and a new access token. A token that is used a second time was copied,
   * so its session ends for the thief and the owner.
   */
  async refresh(
    token: string | undefined,
    address: string,
  ): Promise<SignedIn & { readonly sessionId: string }> {
    const holder = await holderOf(this.database, token, address);
    if (!token || !holder?.isValid) {
      const isOfRole = holder?.endedBy === ROLE_CHANGED;
      throw new Problem('invalid_refresh_token', isOfRole ? { members: { ended_by: ROLE_CHANGED } } : {});
    }
    const { sessionId, provider } = holder;
    if (!this.#mayGoOn(holder)) throw new Problem('invalid_refresh_token');
    // the token stays as it is: to unlock the session takes it
    if (holder.isLocked) throw new Problem('session_locked');
    const user = toUser(holder.user);
    const refreshToken = await this.database.onAccounts({ ...principalOf(user, address), sessionId }, (tx) =>
      rotateRefreshToken(tx, token, sessionId),
    );
    if (refreshToken !== null && provider !== null)
      this.externalUsers.note({ userId: user.id, tenantId: user.tenant_id, role: user.role });
    if (refreshToken !== null)
      return { sessionId, refreshToken, answer: this.tokens.answer(user, sessionId) };
    await this.#end(toLoginSession(holder), 'refresh_token_reused', { ...SYSTEM, address });
    throw new Problem('invalid_refresh_token');
  }

  /** The open session of a refresh token, which stays valid; none while its screen is locked. */
  async find(token: string | undefined, address: string): Promise<TokenHolder | undefined> {
    const holder = await holderOf(this.database, token, address);
    return holder?.isValid && !holder.isLocked && this.#mayGoOn(holder) ? holder : undefined;
  }

  /** A provider that the configuration does not have any more has no people here. */
  #mayGoOn({ provider }: TokenHolder): boolean {
    return provider === null || this.config.oidcProviders.some(({ slug }) => slug === provider);
  }

  /** Ends the session of a refresh token. Does nothing for a token that is unknown or already used. */
  async logout(token: string | undefined, address: string): Promise<void> {
    const holder = await holderOf(this.database, token, address);
    if (holder) await this.#end(toLoginSession(holder), 'logout', principalOf(toUser(holder.user), address));
  }

  /** Ends the session that an access token belongs to. */
  async logoutSession(principal: Principal): Promise<void> {
    const { sessionId, tenantId } = principal;
    if (sessionId !== null)
      await this.#end({ sessionId, tenantId }, 'logout', { ...principal, sessionId: null });
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
    return this.database.onAccounts(actor, async (tx) => {
      if (!(await revokeSession(tx, { sessionId, tenantId }, why))) return;
      tx.audit({ action: `auth.${why}`, objectType: 'session', objectId: sessionId }, tenantId);
    });
  }
}

const toLoginSession = ({ sessionId, user }: TokenHolder): LoginSession => ({
  sessionId,
  tenantId: user.tenant_id,
});
