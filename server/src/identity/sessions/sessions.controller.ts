import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { revokeOtherSessions, revokeSession, revokeUser } from '../revocation.js';
import { findInputKey, listLoginSessions, personColumns } from './login-session.js';

const own = api.auth;
const ofUsers = api.users;

/** Where people are signed in: the caller, and for administrators the users of their tenant. */
@Controller()
export class SessionsController {
  @Endpoint(own.sessions, { unit: 'accounts' })
  async list({ tx }: Call<typeof own.sessions>): Promise<object> {
    const { userId } = tx.principal;
    return { data: await listLoginSessions(tx, userId) };
  }

  @Endpoint(own.endSession, { unit: 'accounts' })
  async end({ tx, id }: Call<typeof own.endSession>): Promise<void> {
    const { userId, tenantId } = tx.principal;
    const orm = await tx.orm();
    const session = await orm.authSession.findFirst({
      where: { id, ...personColumns(userId) },
      select: { id: true },
    });
    if (!session) throw new Problem('not_found');
    if (await revokeSession(tx, { sessionId: id, tenantId }, 'session_ended')) {
      tx.audit({ action: 'auth.session_ended', objectType: 'session', objectId: id }, tenantId);
    }
  }

  @Endpoint(own.inputKey, { unit: 'accounts' })
  async inputKey({ tx, id }: Call<typeof own.inputKey>): Promise<object> {
    const key = await findInputKey(tx, id);
    if (key === undefined) throw new Problem('not_found');
    return { input_key: key.toString('base64url') };
  }

  @Endpoint(own.endOtherSessions, { unit: 'accounts' })
  async endOthers({ tx }: Call<typeof own.endOtherSessions>): Promise<void> {
    const { userId, tenantId } = tx.principal;
    await revokeOtherSessions(tx, { userId, tenantId }, 'session_ended');
    tx.audit({ action: 'auth.sessions_ended', objectType: 'user', objectId: userId }, tenantId);
  }

  @Endpoint(ofUsers.sessions, { unit: 'accounts' })
  async listOfUser({ tx, id }: Call<typeof ofUsers.sessions>): Promise<object> {
    await findUser(tx, id);
    return { data: await listLoginSessions(tx, id) };
  }

  @Endpoint(ofUsers.endSessions, { unit: 'accounts' })
  async endOfUser({ tx, id }: Call<typeof ofUsers.endSessions>): Promise<void> {
    const { tenantId } = await findUser(tx, id);
    await revokeUser(tx, { userId: id, tenantId }, 'session_ended');
    tx.audit({ action: 'auth.sessions_ended', objectType: 'user', objectId: id }, tenantId);
  }
}

/** @throws Problem 404 for a user who does not exist or is another tenant's */
async function findUser(tx: Tx, id: string): Promise<{ readonly tenantId: string | null }> {
  const orm = await tx.orm();
  const user = await orm.userAccount.findFirst({
    where: { id, deleted_at: null },
    select: { tenant_id: true },
  });
  const { tenantId } = tx.principal;
  if (!user || (tenantId !== null && user.tenant_id !== tenantId)) throw new Problem('not_found');
  return { tenantId: user.tenant_id };
}
