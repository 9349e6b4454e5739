import { randomBytes } from 'node:crypto';
import type { Tx } from '../../database/tx.js';
import { hashToken } from '../../platform/secret-token.js';
import { toBase32 } from './totp.js';

const COUNT = 10;
/** 120 bits, 24 characters of base32: from 112 bits on a hash without stretching is enough (ASVS 5.0, 6.5.2). */
const CODE_BYTES = 15;

/** Replaces the recovery codes of an account. The database keeps their SHA-256. */
export async function renewRecoveryCodes(tx: Tx, userId: string): Promise<string[]> {
  const codes = Array.from({ length: COUNT }, () => toBase32(randomBytes(CODE_BYTES)));
  const orm = await tx.orm();
  await orm.recoveryCode.deleteMany({ where: { user_id: userId } });
  await orm.recoveryCode.createMany({
    data: codes.map((code) => ({ user_id: userId, hash: hashToken(code) })),
  });
  return codes.map((code) => code.toLowerCase().replaceAll(/(.{4})(?=.)/g, '$1-'));
}

/** True for a code of this account, once. Spaces, hyphens and case do not matter. */
export async function useRecoveryCode(tx: Tx, userId: string, code: string): Promise<boolean> {
  const plain = code.replaceAll(/[\s-]/g, '').toUpperCase();
  const orm = await tx.orm();
  const used = await orm.recoveryCode.deleteMany({ where: { user_id: userId, hash: hashToken(plain) } });
  return used.count === 1;
}
