import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { api, type Role } from '@wardbell/contract';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { database, instances, server, useServer } from '../../support/fixture.js';
import { freePort } from '../../support/free-port.js';
import { connect, TestSocket } from '../../support/socket.js';
import { createTenant } from '../../support/tenant.js';
import { eventually } from '../../support/wait.js';
import { ask, type Clinic, createClinic, everyPage, fail, succeed, superAdmin } from './harness.js';

const PROVIDER = { iss: 'https://idp.example', aud: 'wardbell' };
const REVOKED = { code: 4403, reason: 'Access revoked' };

describe('People of single sign-on', () => {
  let key: CryptoKey;
  let keys: Server;
  useServer({
    instances: 2,
    env: async () => {
      const pair = await generateKeyPair('ES256', { extractable: true });
      key = pair.privateKey;
      const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'only', alg: 'ES256' };
      const port = await freePort();
      keys = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })));
      await new Promise<void>((resolve) => keys.listen(port, '127.0.0.1', resolve));
      return {
        JWT_JWKS_URL: `http://127.0.0.1:${port}/keys`,
        JWT_ISSUER: PROVIDER.iss,
        JWT_AUDIENCE: PROVIDER.aud,
        JWT_ALLOW_SUPER_ADMIN: 'true',
      };
    },
  });
  afterAll(() => {
    keys.close();
  });

  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic();
  });

  const tokenOf = (sub: string, role: Role = 'clinician', tenantId: string | undefined = clinic.id) =>
    new SignJWT({ ...PROVIDER, sub, role, ...(role === 'super_admin' ? {} : { tenant_id: tenantId }) })
      .setProtectedHeader({ alg: 'ES256', kid: 'only' })
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(key);
  const listed = (token = clinic.admin) => everyPage(api.externalUsers.list, { token, query: { limit: 2 } });
  const subsOf = (rows: Awaited<ReturnType<typeof listed>>) => rows.map(({ sub }) => sub);
  const statusesOf = (token: string) =>
    Promise.all(instances.map(async (at) => (await ask(api.auth.me, { at, token })).status));

  it.each([
    ['punctuation', 'idp|a:b/c d'],
    ['letters of other scripts', 'ünï@clinic.example'],
    ['200 letters', 'a'.repeat(200)],
    ['200 signs of three bytes', '字'.repeat(200)],
    ['what looks encoded', '%2F%'],
    ['what looks like a path', '../..'],
    ['a number', '12'],
  ])(
    'are shut out everywhere within a second, sockets and streams too, and let in again: a subject of %s',
    async (_, sub) => {
      const token = await tokenOf(sub);
      const sockets = await Promise.all(instances.map(({ wsUrl }) => connect(wsUrl, { token })));
      const colleague = await connect(server.wsUrl, {
        token: await tokenOf(`${sub.slice(1)}`.padEnd(2, 'x')),
      });
      const stream = await fetch(`${instances[1]?.url}/api/v1/stream`, {
        headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
      });
      expect(await statusesOf(token)).toEqual([200, 200]);

      const admin = { token: clinic.admin, sub };
      expect((await ask(api.externalUsers.block, admin)).status).toBe(204);
      expect(await statusesOf(token)).toEqual([401, 401]);
      for (const socket of sockets) expect(await socket.closed()).toEqual(REVOKED);
      expect(await stream.text()).toContain('Access revoked');
      for (const { wsUrl } of instances)
        expect(await new TestSocket(wsUrl, { token }).closed()).toEqual(REVOKED);
      expect(await fail(api.auth.me, { token })).toEqual([401, 'access_revoked']);
      expect((await listed()).find((row) => row.sub === sub)).toMatchObject({ blocked: true });
      expect((await ask(api.externalUsers.block, admin)).status).toBe(204);
      expect(colleague.ws.readyState).toBe(colleague.ws.OPEN);

      expect((await ask(api.externalUsers.unblock, admin)).status).toBe(204);
      expect((await ask(api.externalUsers.unblock, admin)).status).toBe(204);
      expect(await statusesOf(token)).toEqual([200, 200]);
      const again = await Promise.all(instances.map(({ wsUrl }) => connect(wsUrl, { token })));
      await Promise.all([...again, colleague].map((socket) => socket.close()));
      const actions = await database.query(
        `SELECT action FROM wardbell.audit WHERE scope = $1 AND object_id = $2 ORDER BY seq`,
        [clinic.id, sub],
      );
      expect(actions).toEqual([{ action: 'user.block' }, { action: 'user.unblock' }]);
    },
  );

  it('are listed with role and time once a token of theirs came, each tenant’s for its admin', async () => {
    const [mine, other] = [await createClinic(), await createClinic()];
    for (const role of ['clinician', 'front_desk'] as const)
      await ask(api.auth.me, { token: await tokenOf('idp|seen', role, mine.id) });
    const later = await tokenOf('idp|later', 'clinician', mine.id);
    await (await connect(instances[1]?.wsUrl ?? '', { token: later })).close();
    await eventually(async () => (await listed(mine.admin)).length === 3);
    expect(await listed(mine.admin)).toContainEqual({
      sub: 'idp|seen',
      tenant_id: mine.id,
      role: 'front_desk',
      last_seen_at: expect.any(String),
      blocked: false,
      blocked_at: null,
    });
    expect(subsOf(await listed(mine.admin))).toContain('idp|later');
    expect(subsOf(await listed(other.admin))).not.toContain('idp|seen');
    const root = await superAdmin();
    const query = { tenant_id: mine.id };
    expect((await succeed(api.externalUsers.list, { token: root, query })).data).toHaveLength(3);
    expect(await fail(api.externalUsers.list, { token: other.admin, query })).toEqual([404, 'not_found']);
    expect(await fail(api.externalUsers.list, { token: mine.clinician })).toEqual([403, 'forbidden']);
  });

  it('may be shut out before they ever came; of one tenant, they go on in another', async () => {
    const other = await createClinic();
    await ask(api.externalUsers.block, { token: clinic.admin, sub: 'idp|never' });
    expect(await statusesOf(await tokenOf('idp|never'))).toEqual([401, 401]);
    expect(await statusesOf(await tokenOf('idp|never', 'clinician', other.id))).toEqual([200, 200]);
  });

  it('are shut out of all tenants by a super admin, whose block a tenant’s admin does not lift', async () => {
    const root = await superAdmin();
    const sub = 'idp|everywhere';
    const tokens = [await tokenOf(sub), await tokenOf(sub, 'super_admin')];
    const sockets = await Promise.all(tokens.map((token) => connect(server.wsUrl, { token })));
    expect((await ask(api.externalUsers.block, { token: root, sub })).status).toBe(204);
    for (const socket of sockets) expect(await socket.closed()).toEqual(REVOKED);
    await ask(api.externalUsers.unblock, { token: clinic.admin, sub });
    for (const token of tokens) expect(await statusesOf(token)).toEqual([401, 401]);
    expect((await listed()).find((row) => row.sub === sub)).toMatchObject({ blocked: true });
    // it lifts what admins of tenants have done as well
    await ask(api.externalUsers.block, { token: clinic.admin, sub });
    expect((await ask(api.externalUsers.unblock, { token: root, sub })).status).toBe(204);
    for (const token of tokens) expect(await statusesOf(token)).toEqual([200, 200]);
  });

  it('are neither users with an account, nor keys, nor the server, nor oneself', async () => {
    const tenant = await createTenant(server);
    const block = (sub: string, token = tenant.admin.token) => fail(api.externalUsers.block, { token, sub });
    await ask(api.auth.me, { token: tenant.clinician.token });
    expect((await listed(tenant.admin.token)).map(({ sub }) => sub)).toEqual([]);
    expect(await block(tenant.clinician.id.toUpperCase())).toEqual([404, 'not_found']);
    for (const sub of ['system', 'key:x', 'a\u0000', 'a'.repeat(201)])
      expect(await block(sub, await superAdmin())).toEqual([404, 'not_found']);
    const own = await tokenOf('idp|admin', 'tenant_admin');
    expect(await block('idp|admin', own)).toEqual([409, 'own_account']);
    expect(await fail(api.externalUsers.block, { token: tenant.clinician.token, sub: 'x' })).toEqual([
      403,
      'forbidden',
    ]);
  });

  it('are shut out under either spelling of an id that is a UUID', async () => {
    const sub = 'A3BB189E-8BF9-4888-9912-ACE4E6543002';
    await ask(api.externalUsers.block, { token: clinic.admin, sub });
    for (const spelling of [sub, sub.toLowerCase()])
      expect(await statusesOf(await tokenOf(spelling))).toEqual([401, 401]);
  });
});
