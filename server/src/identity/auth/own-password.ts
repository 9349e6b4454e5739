import { Injectable } from '@nestjs/common';
import { AccessLog } from '../../database/access-log.js';
import { Database } from '../../database/database.service.js';
import { type Principal, SYSTEM } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { isUuid } from '../../platform/uuid.js';
import { PasswordRules } from '../password-rules/password-rules.js';
import { Passwords } from '../passwords.js';
import { revokeOtherSessions } from '../revocation.js';
import { findStep } from '../sessions/sign-in-steps.js';
import { toUser } from '../user-row.js';
import { attemptOf, clearAttempts, recordAttempt } from './login-throttle.js';
import { networkOf } from './network.js';
import { principalOf } from './token.service.js';

/** Where a person shows the password. */
export interface Asker {
  readonly address: string;
  /** Of a browser that is known for an address; see `KnownBrowsers`. */
  readonly findBrowser: (email: string) => string | undefined;
}

/** A person's own password. */
@Injectable()
export class OwnPasswords {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly rules: PasswordRules,
    private readonly accesses: AccessLog,
  ) {}

  /**
   * Checks the password of the caller. Wrong ones count as failed sign-ins, so that a copied access token does not help
   * to guess.
   * @throws Problem `wrong_password`, `too_many_attempts`; `external_account` for people of single sign-on
   */
  async confirm(principal: Principal, password: string, asker: Asker): Promise<AccountWithHash> {
    const account = await this.database.onAccounts(principal, (tx) => findAccount(tx, principal.userId));
    if (!account?.email) throw new Problem('external_account');
    const attempt = attemptOf(account.email, asker.address, asker.findBrowser(account.email));
    await this.passwords.inTurn(attempt.source, async () => {
      await this.database.onAccounts(principal, (tx) => recordAttempt(tx, attempt));
      if (await this.passwords.verify(account.password_hash, password)) return;
      this.accesses.failedToAuthenticate(
        asker.address,
        { code: 'wrong_password' },
        { id: account.id, tenantId: account.tenant_id },
      );
      throw new Problem('wrong_password');
    });
    await this.database.onAccounts(principal, (tx) => clearAttempts(tx, attempt));
    return account;
  }

  /**
   * Sets the password of the caller, who must know the present one, and ends all other sessions.
   * @throws Problem as `confirm`, and `weak_password`
   */
  async change(principal: Principal, current: string, next: string, asker: Asker): Promise<void> {
    const account = await this.confirm(principal, current, asker);
    const passwordHash = await this.hashNew(account, next, asker.address);
    await this.database.onAccounts(principal, (tx) => storePassword(tx, account, passwordHash));
  }

  /**
   * Replaces a password that an administrator chose, in the sign-in that demanded it.
   * @throws Problem `invalid_change_token`, `weak_password`
   */
  async replaceFirst(token: string, next: string, address: string): Promise<void> {
    const find = async (tx: Tx): Promise<AccountWithHash | null> => {
      const step = await findStep(tx, 'password_change', token);
      return step?.userId ? findAccount(tx, step.userId) : null;
    };
    const account = await this.database.onAccounts({ ...SYSTEM, address }, find);
    if (!account?.email) throw new Problem('invalid_change_token');
    const passwordHash = await this.hashNew(account, next, address);
    await this.database.onAccounts(principalOf(toUser(account), address), async (tx) => {
      // the token ends with the change of the hash, as every sign-in of the account does that is under way
      if (!(await find(tx))) throw new Problem('invalid_change_token');
      await storePassword(tx, account, passwordHash);
    });
  }

  /** The hash of a password that a person chooses. @throws Problem `weak_password`, also for the present one */
  async hashNew(account: AccountWithHash, next: string, address: string): Promise<string> {
    const lane = networkOf(address);
    const isPresent = await this.passwords.inTurn(lane, () =>
      this.passwords.verify(account.password_hash, next),
    );
    if (isPresent)
      throw new Problem('weak_password', { members: { warning: 'This is the present password' } });
    const person = { email: account.email ?? '', name: account.name, clinic: account.tenant?.name ?? null };
    await this.rules.check(next, person, 'new_password');
    return this.passwords.hash(next, lane);
  }
}

/** With its password hash and the name of its clinic; null for one that is deleted. */
export const findAccount = async (tx: Tx, id: string) => {
  if (!isUuid(id)) return null;
  const orm = await tx.orm();
  return orm.userAccount.findFirst({
    where: { id, deleted_at: null },
    omit: { password_hash: false },
    include: { tenant: { select: { name: true } } },
  });
};

export type AccountWithHash = NonNullable<Awaited<ReturnType<typeof findAccount>>>;

/**
 * Stores a person's own password and ends all other sessions.
 * @throws Problem `conflict` when the password is no longer the one that was checked
 */
export const storePassword = async (
  tx: Tx,
  { id, tenant_id, password_hash }: AccountWithHash,
  passwordHash: string,
): Promise<void> => {
  const orm = await tx.orm();
  const { count } = await orm.userAccount.updateMany({
    where: { id, password_hash, deleted_at: null },
    data: {
      password_hash: passwordHash,
      password_expires_at: null,
      version: { increment: 1 },
      updated_at: tx.now,
    },
  });
  if (count === 0) throw new Problem('conflict');
  await revokeOtherSessions(tx, { userId: id, tenantId: tenant_id }, 'account_changed');
  tx.audit({ action: 'user.update', objectType: 'user', objectId: id, changed: ['password'] }, tenant_id);
};
