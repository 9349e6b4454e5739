import { api } from '@wardbell/contract';
import type { z } from 'zod';
import type { Tx } from '../../database/tx.js';
import { isUuid } from '../../platform/uuid.js';
import { countFactors } from '../factors/factors.js';
import { hasPin } from './screen-pin.js';

type Me = z.output<typeof api.auth.me.answer>;

/** The account of the caller: from the database, or from the token of an identity provider. */
export async function describeCaller(tx: Tx): Promise<Me> {
  const { userId, tenantId, role, sessionId } = tx.principal;
  const orm = await tx.orm();
  const account = isUuid(userId)
    ? await orm.userAccount.findFirst({
        select: { email: true, name: true },
        where: { id: userId, deleted_at: null },
      })
    : null;
  const tenant = tenantId
    ? await orm.tenant.findUnique({
        select: { id: true, name: true, slug: true, time_zone: true },
        where: { id: tenantId },
      })
    : null;
  const session = sessionId === null ? undefined : await describeSession(tx, sessionId);
  const external = session?.external_id === userId ? session : undefined;
  return {
    id: userId,
    tenant_id: tenantId,
    role,
    email: account?.email ?? external?.email ?? null,
    name: account?.name ?? external?.name ?? null,
    tenant,
    factors: account ? await countFactors(tx, userId) : null,
    has_pin: account ? await hasPin(tx, userId) : null,
    idle_minutes: session?.idle_minutes ?? null,
    input_key: session?.input_key.toString('base64url') ?? null,
    oidc: external?.provider ? { slug: external.provider } : null,
  };
}

interface OwnSession {
  readonly idle_minutes: number;
  readonly input_key: Buffer;
  /** These are null for people with an account. */
  readonly external_id: string | null;
  readonly provider: string | null;
  readonly email: string | null;
  readonly name: string | null;
}

/** Undefined for a session that is not ours. */
async function describeSession(tx: Tx, id: string): Promise<OwnSession | undefined> {
  const [session] = await tx.sql.query<OwnSession[]>`SELECT * FROM wardbell.describe_session(${id}::uuid)`;
  return session;
}
