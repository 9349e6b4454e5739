import { Injectable } from '@nestjs/common';
import { AccessLog } from '../../database/access-log.js';
import { Database } from '../../database/database.service.js';
import type { Principal } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Config } from '../../platform/config/config.js';
import { deriveKeys } from '../../platform/config/signing-keys.js';
import { Problem } from '../../platform/errors/problem.js';
import { isUuid } from '../../platform/uuid.js';
import { Passwords } from '../passwords.js';
import { networkOf } from './network.js';

/** Wrong PINs of a locked session after which only the password or a passkey unlocks it. */
const MAX_FAILURES = 5;

/**
 * PINs that unlock the screens of their person. They sign nobody in and confirm nothing else. A copy of the database does not
 * help to guess the few digits: the hash needs a key that is derived from `JWT_SECRET`. Once that secret has been removed,
 * people choose another PIN.
 */
@Injectable()
export class ScreenPins {
  readonly #keys: readonly [Buffer, ...Buffer[]];

  constructor(
    config: Config,
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly accesses: AccessLog,
  ) {
    this.#keys = deriveKeys(config, 'wardbell screen pin');
  }

  /** Sets the PIN of the caller. @throws Problem `external_account`, `too_many_attempts` */
  async set(principal: Principal, pin: string, address: string): Promise<void> {
    const hash = await this.passwords.hash(pin, networkOf(address), this.#keys[0]);
    await this.database.onAccounts(principal, async (tx) => {
      const userId = await lockOwnAccount(tx);
      const orm = await tx.orm();
      await orm.screenPin.upsert({
        where: { user_id: userId },
        create: { user_id: userId, hash },
        update: { hash, created_at: tx.now },
      });
      audit(tx, 'auth.pin_set', userId);
    });
  }

  /**
   * Checks the PIN that was shown to a locked session. It is counted as wrong before it is checked, so that of PINs that
   * are shown at once, on all instances, no more are checked than one after the other.
   * @throws Problem `wrong_pin`; `pin_refused` with the fifth wrong one, from then on, and for a session that is not locked
   */
  async confirm(principal: Principal, sessionId: string, pin: string): Promise<void> {
    const { userId: id, tenantId, address } = principal;
    const lane = networkOf(address ?? '');
    const { failures, isRight } = await this.passwords.inTurn(lane, async () => {
      const counted = await this.database.onAccounts(principal, (tx) => countPin(tx, sessionId, id));
      return { failures: counted.failures, isRight: await this.#isPin(counted.hash, pin) };
    });
    if (isRight) return;
    this.accesses.failedToAuthenticate(address, { code: 'wrong_pin' }, { id, tenantId });
    if (failures < MAX_FAILURES) throw new Problem('wrong_pin');
    await this.database.onAccounts(principal, async (tx) => {
      tx.audit({ action: 'auth.pin_refused', objectType: 'session', objectId: sessionId }, tenantId);
    });
    throw new Problem('pin_refused');
  }

  async #isPin(hash: string | null, pin: string): Promise<boolean> {
    for (const key of this.#keys) if (await this.passwords.verify(hash, pin, key)) return true;
    return false;
  }
}

/** Removes the PIN of the caller. @throws Problem `external_account` */
export async function removePin(tx: Tx): Promise<void> {
  const userId = await lockOwnAccount(tx);
  const orm = await tx.orm();
  const { count } = await orm.screenPin.deleteMany({ where: { user_id: userId } });
  if (count > 0) audit(tx, 'auth.pin_removed', userId);
}

/** Whether the caller has a PIN, in a unit of work of the own tenant. */
export async function hasPin(tx: Tx, userId: string): Promise<boolean> {
  const [row] = await tx.sql.query<{ has_pin: boolean }[]>`
    SELECT wardbell.has_screen_pin(${userId}::uuid) AS has_pin`;
  return row?.has_pin ?? false;
}

interface CountedPin {
  readonly failures: number;
  readonly hash: string | null;
}

async function countPin(tx: Tx, sessionId: string, userId: string): Promise<CountedPin> {
  const [session] = await tx.sql.query<CountedPin[]>`
    UPDATE wardbell.auth_session s SET pin_failures = s.pin_failures + 1
    WHERE s.id = ${sessionId}::uuid AND s.revoked_at IS NULL AND s.locked_at IS NOT NULL
      AND s.pin_failures < ${MAX_FAILURES}
    RETURNING s.pin_failures AS failures,
              (SELECT p.hash FROM wardbell.screen_pin p WHERE p.user_id = ${userId}::uuid) AS hash`;
  if (!session) throw new Problem('pin_refused');
  return session;
}

/**
 * Locks the caller's account until the transaction ends, so that a PIN does not outlive a change of the password.
 * @throws Problem `external_account` for people of single sign-on
 */
async function lockOwnAccount(tx: Tx): Promise<string> {
  const { userId } = tx.principal;
  if (!isUuid(userId)) throw new Problem('external_account');
  const [account] = await tx.sql.query<{ id: string }[]>`
    SELECT id FROM wardbell.user_account
    WHERE id = ${userId}::uuid AND deleted_at IS NULL FOR NO KEY UPDATE`;
  if (!account) throw new Problem('external_account');
  return account.id;
}

const audit = (tx: Tx, action: string, userId: string): void =>
  tx.audit({ action, objectType: 'user', objectId: userId }, tx.principal.tenantId);
