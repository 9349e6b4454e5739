import { randomBytes } from 'node:crypto';
import { generateURI, verifySync } from 'otplib';
import type { Tx } from '../../database/tx.js';

/** RFC 4226, 4: at least 128 bits, 160 recommended. */
const SECRET_BYTES = 20;
const ISSUER = 'Wardbell';
/** ± 1 step (RFC 6238, 5.2). */
const TOLERANCE_S = 30;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Makes a secret, which counts once a code of it has been shown. One that is in use stays in use until then. */
export async function proposeTotp(
  tx: Tx,
  account: { readonly id: string; readonly email: string },
): Promise<{ readonly secret: string; readonly otpauth_uri: string }> {
  const bytes = new Uint8Array(randomBytes(SECRET_BYTES));
  const orm = await tx.orm();
  await orm.totp.upsert({
    where: { user_id: account.id },
    create: { user_id: account.id, pending_secret: bytes },
    update: { pending_secret: bytes },
  });
  const secret = toBase32(bytes);
  return { secret, otpauth_uri: generateURI({ issuer: ISSUER, label: account.email, secret }) };
}

/** Puts the proposed secret into use. False when the code is not one of it. */
export async function confirmTotp(tx: Tx, userId: string, code: string): Promise<boolean> {
  const orm = await tx.orm();
  const row = await orm.totp.findUnique({ where: { user_id: userId } });
  const step = row?.pending_secret ? stepOf(row.pending_secret, code) : undefined;
  if (!row?.pending_secret || step === undefined) return false;
  await orm.totp.update({
    where: { user_id: userId },
    data: { secret: row.pending_secret, pending_secret: null, last_step: step },
  });
  return true;
}

/** True for a code of now, once: of two requests with one code, one gets true. */
export async function useTotp(tx: Tx, userId: string, code: string): Promise<boolean> {
  const orm = await tx.orm();
  const row = await orm.totp.findUnique({ where: { user_id: userId } });
  const step = row?.secret ? stepOf(row.secret, code) : undefined;
  if (step === undefined) return false;
  const used = await orm.totp.updateMany({
    where: { user_id: userId, last_step: { lt: step } },
    data: { last_step: step },
  });
  return used.count === 1;
}

/** The time step (30 s since 1970) that a code belongs to. */
function stepOf(secret: Uint8Array, code: string): number | undefined {
  const result = verifySync({ secret: toBase32(secret), token: code, epochTolerance: TOLERANCE_S });
  return result.valid && 'timeStep' in result ? result.timeStep : undefined;
}

/** RFC 4648, 6, without padding. */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(value >> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + BASE32[(value << (5 - bits)) & 31];
}
