import { Injectable } from '@nestjs/common';
import { ENROL_TOKEN_S } from '@wardbell/contract';
import { Database } from '../../database/database.service.js';
import { type Principal, SYSTEM } from '../../database/principal.js';
import { Problem } from '../../platform/errors/problem.js';
import { toUser } from '../user-row.js';
import { ENROL_PREFIX, findStep } from './sign-in-steps.js';

export const isEnrolToken = (token: string): boolean => token.startsWith(ENROL_PREFIX);

/** People whose password was right and who must set up a second factor before they get a session. */
@Injectable()
export class Enrolment {
  constructor(private readonly database: Database) {}

  /** The principal of an `enrol_token`. @throws Problem `invalid_token` */
  verify(token: string, address: string): Promise<Principal> {
    return this.database.onAccounts({ ...SYSTEM, address }, async (tx) => {
      const step = await findStep(tx, 'enrolment', token);
      const orm = await tx.orm();
      const account = step?.userId ? await orm.userAccount.findUnique({ where: { id: step.userId } }) : null;
      if (!account) throw new Problem('invalid_token');
      const { id, tenant_id, role } = toUser(account);
      return {
        userId: id,
        tenantId: tenant_id,
        role,
        sessionId: null,
        expiresAtMs: Date.now() + ENROL_TOKEN_S * 1000,
        address,
        isEnrolling: true,
      };
    });
  }
}
