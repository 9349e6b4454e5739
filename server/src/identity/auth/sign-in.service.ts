import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Assertion, User } from '@wardbell/contract';
import { AccessLog } from '../../database/access-log.js';
import { Database } from '../../database/database.service.js';
import { SYSTEM } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { acceptCode, methodsOf, readFactors } from '../factors/factors.js';
import { Passkeys } from '../factors/passkeys.js';
import { Passwords } from '../passwords.js';
import { type Device, openLoginSession } from '../sessions/login-session.js';
import { demandsFactor, readSecurity } from '../sessions/security-policy.js';
import { beginStep, countFailure, findStep, takeStep } from '../sessions/sign-in-steps.js';
import { toUser } from '../user-row.js';
import { type Attempt, clearAttempts, recordAttempt, resumeAttempt } from './login-throttle.js';
import { networkOf } from './network.js';
import { issueRefreshToken } from './refresh-token.js';
import type { SignedIn } from './session.service.js';
import { principalOf, TokenService } from './token.service.js';

/** A second factor: a code, or a passkey. */
export type SecondFactorProof = { readonly code: string } | { readonly assertion: Assertion };

/** What follows a right password. */
type Outcome = SignedIn | Problem;

/** Signing in: with a password and, where there is one, a second factor; or with a passkey. */
@Injectable()
export class SignInService {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly passkeys: Passkeys,
    private readonly tokens: TokenService,
    private readonly accesses: AccessLog,
  ) {}

  /**
   * Opens a session for an e-mail address and password.
   * @throws Problem `invalid_credentials`, `too_many_attempts`, `tenant_suspended`; with a token for the next step
   *   `second_factor_required`, `password_change_required`, `second_factor_enrolment_required`
   */
  async login(attempt: Attempt, password: string, device: Device): Promise<SignedIn> {
    const check = (account: AccountWithHash | null) => this.#check(account, attempt, password, device);
    // In turn from the first statement: attempts that wait are not counted as failures of their network yet.
    const { account, delayMs, ...first } = await this.passwords.inTurn(attempt.source, async () => {
      const recorded = await this.#record(attempt, device.address);
      return { ...recorded, outcome: recorded.delayMs > 0 ? undefined : await check(recorded.account) };
    });
    if (delayMs > 0) await delay(delayMs); // while others have their turns
    const outcome =
      delayMs > 0 ? await this.passwords.inTurn(attempt.source, () => check(account)) : first.outcome;
    return signedInOr(outcome);
  }

  /**
   * Completes a sign-in whose password was right. Wrong codes count as failed sign-ins.
   * @throws Problem `invalid_mfa_token`, `invalid_credentials`, `too_many_attempts`
   */
  async completeSecondFactor(token: string, proof: SecondFactorProof, device: Device): Promise<SignedIn> {
    const system = { ...SYSTEM, address: device.address };
    const begun = await this.database.onAccounts(system, async (tx) => {
      const step = await countFailure(tx, token);
      const account = step?.userId ? await findAccount(tx, { id: step.userId }) : null;
      if (!step || !account?.email) return undefined;
      const attempt = resumeAttempt(account.email, step.source);
      return { account, attempt, delayMs: await recordAttempt(tx, attempt) };
    });
    if (!begun) throw new Problem('invalid_mfa_token');
    const { account, attempt, delayMs } = begun;
    if (delayMs > 0) await delay(delayMs);
    const user = toUser(account);
    const signedIn = await this.database.onAccounts(principalOf(user, device.address), async (tx) => {
      if (!(await lockUnchanged(tx, account))) return undefined;
      if (!(await this.#accept(tx, user.id, proof))) return undefined;
      // a change of the account has ended it
      if (!(await takeStep(tx, 'second_factor', token))) return undefined;
      await clearAttempts(tx, attempt);
      return this.#open(tx, user, device);
    });
    if (!signedIn) this.#recordFailure(account, device);
    return signedInOr(signedIn);
  }

  async #accept(tx: Tx, userId: string, proof: SecondFactorProof): Promise<boolean> {
    if ('code' in proof) return acceptCode(tx, userId, proof.code);
    return (await this.passkeys.verify(tx, proof.assertion)) === userId;
  }

  /** WebAuthn options for a sign-in whose password was right. @throws Problem `invalid_mfa_token` */
  async secondFactorOptions(token: string, address: string): Promise<object> {
    return this.database.onAccounts({ ...SYSTEM, address }, async (tx) => {
      const step = await findStep(tx, 'second_factor', token);
      if (!step?.userId) throw new Problem('invalid_mfa_token');
      const { options } = await this.passkeys.assertionOptions(tx, {
        userId: step.userId,
        source: step.source,
      });
      return options;
    });
  }

  /** WebAuthn options for whoever has a passkey. @throws Problem `too_many_attempts` */
  async passkeyOptions(address: string): Promise<object> {
    return this.database.onAccounts({ ...SYSTEM, address }, async (tx) => {
      const { challengeId, options } = await this.passkeys.assertionOptions(tx, {
        userId: null,
        source: networkOf(address),
      });
      return { challenge_id: challengeId, options };
    });
  }

  /** Opens a session for a passkey alone. @throws Problem `invalid_credentials`, `tenant_suspended` */
  async loginWithPasskey(challengeId: string, assertion: Assertion, device: Device): Promise<SignedIn> {
    const system = { ...SYSTEM, address: device.address };
    const account = await this.database.onAccounts(system, async (tx) => {
      const userId = await this.passkeys.verify(tx, assertion, challengeId);
      return userId === undefined ? null : findAccount(tx, { id: userId });
    });
    if (account?.status !== 'active') {
      this.#recordFailure(account, device);
      throw new Problem('invalid_credentials');
    }
    const user = toUser(account);
    const signedIn = await this.database.onAccounts(principalOf(user, device.address), async (tx) =>
      (await lockUnchanged(tx, account)) ? this.#open(tx, user, device) : undefined,
    );
    return signedInOr(signedIn);
  }

  #record(
    attempt: Attempt,
    address: string,
  ): Promise<{ readonly account: AccountWithHash | null; readonly delayMs: number }> {
    return this.database.onAccounts({ ...SYSTEM, address }, async (tx) => {
      const delayMs = await recordAttempt(tx, attempt);
      return { account: await findAccount(tx, { email: attempt.email }), delayMs };
    });
  }

  /** Undefined when address or password is wrong. Both take the same steps, so that timing reveals nothing. */
  async #check(
    account: AccountWithHash | null,
    attempt: Attempt,
    password: string,
    device: Device,
  ): Promise<Outcome | undefined> {
    // outside a transaction, because the hash is slow by design
    const isMatch = await this.passwords.verify(account?.password_hash ?? null, password);
    const outcome =
      account && isMatch && account.status === 'active'
        ? await this.#afterPassword(account, attempt, device)
        : undefined;
    if (!outcome) this.#recordFailure(account, device);
    return outcome;
  }

  /** Opens a session or begins the next step; undefined when the account is no longer the one that was checked. */
  #afterPassword(account: AccountWithHash, attempt: Attempt, device: Device): Promise<Outcome | undefined> {
    const user = toUser(account);
    return this.database.onAccounts(principalOf(user, device.address), async (tx) => {
      if (!(await lockUnchanged(tx, account))) return undefined;
      const of = { userId: user.id, source: attempt.source };
      if (account.password_expires_at !== null) {
        if (account.password_expires_at <= tx.now) return undefined;
        await clearAttempts(tx, attempt);
        const change_token = await beginStep(tx, 'password_change', of);
        return new Problem('password_change_required', { members: { change_token } });
      }
      const methods = methodsOf(await readFactors(tx, user.id));
      if (methods.length > 0) {
        // The attempt stays counted until the factor was right: a stolen password allows few guesses of codes.
        const mfa_token = await beginStep(tx, 'second_factor', of);
        return new Problem('second_factor_required', { members: { mfa_token, methods } });
      }
      await clearAttempts(tx, attempt);
      const { policy } = await readSecurity(tx, user.tenant_id);
      if (demandsFactor(policy, user.role)) {
        const enrol_token = await beginStep(tx, 'enrolment', of);
        return new Problem('second_factor_enrolment_required', { members: { enrol_token } });
      }
      return this.#open(tx, user, device);
    });
  }

  async #open(tx: Tx, user: User, device: Device): Promise<SignedIn> {
    const sessionId = await openLoginSession(tx, user, device);
    tx.audit({ action: 'auth.login', objectType: 'session', objectId: sessionId }, user.tenant_id);
    const refreshToken = await issueRefreshToken(tx, sessionId);
    return { refreshToken, answer: this.tokens.answer(user, sessionId) };
  }

  #recordFailure(account: AccountWithHash | null, { address }: Device): void {
    this.accesses.failedToAuthenticate(
      address,
      { code: 'invalid_credentials' },
      account ? { id: account.id, tenantId: account.tenant_id } : undefined,
    );
  }
}

/** @throws the problem of an outcome; `invalid_credentials` for none */
function signedInOr(outcome: Outcome | undefined): SignedIn {
  if (outcome === undefined) throw new Problem('invalid_credentials');
  if (outcome instanceof Problem) throw outcome;
  return outcome;
}

const findAccount = async (tx: Tx, where: { readonly email: string } | { readonly id: string }) => {
  const orm = await tx.orm();
  return orm.userAccount.findUnique({ where, omit: { password_hash: false } });
};

type AccountWithHash = NonNullable<Awaited<ReturnType<typeof findAccount>>>;

/**
 * True when hash, status and role are still those that were checked. Locks the account until the transaction ends, so a
 * change that commits first is seen here, one that comes later finds the session that it must revoke, and parallel
 * sign-ins count each other's sessions.
 */
const lockUnchanged = async (tx: Tx, account: AccountWithHash): Promise<boolean> => {
  const rows = await tx.sql.query<object[]>`
    SELECT FROM wardbell.user_account u
    WHERE u.id = ${account.id}::uuid AND u.password_hash IS NOT DISTINCT FROM ${account.password_hash}
      AND u.status = ${account.status} AND u.role = ${account.role} AND u.deleted_at IS NULL
    FOR NO KEY UPDATE`;
  return rows.length > 0;
};
