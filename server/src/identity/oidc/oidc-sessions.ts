import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { hashToken } from '../../platform/secret-token.js';
import { type Device, openLoginSession } from '../sessions/login-session.js';
import { type Identity, OidcError } from './identity.js';
import type { Logout } from './logout-token.js';
import { CLOCK_TOLERANCE_S } from './provider.js';

/**
 * Opens a session for a person of a provider.
 * @throws OidcError `blocked`, or `failed` when the provider has ended this sign-in meanwhile
 */
export async function openOidcSession(
  tx: Tx,
  provider: string,
  identity: Identity,
  device: Device,
): Promise<string> {
  const { id, sub, sid, tenantId, role, name, email } = identity;
  // parallel sign-ins of the person count each other, and a logout comes before or after
  await lockPerson(tx, provider, identity);
  if (await isBlocked(tx, identity)) throw new OidcError('blocked', { person: { id, tenantId } });
  if (await wasLoggedOut(tx, provider, identity)) throw new OidcError('failed');
  return openLoginSession(
    tx,
    { id, tenant_id: tenantId },
    device,
    { external_id: id, role, provider, provider_sub: sub, provider_sid: sid, name, email },
    freshAt(tx, identity),
  );
}

/** A sign-in of long ago, or one without a time, does not make a session fresh: the provider is then asked anew. */
const freshAt = (tx: Tx, { authTimeS }: Identity): Date =>
  new Date(Math.min(tx.now.getTime(), (authTimeS ?? 0) * 1000));

/** Locks by subject and by session of the provider, in one order, so that a logout by either waits. */
async function lockPerson(
  tx: Tx,
  provider: string,
  { sub, sid }: { readonly sub: string | null; readonly sid: string | null },
): Promise<void> {
  const names = [...(sid === null ? [] : [`sid/${sid}`]), ...(sub === null ? [] : [`sub/${sub}`])];
  for (const name of names) {
    const lock = `wardbell.oidc/${provider}/${name}`;
    await tx.sql.execute`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))`;
  }
}

/** A block names the person of this provider, or a subject of whichever provider. */
async function isBlocked(tx: Tx, { id, sub, tenantId }: Identity): Promise<boolean> {
  const [row] = await tx.sql.query<{ is_blocked: boolean }[]>`
    SELECT wardbell.is_blocked(${tenantId}::uuid, ${id}) OR wardbell.is_blocked(${tenantId}::uuid, ${sub}) AS is_blocked`;
  return row?.is_blocked ?? true;
}

async function wasLoggedOut(tx: Tx, provider: string, { sub, sid, issuedAtS }: Identity): Promise<boolean> {
  const found = await tx.sql.query<object[]>`
    SELECT FROM wardbell.oidc_logout l
    WHERE l.provider = ${provider} AND l.expires_at > now()
      AND l.issued_at >= to_timestamp(${issuedAtS}::double precision)
      AND (l.sid = ${sid} OR (l.sid IS NULL AND l.sub = ${sub}))
    LIMIT 1`;
  return found.length > 0;
}

/**
 * Marks a session of ours as fresh, because its person has just signed in at the provider again.
 * @param begunAtS when the provider was asked, in seconds since 1970
 * @throws OidcError `not_confirmed`
 */
export async function confirmOidcSession(
  tx: Tx,
  provider: string,
  { sub, sid, authTimeS }: Identity,
  { sessionId, begunAtS }: { readonly sessionId: string; readonly begunAtS: number },
): Promise<void> {
  if (authTimeS === null || authTimeS < begunAtS - CLOCK_TOLERANCE_S) throw new OidcError('not_confirmed');
  await lockPerson(tx, provider, { sub, sid });
  const count = await tx.sql.execute`
    UPDATE wardbell.auth_session s SET fresh_at = now(), provider_sid = coalesce(${sid}, s.provider_sid)
    WHERE s.id = ${sessionId}::uuid AND s.provider = ${provider} AND s.provider_sub = ${sub}
      AND s.revoked_at IS NULL AND s.locked_at IS NULL AND s.expires_at > now() AND NOT wardbell.is_idle(s)`;
  if (count === 0) throw new OidcError('not_confirmed');
}

/** Ends the sessions that a logout names. @throws Problem `invalid_logout_token` when it was taken before */
export async function endOidcSessions(tx: Tx, provider: string, logout: Logout): Promise<void> {
  const { jti, sub, sid, issuedAtS, forgottenAtS } = logout;
  await lockPerson(tx, provider, logout);
  const taken = await tx.sql.execute`
    INSERT INTO wardbell.oidc_logout (provider, jti_hash, sub, sid, issued_at, expires_at)
    VALUES (${provider}, ${hashToken(jti)}, ${sub}, ${sid}, to_timestamp(${issuedAtS}::double precision),
            to_timestamp(${forgottenAtS}::double precision))
    ON CONFLICT DO NOTHING`;
  if (taken === 0) throw new Problem('invalid_logout_token');
  const ended = await tx.sql.query<{ id: string; tenant_id: string | null }[]>`
    UPDATE wardbell.auth_session s SET revoked_at = now(), revoked_why = 'provider_logout'
    WHERE s.provider = ${provider} AND s.revoked_at IS NULL
      AND (${sid}::text IS NULL OR s.provider_sid = ${sid}) AND (${sub}::text IS NULL OR s.provider_sub = ${sub})
    RETURNING s.id::text, s.tenant_id::text`;
  for (const { id, tenant_id } of ended) {
    tx.disconnect({ sessionId: id, tenantId: tenant_id }, 'accessRevoked');
    tx.audit({ action: 'auth.provider_logout', objectType: 'session', objectId: id }, tenant_id);
  }
}
