import { KEY_PREFIX } from '@wardbell/contract';
import { isToken, newToken } from '../../platform/secret-token.js';

const SHOWN_CHARACTERS = 8;

/** A new key. */
export const makeKey = (): string => KEY_PREFIX + newToken();

/** Does this bearer token claim to be an integration key? */
export const isKey = (token: string): boolean => token.startsWith(KEY_PREFIX);

/** Could it be one of ours? What could not costs no look-up. */
export const isWellFormed = (token: string): boolean =>
  isKey(token) && isToken(token.slice(KEY_PREFIX.length));

/** What people recognise a key by. */
export const prefixOf = (key: string): string => key.slice(0, SHOWN_CHARACTERS);
