import { decodeProtectedHeader } from 'jose';
import { TokenError } from './token-error.js';

/** The type of our own access tokens (RFC 9068, 2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt';
/** Others may say no more than that theirs is a JWT, or nothing. */
const TAKEN = new Set([ACCESS_TOKEN_TYPE, 'jwt']);
const MEDIA_TYPE_PREFIX = /^application\//;

/**
 * The algorithm of a token that may be an access token. One that says that it is something else, such as a logout token,
 * serves as nothing else, whoever signed it (RFC 8725, 3.11).
 * @throws TokenError
 */
export function algorithmOf(token: string): string | undefined {
  const { alg, typ } = headerOf(token);
  if (typ !== undefined && !TAKEN.has(String(typ).toLowerCase().replace(MEDIA_TYPE_PREFIX, '')))
    throw new TokenError('invalid', undefined, 'typ');
  return alg;
}

function headerOf(token: string): ReturnType<typeof decodeProtectedHeader> {
  try {
    return decodeProtectedHeader(token);
  } catch (error) {
    throw new TokenError('invalid', error);
  }
}
