import { Controller } from '@nestjs/common';
import { api, type Factors } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { isUuid } from '../../platform/uuid.js';
import { networkOf } from '../auth/network.js';
import { demandsFactor, readSecurity } from '../sessions/security-policy.js';
import { methodsOf, readFactors } from './factors.js';
import { Passkeys } from './passkeys.js';
import { renewRecoveryCodes } from './recovery-codes.js';
import { confirmTotp, proposeTotp } from './totp.js';

const routes = api.auth;

/** The second factors of the caller. The role of a clinic's work cannot read them. */
@Controller()
export class FactorsController {
  constructor(private readonly passkeys: Passkeys) {}

  @Endpoint(routes.totp, { unit: 'accounts' })
  async totp({ tx }: Call<typeof routes.totp>): Promise<object> {
    return proposeTotp(tx, await lockOwnAccount(tx));
  }

  @Endpoint(routes.confirmTotp, { unit: 'accounts' })
  async confirmTotp({ tx, body }: Call<typeof routes.confirmTotp>): Promise<object> {
    const { id } = await lockOwnAccount(tx);
    if (!(await confirmTotp(tx, id, body.code))) throw new Problem('wrong_code');
    auditFactor(tx, 'auth.factor_added', 'totp');
    return { recovery_codes: await renewRecoveryCodes(tx, id) };
  }

  @Endpoint(routes.removeTotp, { unit: 'accounts' })
  async removeTotp({ tx }: Call<typeof routes.removeTotp>): Promise<void> {
    const { id } = await lockOwnAccount(tx);
    const orm = await tx.orm();
    const removed = await orm.totp.deleteMany({ where: { user_id: id } });
    await orm.recoveryCode.deleteMany({ where: { user_id: id } });
    await assertEnough(tx, await readFactors(tx, id));
    if (removed.count > 0) auditFactor(tx, 'auth.factor_removed', 'totp');
  }

  @Endpoint(routes.passkeyOptions, { unit: 'accounts' })
  async passkeyOptions({ tx, request }: Call<typeof routes.passkeyOptions>): Promise<object> {
    return this.passkeys.registrationOptions(tx, await lockOwnAccount(tx), networkOf(request.ip));
  }

  @Endpoint(routes.addPasskey, { unit: 'accounts' })
  async addPasskey({ tx, body }: Call<typeof routes.addPasskey>): Promise<object> {
    const { id } = await lockOwnAccount(tx);
    const passkey = await this.passkeys.register(tx, id, body);
    auditFactor(tx, 'auth.factor_added', 'passkey');
    return passkey;
  }

  @Endpoint(routes.passkeys, { unit: 'accounts' })
  async list({ tx }: Call<typeof routes.passkeys>): Promise<object> {
    const { userId } = tx.principal;
    return { data: isUuid(userId) ? await this.passkeys.list(tx, userId) : [] };
  }

  @Endpoint(routes.removePasskey, { unit: 'accounts' })
  async removePasskey({ tx, id: passkeyId }: Call<typeof routes.removePasskey>): Promise<void> {
    const orm = await tx.orm();
    const passkey = await orm.passkey.findUnique({ where: { id: passkeyId }, select: { user_id: true } });
    if (passkey?.user_id !== tx.principal.userId) throw new Problem('not_found');
    const { id } = await lockOwnAccount(tx);
    await orm.passkey.deleteMany({ where: { id: passkeyId } });
    await assertEnough(tx, await readFactors(tx, id));
    auditFactor(tx, 'auth.factor_removed', 'passkey');
  }
}

interface OwnAccount {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

/**
 * Locks the caller's account until the transaction ends, so that two changes of its factors see each other.
 * @throws Problem `external_account` for people of single sign-on
 */
async function lockOwnAccount(tx: Tx): Promise<OwnAccount> {
  const { userId, isEnrolling } = tx.principal;
  if (!isUuid(userId)) throw new Problem('external_account');
  const [account] = await tx.sql.query<OwnAccount[]>`
    SELECT id, email, name FROM wardbell.user_account
    WHERE id = ${userId}::uuid AND deleted_at IS NULL FOR NO KEY UPDATE`;
  if (!account) throw new Problem('external_account');
  // another enrolment was faster: from now on the password alone adds no factor
  if (isEnrolling && methodsOf(await readFactors(tx, userId)).length > 0) throw new Problem('invalid_token');
  return account;
}

/** @throws Problem `second_factor_demanded` when a removal leaves less than the policy of the clinic demands */
async function assertEnough(tx: Tx, left: Factors): Promise<void> {
  const { tenantId, role } = tx.principal;
  const { policy } = await readSecurity(tx, tenantId);
  if (demandsFactor(policy, role) && methodsOf(left).length === 0) {
    throw new Problem('second_factor_demanded');
  }
}

function auditFactor(tx: Tx, action: string, method: string): void {
  const { userId, tenantId } = tx.principal;
  tx.audit({ action, objectType: 'user', objectId: userId, details: { method } }, tenantId);
}
