import { randomInt } from 'node:crypto';

/** Crockford's alphabet: nothing that is misread aloud or on paper. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 8;

/** A medical record number for a patient who brought none, such as `P-7K3M92QF`. */
export const newMrn = (): string =>
  `P-${Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('')}`;
