import { randomInt } from 'node:crypto';

/** Crockford's alphabet, without characters that are confused when read aloud or on paper. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 8;

/** Generates a medical record number for a patient without one, such as `P-7K3M92QF`. */
export const newMrn = (): string =>
  `P-${Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('')}`;
