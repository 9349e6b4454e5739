import { Injectable } from '@nestjs/common';
import { AccessLog } from '../../database/access-log.js';
import { Database } from '../../database/database.service.js';
import type { Principal } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { isUuid } from '../../platform/uuid.js';
import { PasswordRules } from '../password-rules/password-rules.js';
import { Passwords } from '../passwords.js';
import { revokeOtherSessions } from '../revocation.js';
import { attemptOf, clearAttempts, recordAttempt } from './login-throttle.js';

export interface PasswordChange {
  readonly current: string;
  readonly next: string;
  readonly address: string;
  /** Of a browser that is known for an address; see `KnownBrowsers`. */
  readonly findBrowser: (email: string) => string | undefined;
}

/** A person's change of the own password. */
@Injectable()
export class OwnPasswords {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly rules: PasswordRules,
    private readonly accesses: AccessLog,
  ) {}

  /**
   * Sets the password of the caller, who must know the present one, and ends all other sessions. Wrong ones count as
   * failed sign-ins, so that a copied access token does not help to guess.
   * @throws Problem `wrong_password`, `weak_password`, `too_many_attempts`; `forbidden` for people of single sign-on
   */
  async change(principal: Principal, { current, next, address, findBrowser }: PasswordChange): Promise<void> {
    const account = await this.database.acrossTenants(principal, (tx) => findAccount(tx, principal.userId));
    if (!account?.email) throw new Problem('forbidden');
    const { email } = account;
    const attempt = attemptOf(email, address, findBrowser(email));
    await this.passwords.inTurn(attempt.source, async () => {
      await this.database.acrossTenants(principal, (tx) => recordAttempt(tx, attempt));
      if (await this.passwords.verify(account.password_hash, current)) return;
      this.accesses.failedToAuthenticate(
        address,
        { code: 'wrong_password' },
        { id: account.id, tenantId: account.tenant_id },
      );
      throw new Problem('wrong_password');
    });
    await this.database.acrossTenants(principal, (tx) => clearAttempts(tx, attempt));
    const person = { email, name: account.name, clinic: account.tenant?.name ?? null };
    await this.rules.check(next, person, 'new_password');
    const passwordHash = await this.passwords.hash(next, attempt.source);
    await this.database.acrossTenants(principal, (tx) => store(tx, account, passwordHash));
  }
}

const findAccount = async (tx: Tx, id: string) => {
  if (!isUuid(id)) return null;
  const orm = await tx.orm();
  return orm.userAccount.findFirst({
    where: { id, deleted_at: null },
    omit: { password_hash: false },
    include: { tenant: { select: { name: true } } },
  });
};

type AccountWithHash = NonNullable<Awaited<ReturnType<typeof findAccount>>>;

/** @throws Problem `conflict` when the password is no longer the one that was checked */
const store = async (tx: Tx, { id, tenant_id, password_hash }: AccountWithHash, passwordHash: string) => {
  const orm = await tx.orm();
  const { count } = await orm.userAccount.updateMany({
    where: { id, password_hash, deleted_at: null },
    data: { password_hash: passwordHash, version: { increment: 1 }, updated_at: tx.now },
  });
  if (count === 0) throw new Problem('conflict');
  await revokeOtherSessions(tx, { userId: id, tenantId: tenant_id }, 'account_changed');
  tx.audit({ action: 'user.update', objectType: 'user', objectId: id, changed: ['password'] }, tenant_id);
};
