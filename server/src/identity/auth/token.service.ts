import { createSecretKey } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Claims, KEY_ACTOR_PREFIX, type TokenAnswer, type User } from '@wardbell/contract';
import { decodeProtectedHeader } from 'jose';
import type { Principal } from '../../database/principal.js';
import { Config } from '../../platform/config/config.js';
import type { SigningKey } from '../../platform/config/signing-keys.js';
import { errorFields } from '../../platform/log/error-fields.js';
import { Log } from '../../platform/log/log.js';
import { RepeatLimit } from '../../platform/log/repeat-limit.js';
import { toUserId } from '../../platform/uuid.js';
import { KeyLookup } from '../keys/key-lookup.js';
import { isKey } from '../keys/key-text.js';
import { ExternalUsersSeen } from './external-users-seen.js';
import { IdentityProvider } from './identity-provider.js';
import { TokenError } from './token-error.js';
import { ACCESS_TOKEN_TYPE, algorithmOf } from './token-type.js';

/** Lifetime of access tokens. Clients refresh before it ends (`token_expiring`). */
export const ACCESS_TOKEN_S = 15 * 60;
/** Longer than any realistic token. Bounds the parsing work that an unauthenticated client can cause. */
const MAX_TOKEN_CHARACTERS = 16_384;

/**
 * Issues and verifies access tokens. Verification authenticates the caller only. Whether the caller may still act is
 * checked in the database, at the start of each unit of work and at the admission of a socket.
 */
@Injectable()
export class TokenService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #signers: readonly [Signer, ...Signer[]];
  readonly #provider: IdentityProvider | null;

  readonly #limit = new RepeatLimit();

  constructor(
    config: Config,
    private readonly keys: KeyLookup,
    private readonly externalUsers: ExternalUsersSeen,
    private readonly log: Log,
  ) {
    const [first, ...others] = config.jwtKeys;
    this.#signers = [toSigner(first), ...others.map(toSigner)];
    this.#provider = config.identityProvider ? new IdentityProvider(config.identityProvider, log) : null;
  }

  onApplicationBootstrap(): void {
    this.#provider?.start();
  }

  onApplicationShutdown(): void {
    this.#provider?.stop();
  }

  /** True when the keys of the identity provider cannot be fetched. False without a provider. */
  get isProviderAway(): boolean {
    return this.#provider?.isAway ?? false;
  }

  /** An access token for a login session, valid for `ACCESS_TOKEN_S` seconds, as sign-in and refresh answer it. */
  answer(user: User, sessionId: string): TokenAnswer {
    const access_token = this.#signers[0].jwt.sign({
      sub: user.id,
      ...(user.tenant_id === null ? {} : { tenant_id: user.tenant_id }),
      role: user.role,
      sid: sessionId,
    });
    return { access_token, token_type: 'Bearer', expires_in: ACCESS_TOKEN_S, user };
  }

  /**
   * Verifies a token or an integration key and returns its principal: synchronously for our tokens, as a promise for the
   * others.
   * @param address network address of the caller, for the audit log
   * @throws TokenError; for a key also Problem `busy` and errors of the database
   */
  verify(token: string, address: string | null): Principal | Promise<Principal> {
    if (isKey(token)) return this.keys.verify(token, address);
    try {
      if (token.length > MAX_TOKEN_CHARACTERS) throw new TokenError('invalid');
      const algorithm = algorithmOf(token);
      if (this.#provider === null || algorithm === 'HS256') {
        return this.#noted(toPrincipal(this.#verifyOwn(token), address));
      }
    } catch (error) {
      throw this.#logRefusal(error);
    }
    return this.#verifyForeign(this.#provider, token, address).catch((error: unknown) => {
      throw this.#logRefusal(error);
    });
  }

  /** Logs the claim that failed, at most once in 30 s for each, because anyone can send invalid tokens. */
  #logRefusal(error: unknown): unknown {
    if (!(error instanceof TokenError) || error.kind !== 'invalid') return error;
    const { claim, cause } = error;
    const count = this.#limit.pass(claim ?? 'token');
    if (count !== undefined) this.log.info('token refused', { claim, count, ...errorFields(cause ?? error) });
    return error;
  }

  async #verifyForeign(provider: IdentityProvider, token: string, address: string | null) {
    return this.#noted(toPrincipal(await provider.verify(token), address));
  }

  /** A token without a session of ours is not of a sign-in here. */
  #noted(principal: Principal): Principal {
    if (principal.sessionId === null) this.externalUsers.note(principal);
    return principal;
  }

  #verifyOwn(token: string): unknown {
    try {
      return this.#verifyWithAny(token);
    } catch (error) {
      const expired = error instanceof Error && error.name === 'TokenExpiredError';
      const isEarly = error instanceof Error && error.name === 'NotBeforeError';
      throw new TokenError(expired ? 'expired' : 'invalid', error, isEarly ? 'nbf' : undefined);
    }
  }

  /** Tries the key that the token names first; then all, because tokens of a secret without a name carry none. */
  #verifyWithAny(token: string): unknown {
    const [first, ...others] = this.#signers;
    if (others.length === 0) return first.jwt.verify<Record<string, unknown>>(token);
    const { kid } = decodeProtectedHeader(token);
    let failure: unknown;
    for (const { jwt } of [...this.#signers].sort((a, b) => Number(b.kid === kid) - Number(a.kid === kid))) {
      try {
        return jwt.verify<Record<string, unknown>>(token);
      } catch (error) {
        if (!isWrongSignature(error)) throw error;
        failure = error;
      }
    }
    throw failure;
  }
}

interface Signer {
  readonly kid: string | undefined;
  readonly jwt: JwtService;
}

const toSigner = ({ kid, secret }: SigningKey): Signer => {
  // one KeyObject, because otherwise every verification would derive it again
  const key = createSecretKey(Buffer.from(secret));
  const jwt = new JwtService({
    privateKey: key,
    publicKey: key,
    signOptions: {
      algorithm: 'HS256',
      expiresIn: ACCESS_TOKEN_S,
      header: { alg: 'HS256', typ: ACCESS_TOKEN_TYPE },
      ...(kid === undefined ? {} : { keyid: kid }),
    },
    verifyOptions: { algorithms: ['HS256'] },
  });
  return { kid, jwt };
};

const isWrongSignature = (error: unknown): boolean =>
  error instanceof Error && error.name === 'JsonWebTokenError' && error.message === 'invalid signature';

/** A person who is signing in, or whose token is renewed. */
export const principalOf = (
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

const toPrincipal = (payload: unknown, address: string | null): Principal => {
  const claims = Claims.safeParse(payload);
  if (!claims.success) {
    const path = claims.error.issues[0]?.path[0];
    throw new TokenError('invalid', undefined, path === undefined ? undefined : String(path));
  }
  const { sub, tenant_id, role, sid, exp, iat, auth_time } = claims.data;
  const authenticatedAtS = auth_time ?? iat;
  if (sub.startsWith(KEY_ACTOR_PREFIX)) throw new TokenError('invalid', undefined, 'sub');
  const expiresAtMs = exp * 1000;
  if (expiresAtMs <= Date.now()) throw new TokenError('expired');
  return {
    userId: toUserId(sub),
    // one spelling, because ids are compared as text
    tenantId: tenant_id?.toLowerCase() ?? null,
    role,
    sessionId: sid?.toLowerCase() ?? null,
    expiresAtMs,
    ...(authenticatedAtS === undefined ? {} : { authenticatedAtMs: authenticatedAtS * 1000 }),
    address,
  };
};
