/** `unavailable`: the keys of the identity provider cannot be had at the moment; the token may be good. */
export type TokenFailure = 'expired' | 'invalid' | 'unavailable';

/** A token that lets nobody in. Says nothing about the token's content. */
export class TokenError extends Error {
  override readonly name = 'TokenError';

  constructor(
    readonly kind: TokenFailure,
    cause?: unknown,
  ) {
    super(`The token is ${kind}`, { cause });
  }
}
