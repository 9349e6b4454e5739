import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type RemoteJWKSet } from 'jose';
import type { Config } from '../config/config.js';
import { errorFields } from '../log/error-fields.js';
import type { Log } from '../log/log.js';
import { TokenError } from './token-error.js';

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const FETCH_TIMEOUT_MS = 5_000;
/** Keys are fetched again in the background after this long. */
const REFRESH_MS = 10 * 60_000;
/** Known keys stay good this long while the provider is away: its outage must not close the clinic. */
const KEEP_MS = 24 * 60 * 60_000;
/** For `nbf` alone: clocks of two machines differ. `exp` is taken by the letter. */
const CLOCK_TOLERANCE_S = 5;

/** Verifies tokens of an external issuer by the keys that it publishes (RFC 7517). */
export class IdentityProvider {
  readonly #keys: RemoteJWKSet;
  readonly #options: { issuer?: string; audience?: string };
  readonly #log: Log;
  #refreshedAtMs = 0;

  constructor(url: string, config: Pick<Config, 'jwtIssuer' | 'jwtAudience'>, log: Log) {
    this.#keys = createRemoteJWKSet(new URL(url), {
      timeoutDuration: FETCH_TIMEOUT_MS,
      cacheMaxAge: KEEP_MS,
    });
    this.#options = {
      ...(config.jwtIssuer === undefined ? {} : { issuer: config.jwtIssuer }),
      ...(config.jwtAudience === undefined ? {} : { audience: config.jwtAudience }),
    };
    this.#log = log;
  }

  /** The claims of a token, not yet checked for shape. Throws `TokenError`. */
  async verify(token: string): Promise<JWTPayload> {
    this.#refreshInBackground();
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        ...this.#options,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp'],
      });
      return payload;
    } catch (error) {
      throw new TokenError(this.#failureOf(error), error);
    }
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
    this.#log.warn('identity provider keys not available', errorFields(error));
    return 'unavailable';
  }

  #refreshInBackground(): void {
    const known = this.#keys.jwks() !== undefined;
    if (!known || Date.now() - this.#refreshedAtMs < REFRESH_MS) return;
    this.#refreshedAtMs = Date.now();
    this.#keys.reload().catch((error: unknown) => {
      this.#log.warn('identity provider keys not refreshed', errorFields(error));
    });
  }
}
