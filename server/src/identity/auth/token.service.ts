import { createSecretKey } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Claims, KEY_ACTOR_PREFIX, type Role } from '@wardbell/contract';
import { decodeProtectedHeader } from 'jose';
import type { Principal } from '../../database/principal.js';
import { Config } from '../../platform/config/config.js';
import { errorFields } from '../../platform/log/error-fields.js';
import { Log } from '../../platform/log/log.js';
import { RepeatLimit } from '../../platform/log/repeat-limit.js';
import { KeyLookup } from '../keys/key-lookup.js';
import { isKey } from '../keys/key-text.js';
import { IdentityProvider } from './identity-provider.js';
import { TokenError } from './token-error.js';

/** Access tokens live this long; a client refreshes before (`token_expiring`). */
export const ACCESS_TOKEN_S = 15 * 60;
/** Longer than any token that makes sense; bounds what a stranger can make us parse. */
const MAX_TOKEN_CHARACTERS = 16_384;

/** For whom an access token is issued. */
export interface TokenSubject {
  readonly userId: string;
  readonly tenantId: string | null;
  readonly role: Role;
  readonly sessionId: string;
}

/**
 * Issues and verifies access tokens. Verifying says who somebody is, not whether they may still act: that is
 * answered by the database at the start of each unit of work, and at admission of a socket.
 */
@Injectable()
export class TokenService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #jwt: JwtService;
  readonly #provider: IdentityProvider | null;

  readonly #limit = new RepeatLimit();

  constructor(
    config: Config,
    private readonly keys: KeyLookup,
    private readonly log: Log,
  ) {
    // one KeyObject, else every verification would derive it anew
    const key = createSecretKey(Buffer.from(config.jwtSecret));
    this.#jwt = new JwtService({
      privateKey: key,
      publicKey: key,
      signOptions: { algorithm: 'HS256', expiresIn: ACCESS_TOKEN_S },
      verifyOptions: { algorithms: ['HS256'] },
    });
    this.#provider =
      config.jwtJwksUrl === undefined ? null : new IdentityProvider(config.jwtJwksUrl, config, log);
  }

  onApplicationBootstrap(): void {
    this.#provider?.start();
  }

  onApplicationShutdown(): void {
    this.#provider?.stop();
  }

  /** Can the keys of the identity provider not be fetched? False when there is none. */
  get isProviderAway(): boolean {
    return this.#provider?.isAway ?? false;
  }

  /** An access token of ours, good for `ACCESS_TOKEN_S` seconds. */
  issue(subject: TokenSubject): string {
    return this.#jwt.sign({
      sub: subject.userId,
      ...(subject.tenantId === null ? {} : { tenant_id: subject.tenantId }),
      role: subject.role,
      sid: subject.sessionId,
    });
  }

  /**
   * Who a token or an integration key speaks for. Answers at once for tokens of ours, with a promise for the others.
   * @param address where the caller is, for the audit log
   * @throws TokenError; for a key also Problem `busy` and errors of the database
   */
  verify(token: string, address: string | null): Principal | Promise<Principal> {
    if (isKey(token)) return this.keys.verify(token, address);
    try {
      if (token.length > MAX_TOKEN_CHARACTERS) throw new TokenError('invalid');
      if (this.#provider === null || algorithmOf(token) === 'HS256') {
        return toPrincipal(this.#verifyOwn(token), address);
      }
    } catch (error) {
      throw this.#noted(error);
    }
    return this.#verifyForeign(this.#provider, token, address).catch((error: unknown) => {
      throw this.#noted(error);
    });
  }

  /** Logs which claim was wrong, at most once in 30 s for each: strangers can send as many tokens as they like. */
  #noted(error: unknown): unknown {
    if (!(error instanceof TokenError) || error.kind !== 'invalid') return error;
    const { claim, cause } = error;
    const count = this.#limit.pass(claim ?? 'token');
    if (count !== undefined) this.log.info('token refused', { claim, count, ...errorFields(cause ?? error) });
    return error;
  }

  async #verifyForeign(provider: IdentityProvider, token: string, address: string | null) {
    const claims = await provider.verify(token);
    // `sid` there is the provider's own session, which we know nothing of and need not be a UUID
    const { sid: _, ...ours } = claims;
    return toPrincipal(ours, address);
  }

  #verifyOwn(token: string): unknown {
    try {
      return this.#jwt.verify<Record<string, unknown>>(token);
    } catch (error) {
      const expired = error instanceof Error && error.name === 'TokenExpiredError';
      const isEarly = error instanceof Error && error.name === 'NotBeforeError';
      throw new TokenError(expired ? 'expired' : 'invalid', error, isEarly ? 'nbf' : undefined);
    }
  }
}

const algorithmOf = (token: string): string | undefined => {
  try {
    return decodeProtectedHeader(token).alg;
  } catch (error) {
    throw new TokenError('invalid', error);
  }
};

const toPrincipal = (payload: unknown, address: string | null): Principal => {
  const claims = Claims.safeParse(payload);
  if (!claims.success) {
    const path = claims.error.issues[0]?.path[0];
    throw new TokenError('invalid', undefined, path === undefined ? undefined : String(path));
  }
  const { sub, tenant_id, role, sid, exp } = claims.data;
  if (sub.startsWith(KEY_ACTOR_PREFIX)) throw new TokenError('invalid', undefined, 'sub');
  const expiresAtMs = exp * 1000;
  if (expiresAtMs <= Date.now()) throw new TokenError('expired');
  return {
    userId: sub,
    // one spelling, since ids are compared as text from here on
    tenantId: tenant_id?.toLowerCase() ?? null,
    role,
    sessionId: sid?.toLowerCase() ?? null,
    expiresAtMs,
    address,
  };
};
