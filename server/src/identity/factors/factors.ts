import type { FactorMethod, Factors } from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';
import { useRecoveryCode } from './recovery-codes.js';
import { useTotp } from './totp.js';

/** The sign-in factors of an account besides the password. */
export async function readFactors(tx: Tx, userId: string): Promise<Factors> {
  const [row] = await tx.sql.query<Factors[]>`
    SELECT EXISTS (SELECT FROM wardbell.totp t WHERE t.user_id = ${userId}::uuid AND t.secret IS NOT NULL) AS totp,
           (SELECT count(*)::int FROM wardbell.passkey p WHERE p.user_id = ${userId}::uuid) AS passkeys,
           (SELECT count(*)::int FROM wardbell.recovery_code c WHERE c.user_id = ${userId}::uuid) AS recovery_codes`;
  return row ?? NO_FACTORS;
}

/** The same for the caller, in a unit of work of the own tenant. */
export async function countFactors(tx: Tx, userId: string): Promise<Factors> {
  const [row] = await tx.sql.query<Factors[]>`SELECT * FROM wardbell.count_factors(${userId}::uuid)`;
  return row ?? NO_FACTORS;
}

const NO_FACTORS: Factors = { totp: false, passkeys: 0, recovery_codes: 0 };

/** The ways in which an account can follow its password; none: it has no second factor. */
export function methodsOf({ totp, passkeys, recovery_codes }: Factors): FactorMethod[] {
  if (!totp && passkeys === 0) return [];
  return [
    ...(totp ? (['totp'] as const) : []),
    ...(passkeys > 0 ? (['passkey'] as const) : []),
    ...(recovery_codes > 0 ? (['recovery_code'] as const) : []),
  ];
}

/** Uses a TOTP code or a recovery code, once. */
export const acceptCode = (tx: Tx, userId: string, code: string): Promise<boolean> => {
  const plain = code.replaceAll(/\s/g, '');
  return /^\d{6}$/.test(plain) ? useTotp(tx, userId, plain) : useRecoveryCode(tx, userId, plain);
};

/** Removes all second factors of an account. */
export async function removeFactors(tx: Tx, userId: string): Promise<void> {
  const orm = await tx.orm();
  await orm.totp.deleteMany({ where: { user_id: userId } });
  await orm.recoveryCode.deleteMany({ where: { user_id: userId } });
  await orm.passkey.deleteMany({ where: { user_id: userId } });
}
