import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Reauthentication as Proof } from '@wardbell/contract';
import { AccessLog } from '../../database/access-log.js';
import { Database } from '../../database/database.service.js';
import type { Principal } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { isUuid } from '../../platform/uuid.js';
import { acceptCode } from '../factors/factors.js';
import { Passkeys } from '../factors/passkeys.js';
import { attemptOf, clearAttempts, recordAttempt } from './login-throttle.js';
import { type Asker, OwnPasswords } from './own-password.js';

/** Shows that the person in front of a session is still the one who opened it. */
@Injectable()
export class Reauthentication {
  constructor(
    private readonly database: Database,
    private readonly ownPasswords: OwnPasswords,
    private readonly passkeys: Passkeys,
    private readonly accesses: AccessLog,
  ) {}

  /**
   * Marks the session of the caller as fresh. Wrong passwords and codes count as failed sign-ins.
   * @throws Problem `wrong_password`, `wrong_code`, `too_many_attempts`; `external_account` without a session of ours
   */
  async confirm(principal: Principal, proof: Proof, asker: Asker): Promise<void> {
    const { sessionId, userId } = principal;
    if (sessionId === null || !isUuid(userId)) throw new Problem('external_account');
    if ('password' in proof) {
      await this.ownPasswords.confirm(principal, proof.password, asker);
    } else if ('code' in proof) {
      await this.#confirmCode(principal, proof.code, asker);
    } else {
      const shown = await this.database.onAccounts(principal, (tx) =>
        this.passkeys.verify(tx, proof.assertion),
      );
      if (shown !== userId) throw new Problem('wrong_code');
    }
    await this.database.onAccounts(principal, (tx) => markFresh(tx, sessionId));
  }

  async #confirmCode(principal: Principal, code: string, asker: Asker): Promise<void> {
    const { attempt, delayMs } = await this.database.onAccounts(principal, async (tx) => {
      const orm = await tx.orm();
      const account = await orm.userAccount.findUnique({ where: { id: principal.userId } });
      if (!account?.email) throw new Problem('external_account');
      const made = attemptOf(account.email, asker.address, asker.findBrowser(account.email));
      return { attempt: made, delayMs: await recordAttempt(tx, made) };
    });
    if (delayMs > 0) await delay(delayMs);
    const isRight = await this.database.onAccounts(principal, async (tx) => {
      if (!(await acceptCode(tx, principal.userId, code))) return false;
      await clearAttempts(tx, attempt);
      return true;
    });
    if (isRight) return;
    const { userId: id, tenantId } = principal;
    this.accesses.failedToAuthenticate(asker.address, { code: 'wrong_code' }, { id, tenantId });
    throw new Problem('wrong_code');
  }
}

const markFresh = (tx: Tx, sessionId: string): Promise<number> =>
  tx.sql.execute`UPDATE wardbell.auth_session SET fresh_at = now() WHERE id = ${sessionId}::uuid`;
