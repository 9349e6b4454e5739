import { KEY_PREFIX } from '@wardbell/contract';
import { hashToken, newToken } from '../../platform/secret-token.js';

const KEY = /^wbk_[A-Za-z0-9_-]{43}$/;
const SHOWN_CHARACTERS = 8;

/** A new key. */
export const makeKey = (): string => KEY_PREFIX + newToken();

/** Does this bearer token claim to be an integration key? */
export const isKey = (token: string): boolean => token.startsWith(KEY_PREFIX);

/** Could it be one of ours? What could not costs no look-up. */
export const isWellFormed = (token: string): boolean => KEY.test(token);

/** What is kept of a key. */
export const hashOf = hashToken;

/** What people recognise a key by. */
export const prefixOf = (key: string): string => key.slice(0, SHOWN_CHARACTERS);
