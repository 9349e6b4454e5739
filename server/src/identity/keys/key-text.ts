import { createHash, randomBytes } from 'node:crypto';
import { KEY_PREFIX } from '@wardbell/contract';

/** 256 bits: 43 characters of base64url. */
const SECRET_BYTES = 32;
const KEY = /^wbk_[A-Za-z0-9_-]{43}$/;
const SHOWN_CHARACTERS = 8;

/** A new key. */
export const makeKey = (): string => KEY_PREFIX + randomBytes(SECRET_BYTES).toString('base64url');

/** Does this bearer token claim to be an integration key? */
export const isKey = (token: string): boolean => token.startsWith(KEY_PREFIX);

/** Could it be one of ours? What could not costs no look-up. */
export const isWellFormed = (token: string): boolean => KEY.test(token);

/** What is kept of a key. No salt: 256 random bits cannot be guessed from their hash. */
export const hashOf = (key: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(key).digest());

/** What people recognise a key by. */
export const prefixOf = (key: string): string => key.slice(0, SHOWN_CHARACTERS);
