import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { server, useServer } from '../../support/fixture.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { createTenant, signInSuperAdmin, type TestTenant, type TestUser } from '../../support/tenant.js';
import { Browser } from './cookies.js';
import { ask, fail, succeed } from './harness.js';

useServer();

describe('Revocation', () => {
  let superToken: string;
  let tenant: TestTenant;
  beforeAll(async () => {
    superToken = await signInSuperAdmin(server);
    tenant = await createTenant(server, superToken);
  });

  const open = (token: string) => connect(server.wsUrl, { token });
  const update = (user: TestUser, body: object) =>
    succeed(api.users.update, { token: tenant.admin.token, id: user.id, body });

  const CAUSES: readonly [string, (user: TestUser) => Promise<unknown>][] = [
    ['disabling the account', (user) => update(user, { status: 'disabled' })],
    ['another role', (user) => update(user, { role: 'front_desk' })],
    ['another password', (user) => update(user, { password: 'another password altogether' })],
    ['deleting the account', (user) => ask(api.users.remove, { token: tenant.admin.token, id: user.id })],
    ['signing out', (user) => ask(api.auth.logout, { token: user.token })],
    [
      'a refresh token that comes twice',
      async (user) => {
        const browser = new Browser(server);
        const token = await browser.signIn(user.email, user.password);
        const socket = await open(token);
        const thief = new Browser(server);
        thief.cookie = browser.cookie;
        await browser.refresh();
        await thief.refresh();
        expect(await socket.closed()).toEqual({ code: 4403, reason: 'Access revoked' });
        await ask(api.auth.logout, { token: user.token });
      },
    ],
  ];

  it.each(CAUSES)('by %s closes the sockets and ends the token', async (_, revoke) => {
    const user = await tenant.addUser('clinician');
    const [socket, bystander] = await Promise.all([open(user.token), open(tenant.clinician.token)]);
    await revoke(user);
    expect(await socket.closed()).toEqual({ code: 4403, reason: 'Access revoked' });
    expect(await fail(api.patients.list, { token: user.token })).toEqual([401, 'access_revoked']);
    await stillOpen(bystander);
  });

  it('does not come with another name or address', async () => {
    const user = await tenant.addUser('clinician');
    const socket = await open(user.token);
    await update(user, { name: 'Another Name', email: `other-${user.email}` });
    await stillOpen(socket);
    expect((await ask(api.auth.me, { token: user.token })).body).toMatchObject({
      name: 'Another Name',
    });
  });

  it('of one session leaves the same person’s others alone', async () => {
    const user = await tenant.addUser('clinician');
    const browser = new Browser(server);
    const second = await open(await browser.signIn(user.email, user.password));
    const first = await open(user.token);
    await ask(api.auth.logout, { token: user.token });
    expect(await first.closed()).toMatchObject({ code: 4403 });
    await stillOpen(second);
  });

  it('of a tenant closes all of its sockets and no others', async () => {
    const other = await createTenant(server, superToken);
    const sockets = await Promise.all(
      [other.admin, other.clinician, other.frontDesk].map(({ token }) => open(token)),
    );
    const bystander = await open(tenant.clinician.token);
    await succeed(api.tenants.update, {
      token: superToken,
      id: other.id,
      body: { status: 'suspended' },
    });
    for (const socket of sockets) {
      expect(await socket.closed()).toEqual({ code: 4403, reason: 'Tenant suspended' });
    }
    expect(await fail(api.patients.list, { token: other.clinician.token })).toEqual([
      403,
      'tenant_suspended',
    ]);
    await stillOpen(bystander);
  });

  it('of a tenant that is deleted leaves nothing that opens', async () => {
    const other = await createTenant(server, superToken);
    const socket = await open(other.clinician.token);
    expect((await ask(api.tenants.remove, { token: superToken, id: other.id })).status).toBe(204);
    expect(await socket.closed()).toMatchObject({ code: 4403 });
    expect(await fail(api.patients.list, { token: other.clinician.token })).toEqual([401, 'invalid_token']);
  });

  it('of one socket by an administrator tells it so', async () => {
    const socket = await open(tenant.frontDesk.token);
    const id = String((await socket.waitFor('connected')).data?.['connection_id']);
    const listed = await succeed(api.connections.get, { token: tenant.admin.token, id });
    expect(listed).toMatchObject({
      id,
      tenant_id: tenant.id,
      user_id: tenant.frontDesk.id,
      role: 'front_desk',
      address: '127.0.0.1',
    });
    const list = await succeed(api.connections.list, { token: tenant.admin.token });
    expect(list.data.map((row) => row.id)).toContain(id);
    const stranger = await createTenant(server, superToken);
    for (const endpoint of [api.connections.get, api.connections.close]) {
      expect(await fail(endpoint, { token: stranger.admin.token, id })).toEqual([404, 'not_found']);
    }
    expect((await ask(api.connections.close, { token: tenant.admin.token, id })).status).toBe(204);
    expect(await socket.closed()).toEqual({ code: 4409, reason: 'Closed by administrator' });
    // the account is untouched
    expect((await ask(api.auth.me, { token: tenant.frontDesk.token })).status).toBe(200);
  });

  it('is for super admins in any tenant, and they see whose sockets are open', async () => {
    const socket = await open(tenant.clinician.token);
    const own = await open(superToken);
    const id = String((await socket.waitFor('connected')).data?.['connection_id']);
    const ownId = String((await own.waitFor('connected')).data?.['connection_id']);
    const all = await succeed(api.connections.list, { token: superToken, query: { limit: 200 } });
    expect(all.data.map((row) => row.id)).toEqual(expect.arrayContaining([id, ownId]));
    const one = await succeed(api.connections.list, {
      token: superToken,
      query: { tenant_id: tenant.id },
    });
    expect(new Set(one.data.map((row) => row.tenant_id))).toEqual(new Set([tenant.id]));
    await ask(api.connections.close, { token: superToken, id });
    expect(await socket.closed()).toMatchObject({ code: 4409 });
    await own.close();
  });
});

/** Open, and served: a ping is answered. */
async function stillOpen(socket: TestSocket): Promise<void> {
  const before = socket.texts.length;
  socket.send('ping');
  await socketAnswers(socket, before);
  await socket.close();
}

async function socketAnswers(socket: TestSocket, from: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (socket.texts.slice(from).includes('pong')) resolve();
    };
    socket.ws.on('message', look);
    socket.ws.on('close', (code) => reject(new Error(`closed with ${code}`)));
    look();
  });
}
