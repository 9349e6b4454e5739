import type { LoginSession, Role } from '@wardbell/contract';
import type { FastifyRequest } from 'fastify';
import type { Tx } from '../../database/tx.js';
import { isUuid } from '../../platform/uuid.js';
import { readSecurity } from './security-policy.js';

const MAX_CLIENT_CHARACTERS = 200;

/** Where a person signs in from. */
export interface Device {
  readonly address: string;
  /** `User-Agent`; null when the client sent none. */
  readonly client: string | null;
}

export const deviceOf = (request: Pick<FastifyRequest, 'ip' | 'headers'>): Device => ({
  address: request.ip,
  client: request.headers['user-agent']?.slice(0, MAX_CLIENT_CHARACTERS) ?? null,
});

/** What a session keeps of a person of an OpenID provider. */
export interface ExternalPerson {
  /** The id in tokens. */
  readonly external_id: string;
  readonly role: Role;
  readonly provider: string;
  readonly provider_sub: string;
  readonly provider_sid: string | null;
  readonly name: string | null;
  readonly email: string | null;
}

interface PersonColumns {
  readonly user_id: string | null;
  readonly external_id: string | null;
}

/** The columns of a session that name its person, one of them null: an account, or somebody of an OpenID provider. */
export const personColumns = (userId: string): PersonColumns =>
  isUuid(userId) ? { user_id: userId, external_id: null } : { user_id: null, external_id: userId };

/**
 * Opens a session with the limits of the tenant's policy and returns its id. Beyond the number of sessions that the
 * policy allows, the oldest ends. The caller has locked the person, so that parallel sign-ins count each other.
 * @param external a person without an account
 * @param freshAt when the person has shown a password or factor; absent: now
 */
export async function openLoginSession(
  tx: Tx,
  user: { readonly id: string; readonly tenant_id: string | null },
  { address, client }: Device,
  external?: ExternalPerson,
  freshAt?: Date,
): Promise<string> {
  const { policy } = await readSecurity(tx, user.tenant_id);
  const orm = await tx.orm();
  const { id } = await orm.authSession.create({
    data: {
      ...(external ?? { user_id: user.id }),
      ...(freshAt === undefined ? {} : { fresh_at: freshAt }),
      tenant_id: user.tenant_id,
      expires_at: new Date(tx.now.getTime() + policy.absolute_hours * 3_600_000),
      idle_minutes: policy.idle_minutes,
      address,
      client,
    },
  });
  await endOldestSessions(tx, { userId: user.id, max: policy.max_sessions_per_user });
  if (external === undefined) {
    await tx.sql.execute`
      UPDATE wardbell.user_account SET last_sign_in_at = now() WHERE id = ${user.id}::uuid`;
  }
  return id;
}

interface Ended {
  readonly id: string;
  readonly tenant_id: string | null;
}

/** Ends the oldest sessions of a user, or of each user of a tenant, so that at most `max` are open. */
export async function endOldestSessions(
  tx: Tx,
  { max, ...of }: { readonly max: number } & ({ readonly userId: string } | { readonly tenantId: string }),
): Promise<void> {
  const person = 'userId' in of ? personColumns(of.userId) : { user_id: null, external_id: null };
  const tenantId = 'tenantId' in of ? of.tenantId : null;
  const ended = await tx.sql.query<Ended[]>`
    UPDATE wardbell.auth_session SET revoked_at = now(), revoked_why = 'too_many_sessions'
    WHERE id IN (
      SELECT id FROM (
        SELECT s.id, row_number() OVER (PARTITION BY s.user_id, s.external_id ORDER BY s.created_at DESC, s.id) AS place
        FROM wardbell.auth_session s
        WHERE (s.user_id = ${person.user_id}::uuid OR s.external_id = ${person.external_id}
               OR s.tenant_id = ${tenantId}::uuid)
          AND s.revoked_at IS NULL AND s.expires_at > now() AND NOT wardbell.is_idle(s)) AS open
      WHERE place > ${max})
    RETURNING id, tenant_id`;
  for (const session of ended) closeSockets(tx, session, 'too_many_sessions');
}

/** The tenants with sessions for `endUnusedSessions`; null: super admins. At most `max`. */
export async function tenantsOfUnusedSessions(tx: Tx, max: number): Promise<(string | null)[]> {
  const rows = await tx.sql.query<{ tenant_id: string | null }[]>`
    SELECT DISTINCT s.tenant_id FROM wardbell.auth_session s
    WHERE s.revoked_at IS NULL AND (s.expires_at <= now() OR wardbell.is_idle(s)) LIMIT ${max}`;
  return rows.map(({ tenant_id }) => tenant_id);
}

/** Ends sessions of a tenant that have expired, or in which nobody has acted for longer than the policy allows. */
export async function endUnusedSessions(tx: Tx, tenantId: string | null, max: number): Promise<void> {
  const ended = await tx.sql.query<(Ended & { readonly revoked_why: string })[]>`
    UPDATE wardbell.auth_session s
    SET revoked_at = now(), revoked_why = CASE WHEN s.expires_at <= now() THEN 'expired' ELSE 'idle' END
    WHERE s.id IN (
      SELECT o.id FROM wardbell.auth_session o
      WHERE o.tenant_id IS NOT DISTINCT FROM ${tenantId}::uuid AND o.revoked_at IS NULL
        AND (o.expires_at <= now() OR wardbell.is_idle(o))
      LIMIT ${max} FOR UPDATE SKIP LOCKED)
    RETURNING s.id, s.tenant_id, s.revoked_why`;
  for (const session of ended) closeSockets(tx, session, session.revoked_why);
}

function closeSockets(tx: Tx, { id, tenant_id }: Ended, why: string): void {
  tx.disconnect({ sessionId: id, tenantId: tenant_id }, 'accessRevoked');
  tx.audit({ action: `auth.${why}`, objectType: 'session', objectId: id }, tenant_id);
}

/** The open sessions of a user, newest first. Their number is bounded by the policy. */
export async function listLoginSessions(tx: Tx, userId: string): Promise<LoginSession[]> {
  const { user_id, external_id } = personColumns(userId);
  const rows = await tx.sql.query<Row[]>`
    SELECT s.id, s.created_at, s.last_used_at, s.address, s.client FROM wardbell.auth_session s
    WHERE (s.user_id = ${user_id}::uuid OR s.external_id = ${external_id})
      AND s.revoked_at IS NULL AND s.expires_at > now() AND NOT wardbell.is_idle(s)
    ORDER BY s.created_at DESC, s.id LIMIT 100`;
  return rows.map(({ created_at, last_used_at, ...row }) => ({
    ...row,
    created_at: created_at.toISOString(),
    last_used_at: last_used_at.toISOString(),
    current: row.id === tx.principal.sessionId,
  }));
}

interface Row {
  readonly id: string;
  readonly created_at: Date;
  readonly last_used_at: Date;
  readonly address: string | null;
  readonly client: string | null;
}

/**
 * The key of what a session of the caller had not saved, until 24 hours after its end. A session that a suspended clinic has left
 * open has no end, and its browser another session, so the key is not withheld until there is one.
 */
export async function findInputKey(tx: Tx, id: string): Promise<Buffer | undefined> {
  const { user_id, external_id } = personColumns(tx.principal.userId);
  const [session] = await tx.sql.query<{ input_key: Buffer }[]>`
    SELECT s.input_key FROM wardbell.auth_session s
    WHERE s.id = ${id}::uuid AND (s.user_id = ${user_id}::uuid OR s.external_id = ${external_id})
      AND s.tenant_id IS NOT DISTINCT FROM ${tx.principal.tenantId}::uuid
      AND least(s.revoked_at, s.expires_at, s.last_used_at + make_interval(mins => s.idle_minutes))
          > now() - interval '24 hours'`;
  return session?.input_key;
}
