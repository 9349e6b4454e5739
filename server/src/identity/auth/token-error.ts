/**
 * `unavailable`: the keys of the identity provider cannot be had at the moment; the token may be good.
 * `revoked`: an integration key that was deleted or has expired.
 */
export type TokenFailure = 'expired' | 'invalid' | 'unavailable' | 'revoked';

/** A token that lets nobody in. Says nothing about the token's content. */
export class TokenError extends Error {
  override readonly name = 'TokenError';

  constructor(
    readonly kind: TokenFailure,
    cause?: unknown,
    /** The claim that failed, by its name; its value must not be logged. */
    readonly claim?: string,
  ) {
    super(`The token is ${kind}`, { cause });
  }
}
