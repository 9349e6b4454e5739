import { Injectable } from '@nestjs/common';
import type { Unlock } from '@wardbell/contract';
import { AccessLog } from '../../database/access-log.js';
import { Database } from '../../database/database.service.js';
import type { Principal } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { Passkeys } from '../factors/passkeys.js';
import { toUser } from '../user-row.js';
import { type Asker, OwnPasswords } from './own-password.js';
import { holderOf, rotateRefreshToken } from './refresh-token.js';
import { ScreenPins } from './screen-pin.js';
import type { SignedIn } from './session.service.js';
import { principalOf, TokenService } from './token.service.js';

/** Locks a session while nobody sits before its screen, and unlocks it for the same person. */
@Injectable()
export class ScreenLock {
  constructor(
    private readonly database: Database,
    private readonly ownPasswords: OwnPasswords,
    private readonly pins: ScreenPins,
    private readonly passkeys: Passkeys,
    private readonly tokens: TokenService,
    private readonly accesses: AccessLog,
  ) {}

  /**
   * Locks the session of the caller: its tokens are refused from now on and its sockets close.
   * @throws Problem `external_account` without a session of ours
   */
  async lock(principal: Principal): Promise<void> {
    const { sessionId, tenantId } = principal;
    if (sessionId === null) throw new Problem('external_account');
    await this.database.onAccounts(principal, async (tx) => {
      const locked = await tx.sql.execute`
        UPDATE wardbell.auth_session SET locked_at = now()
        WHERE id = ${sessionId}::uuid AND revoked_at IS NULL AND locked_at IS NULL`;
      if (locked === 0) return;
      // not a reason of its own, which an instance of an earlier release would not know
      tx.disconnect({ sessionId, tenantId }, 'accessRevoked');
      tx.audit({ action: 'auth.lock', objectType: 'session', objectId: sessionId }, tenantId);
    });
  }

  /**
   * Unlocks the session of a refresh token for the person of that session, and counts as a fresh sign-in unless it was by
   * the PIN. One factor is
   * enough, because the session itself, which was opened with all that the policy demands, is the other one
   * (NIST SP 800-63B, 4.2.3). Wrong passwords count as failed sign-ins.
   * @throws Problem `invalid_refresh_token` when the session has ended; `wrong_password`, `wrong_code`, `wrong_pin`,
   *   `pin_refused`, `too_many_attempts`; `external_account` for people of an OpenID provider, who sign in there again
   */
  async unlock(token: string | undefined, proof: Unlock, asker: Asker): Promise<SignedIn> {
    const holder = await holderOf(this.database, token, asker.address);
    if (!token || !holder?.isValid) throw new Problem('invalid_refresh_token');
    if (holder.provider !== null) throw new Problem('external_account');
    const { sessionId } = holder;
    const user = toUser(holder.user);
    const principal = principalOf(user, asker.address); // without the session, which may not do anything yet
    await this.#prove(principal, sessionId, proof, asker);
    const isByPin = 'pin' in proof;
    const refreshToken = await this.database.onAccounts(principal, async (tx) => {
      if (!(await open(tx, sessionId, !isByPin))) return null;
      const details = isByPin ? { details: { method: 'pin' } } : {};
      tx.audit(
        { action: 'auth.unlock', objectType: 'session', objectId: sessionId, ...details },
        user.tenant_id,
      );
      const next = await rotateRefreshToken(tx, token, sessionId);
      // used meanwhile, by a copy or by another tab: the session stays locked
      if (next === null) throw new Problem('invalid_refresh_token');
      return next;
    });
    if (refreshToken === null) throw new Problem('invalid_refresh_token');
    return { refreshToken, answer: this.tokens.answer(user, sessionId) };
  }

  async #prove(principal: Principal, sessionId: string, proof: Unlock, asker: Asker): Promise<void> {
    if ('password' in proof) {
      await this.ownPasswords.confirm(principal, proof.password, asker);
      return;
    }
    if ('pin' in proof) {
      await this.pins.confirm(principal, sessionId, proof.pin);
      return;
    }
    const shown = await this.database.onAccounts(principal, (tx) =>
      this.passkeys.verify(tx, proof.assertion),
    );
    if (shown === principal.userId) return;
    const { userId: id, tenantId } = principal;
    this.accesses.failedToAuthenticate(asker.address, { code: 'wrong_code' }, { id, tenantId });
    throw new Problem('wrong_code');
  }
}

/** False when the session has ended meanwhile, as with a change of the account. */
const open = async (tx: Tx, sessionId: string, isFresh: boolean): Promise<boolean> => {
  const opened = await tx.sql.execute`
    UPDATE wardbell.auth_session s
    SET locked_at = NULL, pin_failures = 0, last_used_at = clock_timestamp(),
        fresh_at = CASE WHEN ${isFresh} THEN now() ELSE s.fresh_at END
    WHERE s.id = ${sessionId}::uuid AND s.revoked_at IS NULL AND s.expires_at > now() AND NOT wardbell.is_idle(s)`;
  return opened > 0;
};
