import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Database } from '../../../server/src/database/database.service.js';
import { AppPool, AuthPool, type DatabaseLogins, RelayPool } from '../../../server/src/database/pools.js';
import { type Principal, SYSTEM } from '../../../server/src/database/principal.js';
import { provisionRoles } from '../../../server/src/database/roles.js';
import type { Tx } from '../../../server/src/database/tx.js';
import { sqlState } from '../../../server/src/platform/errors/sqlstate.js';
import { createLog } from '../../../server/src/platform/log/log.js';
import { database, useDatabase } from '../../support/fixture.js';

const BAND = 'Ålesund Família';

let app: AppPool;
let auth: AuthPool;
let relay: RelayPool;
let units: Database;
let tenantId: string;
let otherTenantId: string;

// Before their database is gone.
afterAll(async () => {
  await Promise.all([app.end(), auth.end(), relay.end()]);
});
useDatabase();

beforeAll(async () => {
  // neither the zone of the server nor one without an offset: what is written without a zone would show
  await database.query(`ALTER DATABASE ${database.name} SET TimeZone = 'Asia/Kathmandu'`);
  const urls = await provisionRoles(database.ownerUrl, { fallbackSecret: 'a secret' });
  const login = (url: string) => ({ url, isPooled: false, isBounded: true });
  const logins: DatabaseLogins = {
    app: login(urls.appUrl),
    auth: login(urls.authUrl),
    relay: login(urls.relayUrl),
    listenUrl: urls.relayUrl,
  };
  app = new AppPool(logins);
  auth = new AuthPool(logins);
  relay = new RelayPool(logins);
  units = new Database(app, auth, relay, createLog({ logLevel: 'silent', production: true }));
});

beforeEach(async () => {
  [tenantId, otherTenantId] = await Promise.all([createTenant(), createTenant()]);
});

const createTenant = (): Promise<string> =>
  units.acrossTenants(SYSTEM, async (tx) => {
    const orm = await tx.orm();
    return (await orm.tenant.create({ data: { name: BAND, slug: randomUUID() } })).id;
  });

const newUser = (tenant: string) => ({
  tenant_id: tenant,
  email: `${randomUUID()}@example.org`,
  name: 'Nurse',
  role: 'clinician',
  password_hash: 'secret',
});

const inTenant = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => units.inTenant(SYSTEM, tenantId, work);

/** Accounts of one tenant, as its administrator works on them. */
const onAccounts = <T>(work: (tx: Tx) => Promise<T>, tenant = tenantId): Promise<T> => {
  const principal: Principal = { ...SYSTEM, role: 'tenant_admin', tenantId: tenant };
  return units.onAccounts(principal, work);
};

const xidOf = async (tx: Tx): Promise<string | undefined> =>
  (await tx.sql.query<{ xid: string }[]>`SELECT pg_current_xact_id()::text AS xid`)[0]?.xid;

const emails = async (): Promise<string[]> =>
  (
    await database.query<{ email: string }>('SELECT email FROM wardbell.user_account WHERE tenant_id = $1', [
      tenantId,
    ])
  ).map(({ email }) => email);

describe('Prisma Client inside a unit of work', () => {
  it('works in the one transaction of the unit, before, between and after SQL', async () => {
    const user = newUser(tenantId);
    await onAccounts(async (tx) => {
      const before = await xidOf(tx);
      const orm = await tx.orm();
      const { id } = await orm.userAccount.create({ data: user });
      const [seen] = await tx.sql.query<{ name: string }[]>`
        UPDATE wardbell.user_account SET name = 'Renamed' WHERE id = ${id}::uuid RETURNING name`;
      expect(seen).toEqual({ name: 'Renamed' });
      await expect(orm.userAccount.findUnique({ where: { id } })).resolves.toMatchObject({ name: 'Renamed' });
      await expect(xidOf(tx)).resolves.toBe(before);
      await expect(emails()).resolves.toEqual([]); // nothing is committed yet
    });
    await expect(emails()).resolves.toEqual([user.email]);
  });

  it('commits nothing of a unit whose work throws after Prisma wrote', async () => {
    const work = onAccounts(async (tx) => {
      const orm = await tx.orm();
      await orm.userAccount.create({ data: newUser(tenantId) });
      throw new RangeError('changed my mind');
    });
    await expect(work).rejects.toThrow(RangeError);
    await expect(emails()).resolves.toEqual([]);
  });

  it('commits events, audit rows and disconnects together with what Prisma wrote', async () => {
    await inTenant(async (tx) => {
      const orm = await tx.orm();
      const patient = { tenant_id: tenantId, mrn: 'M1', first_name: 'Ada', last_name: 'Example' };
      const { id } = await orm.patient.create({ data: patient });
      tx.emit({ type: 'system_notification', data: { message: 'new', level: 'info' } });
      tx.audit({ action: 'patient.create', objectType: 'patient', objectId: id });
      tx.disconnect({ userId: id, tenantId }, 'accessRevoked');
    });
    const [written] = await database.query(
      `SELECT (SELECT count(*)::int FROM wardbell.outbox WHERE tenant_id = $1) AS events,
              (SELECT count(*)::int FROM wardbell.audit WHERE scope = $1) AS audits,
              (SELECT count(*)::int FROM wardbell.disconnect_order WHERE tenant_id = $1) AS disconnects`,
      [tenantId],
    );
    expect(written).toEqual({ events: 1, audits: 1, disconnects: 1 });
  });

  it('is confined to the tenant of the unit by row-level security', async () => {
    await onAccounts(
      async (tx) => (await tx.orm()).userAccount.create({ data: newUser(otherTenantId) }),
      otherTenantId,
    );
    await onAccounts(async (tx) => {
      const orm = await tx.orm();
      await expect(orm.userAccount.findMany()).resolves.toEqual([]);
      await expect(orm.userAccount.updateMany({ data: { name: 'Taken' } })).resolves.toEqual({ count: 0 });
    });
    const foreign = onAccounts(async (tx) =>
      (await tx.orm()).userAccount.create({ data: newUser(otherTenantId) }),
    );
    expect(sqlState(await foreign.catch((error: unknown) => error))).toBe('42501');
  });

  it('reads no hash of a password unless it is asked for by name, which only the role of accounts may', async () => {
    const user = newUser(tenantId);
    await onAccounts(async (tx) => {
      const orm = await tx.orm();
      expect(await orm.userAccount.create({ data: user })).not.toHaveProperty('password_hash');
      expect(await orm.userAccount.findFirst()).not.toHaveProperty('password_hash');
    });
    const ask = async (tx: Tx) => (await tx.orm()).userAccount.findFirst({ omit: { password_hash: false } });
    for (const asked of [inTenant(ask), units.acrossTenants(SYSTEM, ask)])
      expect(sqlState(await asked.catch((error: unknown) => error))).toBe('42501');
    const atSignIn = await units.onAccounts(SYSTEM, async (tx) =>
      (await tx.orm()).userAccount.findUnique({
        where: { email: user.email },
        omit: { password_hash: false },
      }),
    );
    expect(atSignIn).toMatchObject({ password_hash: 'secret' });
  });

  it('keeps the instant of every time, whatever zone the database is set to', async () => {
    const revokedAt = new Date('2026-03-29T00:30:15.123Z');
    const { id } = await onAccounts(async (tx) =>
      (await tx.orm()).userAccount.create({ data: newUser(tenantId) }),
    );
    const session = await units.onAccounts(SYSTEM, async (tx) =>
      (await tx.orm()).authSession.create({
        data: { user_id: id, tenant_id: tenantId, expires_at: revokedAt, revoked_at: revokedAt },
      }),
    );
    expect(session.revoked_at).toEqual(revokedAt);
    expect(Math.abs(session.created_at.getTime() - Date.now())).toBeLessThan(60_000);
    const [row] = await database.query<{ revoked_at: Date }>(
      'SELECT revoked_at FROM wardbell.auth_session WHERE id = $1',
      [session.id],
    );
    expect(row?.revoked_at).toEqual(revokedAt);
  });

  it('tells which constraint a write violated, and leaves the connection usable', async () => {
    const user = newUser(tenantId);
    await onAccounts(async (tx) => (await tx.orm()).userAccount.create({ data: user }));
    const again = onAccounts(async (tx) => (await tx.orm()).userAccount.create({ data: user }));
    expect(sqlState(await again.catch((error: unknown) => error))).toBe('23505');
    const swallowed = onAccounts(async (tx) => {
      const orm = await tx.orm();
      await orm.userAccount.create({ data: user }).catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow('rolled back');
    await expect(emails()).resolves.toEqual([user.email]);
  });

  it('answers each of many units with its own rows while others fail in the middle', async () => {
    const tenants = await Promise.all(Array.from({ length: 12 }, createTenant));
    const unit = async (tenant: string, n: number): Promise<void> => {
      const user = newUser(tenant);
      const work = onAccounts(async (tx) => {
        const orm = await tx.orm();
        const { id } = await orm.userAccount.create({ data: user });
        if (n % 3 === 0) await orm.userAccount.create({ data: user });
        if (n % 3 === 1) throw new RangeError('changed my mind');
        const rows = await orm.userAccount.findMany({ where: { id } });
        expect(rows).toMatchObject([{ id, tenant_id: tenant, email: user.email }]);
      }, tenant);
      if (n % 3 === 2) await work;
      else await expect(work).rejects.toThrow();
    };
    await Promise.all(
      tenants.map(async (tenant) => {
        for (let n = 0; n < 15; n++) await unit(tenant, n);
      }),
    );
    const counts = await database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM wardbell.user_account WHERE tenant_id = ANY ($1) GROUP BY tenant_id`,
      [tenants],
    );
    expect(counts).toEqual(tenants.map(() => ({ count: 5 })));
  });

  it('holds back COMMIT until its statements have ended, and refuses to be used after that', async () => {
    let escaped: Awaited<ReturnType<Tx['orm']>> | undefined;
    await onAccounts(async (tx) => {
      escaped = await tx.orm();
    });
    await expect(escaped?.userAccount.count()).rejects.toThrow();
  });
});
