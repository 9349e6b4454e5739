import { OIDC_ID_PREFIX } from '@wardbell/contract';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type RemoteJWKSet } from 'jose';
import type { IdentityProviderConfig } from '../../platform/config/config.js';
import { errorFields } from '../../platform/log/error-fields.js';
import type { Log } from '../../platform/log/log.js';
import { RepeatLimit } from '../../platform/log/repeat-limit.js';
import { claimAt } from '../claim-at.js';
import { TokenError } from './token-error.js';

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const FETCH_TIMEOUT_MS = 5_000;
/** Interval of the attempts to fetch the keys during an outage of the provider. */
const RETRY_MS = 10_000;
/** Age at which the keys are fetched again in the background. */
const REFRESH_MS = 10 * 60_000;
/** How long known keys are used during an outage of the provider, so that a clinic can continue to work. */
const MAX_KEY_AGE_MS = 24 * 60 * 60_000;
/** Tolerance for `nbf`, because clocks of two machines differ. `exp` has no tolerance. */
const CLOCK_TOLERANCE_S = 5;

/** Longest life of a token from `iat`, in seconds, because nothing else ends the access of a user who is not ours. */
const MAX_LIFE_S = 24 * 60 * 60;

/** Verifies tokens of an external issuer with its published keys (RFC 7517). */
export class IdentityProvider {
  readonly #keys: RemoteJWKSet;
  readonly #log: Log;
  readonly #limit = new RepeatLimit();
  #refreshedAtMs = Number.NEGATIVE_INFINITY;
  #isAway = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: IdentityProviderConfig,
    log: Log,
  ) {
    this.#keys = createRemoteJWKSet(new URL(config.jwksUrl), {
      timeoutDuration: FETCH_TIMEOUT_MS,
      cacheMaxAge: MAX_KEY_AGE_MS,
    });
    this.#log = log;
  }

  /** True when the last attempt to fetch the keys failed. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Fetches the keys, so that the first token does not wait and an outage is known before the first sign-in. */
  start(): void {
    this.#reload();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Verifies a token and returns its claims under our names. Their types are not checked yet. @throws TokenError */
  async verify(token: string): Promise<Readonly<Record<string, unknown>>> {
    return this.#toOurs(await this.#claimsOf(token));
  }

  async #claimsOf(token: string): Promise<JWTPayload> {
    this.#refreshInBackground();
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer: this.config.issuer,
        audience: this.config.audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp', 'iat'],
      });
      this.#isAway = this.#isAway && this.#keys.jwks() === undefined;
      return payload;
    } catch (error) {
      const claim = error instanceof errors.JWTClaimValidationFailed ? error.claim : undefined;
      throw new TokenError(this.#failureOf(error), error, claim);
    }
  }

  /** Without `sid`: it is the provider's own session, which we do not track and which need not be a UUID. */
  #toOurs({ sub, exp = 0, iat = 0, ...others }: JWTPayload): Readonly<Record<string, unknown>> {
    if (exp - iat > MAX_LIFE_S) throw new TokenError('invalid', undefined, 'exp');
    // only ID tokens have it (OpenID Connect Core, 3.1.3.6), and they are for the client that signs a person in
    if (others['at_hash'] !== undefined) throw new TokenError('invalid', undefined, 'at_hash');
    // ids of people who signed in here
    if (sub?.startsWith(OIDC_ID_PREFIX)) throw new TokenError('invalid', undefined, 'sub');
    const { roleClaim, tenantClaim, allowSuperAdmin } = this.config;
    const role = claimAt(others, roleClaim);
    if (role === 'super_admin' && !allowSuperAdmin) throw new TokenError('invalid', undefined, 'role');
    return { sub, exp, iat, role, tenant_id: claimAt(others, tenantClaim) };
  }

  #failureOf(error: unknown): TokenError['kind'] {
    if (error instanceof errors.JWTExpired) return 'expired';
    const wrongToken =
      error instanceof errors.JWTClaimValidationFailed ||
      error instanceof errors.JWTInvalid ||
      error instanceof errors.JWSInvalid ||
      error instanceof errors.JWSSignatureVerificationFailed ||
      error instanceof errors.JOSEAlgNotAllowed ||
      error instanceof errors.JOSENotSupported ||
      error instanceof errors.JWKSNoMatchingKey ||
      error instanceof errors.JWKSMultipleMatchingKeys;
    if (wrongToken) return 'invalid';
    this.#noteAway(error);
    return 'unavailable';
  }

  #refreshInBackground(): void {
    const known = this.#keys.jwks() !== undefined;
    if (!known || performance.now() - this.#refreshedAtMs < REFRESH_MS) return;
    this.#reload();
  }

  #reload(): void {
    this.#refreshedAtMs = performance.now();
    clearTimeout(this.#timer);
    this.#keys.reload().then(
      () => {
        this.#isAway = false;
      },
      (error: unknown) => this.#noteAway(error),
    );
  }

  #noteAway(error: unknown): void {
    this.#isAway = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#reload(), RETRY_MS);
    this.#timer.unref();
    const count = this.#limit.pass('away');
    if (count === undefined) return;
    this.#log.warn('the identity provider cannot be reached', { count, ...errorFields(error) });
  }
}
