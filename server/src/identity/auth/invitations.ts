import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Invited } from '@wardbell/contract';
import { AccessLog } from '../../database/access-log.js';
import { Database } from '../../database/database.service.js';
import { SYSTEM } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { isToken } from '../../platform/secret-token.js';
import { findStep, takeStep } from '../sessions/sign-in-steps.js';
import { toUser } from '../user-row.js';
import { emitUserChanged } from '../users/user-event.js';
import { type Attempt, attemptOf, clearAttempts, recordAttempt } from './login-throttle.js';
import { type AccountWithHash, findAccount, OwnPasswords, storePassword } from './own-password.js';
import { principalOf } from './token.service.js';

/** An account that a link is good for. */
interface Opened {
  readonly account: AccountWithHash;
  readonly email: string;
  readonly expiresAt: Date;
}

/**
 * The link by which a person chooses the own password. A link that is unknown, used, ended or expired is refused in one way, so
 * that it does not tell whether there is an account, and counts as a failed sign-in of its network.
 */
@Injectable()
export class Invitations {
  constructor(
    private readonly database: Database,
    private readonly ownPasswords: OwnPasswords,
    private readonly accesses: AccessLog,
  ) {}

  /** Whom a link is for. @throws Problem `invalid_invitation`, `tenant_suspended`, `too_many_attempts` */
  async describe(token: string, address: string): Promise<Invited> {
    const { account, email, expiresAt } = await this.#open(token, address);
    return {
      email,
      name: account.name,
      clinic: account.tenant?.name ?? null,
      expires_at: expiresAt.toISOString(),
    };
  }

  /**
   * Sets the password, once, and ends the sessions of the account; its second factors stay.
   * @throws Problem as `describe`, and `weak_password`, after which the link is still good
   */
  async accept(token: string, next: string, address: string): Promise<void> {
    const { account } = await this.#open(token, address);
    const passwordHash = await this.ownPasswords.hashNew(account, next, address);
    await this.database.onAccounts(principalOf(toUser(account), address), async (tx) => {
      // the account first, in the order of all who change it: of two tabs one waits here and then finds no link
      await lock(tx, account.id);
      if (!(await takeStep(tx, 'invitation', token))) throw new Problem('invalid_invitation');
      await storePassword(tx, account, passwordHash);
      tx.audit(
        { action: 'user.accept_invitation', objectType: 'user', objectId: account.id },
        account.tenant_id,
      );
      emitUserChanged(tx, account.id, account.tenant_id);
    });
  }

  async #open(token: string, address: string): Promise<Opened> {
    const attempt = attemptOfLink(token, address);
    const opened = await this.database.onAccounts({ ...SYSTEM, address }, async (tx) => {
      await recordAttempt(tx, attempt);
      const found = isToken(token) ? await find(tx, token) : undefined;
      if (found) await clearAttempts(tx, attempt);
      return found;
    });
    if (opened) return this.#admit(opened, address);
    this.accesses.failedToAuthenticate(address, { code: 'invalid_invitation' });
    throw new Problem('invalid_invitation');
  }

  /** @throws Problem `tenant_suspended` */
  async #admit(opened: Opened, address: string): Promise<Opened> {
    await this.database.onAccounts(principalOf(toUser(opened.account), address), () => Promise.resolve());
    return opened;
  }
}

/** Links are counted one by one, as accounts are: one that is opened again and again blocks no other. */
const attemptOfLink = (token: string, address: string): Attempt =>
  attemptOf(`invitation/${createHash('sha256').update(token).digest('base64url')}`, address, undefined);

async function find(tx: Tx, token: string): Promise<Opened | undefined> {
  const step = await findStep(tx, 'invitation', token);
  const account = step?.userId ? await findAccount(tx, step.userId) : null;
  if (!step || !account?.email) return undefined;
  return { account, email: account.email, expiresAt: step.expiresAt };
}

const lock = (tx: Tx, id: string): Promise<number> =>
  tx.sql.execute`SELECT FROM wardbell.user_account u WHERE u.id = ${id}::uuid FOR NO KEY UPDATE`;
