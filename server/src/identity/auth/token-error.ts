/**
 * `unavailable`: the keys of the identity provider cannot be fetched now, so the token could not be checked.
 * `revoked`: an integration key that was deleted or has expired.
 */
export type TokenFailure = 'expired' | 'invalid' | 'unavailable' | 'revoked';

/** A token was refused. The error does not contain the token. */
export class TokenError extends Error {
  override readonly name = 'TokenError';

  constructor(
    readonly kind: TokenFailure,
    cause?: unknown,
    /** Name of the claim that failed. Its value must not be logged. */
    readonly claim?: string,
  ) {
    super(`The token is ${kind}`, { cause });
  }
}
