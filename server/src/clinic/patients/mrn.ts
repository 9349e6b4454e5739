import { randomInt } from 'node:crypto';
import { Problem } from '../../platform/errors/problem.js';
import { SQLSTATE, sqlState } from '../../platform/errors/sqlstate.js';

/** Crockford's alphabet, without characters that are confused when read aloud or on paper. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 8;

/** Generates a medical record number for a patient without one, such as `P-7K3M92QF`. */
export const newMrn = (): string =>
  `P-${Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('')}`;

/**
 * Waits for a write of a patient.
 * @throws Problem `mrn_taken` when another patient has its MRN, or one that was merged had it
 */
export async function refusingTakenMrn<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (sqlState(error) === SQLSTATE.uniqueViolation) throw new Problem('mrn_taken', { cause: error });
    throw error;
  }
}
