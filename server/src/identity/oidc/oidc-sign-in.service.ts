import { Injectable } from '@nestjs/common';
import type { OidcFailure } from '@wardbell/contract';
import { AccessLog } from '../../database/access-log.js';
import { Database } from '../../database/database.service.js';
import { SYSTEM } from '../../database/principal.js';
import { Problem, type ProblemCode } from '../../platform/errors/problem.js';
import { errorFields } from '../../platform/log/error-fields.js';
import { Log } from '../../platform/log/log.js';
import { RepeatLimit } from '../../platform/log/repeat-limit.js';
import { ExternalUsersSeen } from '../auth/external-users-seen.js';
import { issueRefreshToken } from '../auth/refresh-token.js';
import { principalOf } from '../auth/token.service.js';
import type { Device } from '../sessions/login-session.js';
import type { BegunSignIn } from './begun-sign-ins.js';
import { type Identity, OidcError } from './identity.js';
import { verifyLogoutToken } from './logout-token.js';
import { confirmOidcSession, endOidcSessions, openOidcSession } from './oidc-sessions.js';
import type { Provider } from './provider.js';
import { Providers } from './providers.js';

/** What the console says of a refusal by the database. */
const FAILURE_OF: Partial<Record<ProblemCode, OidcFailure>> = {
  access_revoked: 'blocked',
  tenant_suspended: 'tenant_suspended',
  // the tenant does not exist
  invalid_token: 'no_tenant',
};

/** Signs people in who come from an OpenID provider, and out when it says so. */
@Injectable()
export class OidcSignInService {
  readonly #limit = new RepeatLimit();

  constructor(
    private readonly database: Database,
    private readonly providers: Providers,
    private readonly externalUsers: ExternalUsersSeen,
    private readonly accesses: AccessLog,
    private readonly log: Log,
  ) {}

  /**
   * Completes a sign-in that this browser has begun.
   * @param query of the URL that the provider sent the browser to
   * @returns the refresh token of a new session; null when the present one was confirmed
   * @throws OidcError
   */
  async complete(query: string, begun: BegunSignIn, device: Device): Promise<string | null> {
    const provider = this.providers.find(begun.slug);
    if (!provider) throw new OidcError('failed');
    const identity = await provider.redeem(query, begun);
    const { sessionId, atS: begunAtS } = begun;
    const { slug } = provider.config;
    const person = { id: identity.id, tenant_id: identity.tenantId, role: identity.role };
    try {
      return await this.database.onAccounts(principalOf(person, device.address), async (tx) => {
        if (sessionId !== null) {
          await confirmOidcSession(tx, slug, identity, { sessionId, begunAtS });
          return null;
        }
        const id = await openOidcSession(tx, slug, identity, device);
        tx.audit(
          { action: 'auth.login', objectType: 'session', objectId: id, details: { provider: slug } },
          identity.tenantId,
        );
        this.#note(identity);
        return issueRefreshToken(tx, id);
      });
    } catch (error) {
      const code = error instanceof Problem ? FAILURE_OF[error.code] : undefined;
      if (code === undefined) throw error;
      const { id, tenantId } = identity;
      throw new OidcError(code, {
        cause: error,
        // an unknown tenant has no audit log
        ...(code === 'no_tenant' ? {} : { person: { id, tenantId } }),
      });
    }
  }

  #note({ id, tenantId, role }: Identity): void {
    this.externalUsers.note({ userId: id, tenantId, role });
  }

  /** Records why a sign-in failed, and returns the code for the console. */
  refuse(error: unknown, slug: string | undefined, address: string): OidcFailure {
    const code = error instanceof OidcError ? error.code : 'server';
    const person = error instanceof OidcError ? error.person : undefined;
    const fields = { code: `oidc_${code}`, ...errorFields(causeOf(error)) };
    const count = this.#limit.pass(`${slug}/${code}`);
    if (count !== undefined) {
      if (code === 'server') this.log.error('a sign-in at a provider failed', { count, ...fields });
      else this.log.warn('a sign-in at a provider failed', { count, ...fields });
    }
    if (code !== 'unavailable' && code !== 'server')
      this.accesses.failedToAuthenticate(
        address,
        { code: `oidc_${code}`, ...(slug === undefined ? {} : { provider: slug }) },
        person,
      );
    return code;
  }

  /**
   * Ends the sessions that a logout token names, on every instance.
   * @throws Problem `invalid_logout_token`; `logout_failed` when it could not be checked or done now
   */
  async logOut(provider: Provider, token: string, address: string): Promise<void> {
    const { slug } = provider.config;
    try {
      const logout = await verifyLogoutToken(provider, token);
      await this.database.onAccounts({ ...SYSTEM, address }, (tx) => endOidcSessions(tx, slug, logout));
    } catch (error) {
      if (error instanceof Problem && error.code === 'invalid_logout_token') {
        const count = this.#limit.pass(`${slug}/logout`);
        if (count !== undefined)
          this.log.warn('a logout token was refused', { count, ...errorFields(causeOf(error)) });
        throw error;
      }
      this.log.error('a logout of a provider failed', errorFields(causeOf(error)));
      throw new Problem('logout_failed', { cause: error, members: { error: 'server_error' } });
    }
  }
}

/** The innermost cause, which says the most. */
const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? causeOf(error.cause) : error;
