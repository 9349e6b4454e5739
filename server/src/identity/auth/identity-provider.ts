import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type RemoteJWKSet } from 'jose';
import type { Config } from '../../platform/config/config.js';
import { errorFields } from '../../platform/log/error-fields.js';
import type { Log } from '../../platform/log/log.js';
import { RepeatLimit } from '../../platform/log/repeat-limit.js';
import { TokenError } from './token-error.js';

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const FETCH_TIMEOUT_MS = 5_000;
/** While the keys cannot be fetched they are asked for this often, so that their return is noticed. */
const RETRY_MS = 10_000;
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
  readonly #limit = new RepeatLimit();
  #refreshedAtMs = Number.NEGATIVE_INFINITY;
  #isAway = false;
  #timer: NodeJS.Timeout | undefined;

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

  /** Could its keys not be fetched the last time? */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Fetches the keys, so that the first token need not wait and an outage is known before somebody signs in. */
  start(): void {
    this.#reload();
  }

  stop(): void {
    clearTimeout(this.#timer);
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
      this.#isAway = this.#isAway && this.#keys.jwks() === undefined;
      return payload;
    } catch (error) {
      const claim = error instanceof errors.JWTClaimValidationFailed ? error.claim : undefined;
      throw new TokenError(this.#failureOf(error), error, claim);
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
