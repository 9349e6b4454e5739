import { server, startAnother, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { liveClient, recordedClient, socketWithHeaders, stopClients } from '../../support/sdk.js';
import { createTenant, signInSuperAdmin, type TestTenant } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';

useServer();

/** What the server closes with, and what the SDK makes of it. Codes that take minutes are in `scripted.test.ts`. */
describe('the SDK and the close codes of a real server', () => {
  let superToken: string;
  let tenant: TestTenant;
  beforeAll(async () => {
    superToken = await signInSuperAdmin(server);
  });
  beforeEach(async () => {
    tenant = await createTenant(server, superToken);
  });
  afterEach(stopClients);

  const asClinician = () => ({ url: server.wsUrl, getToken: () => tenant.clinician.token });

  it('stops at 1008 and asks to sign in when the token is no token of this server', async () => {
    const foreign = await mintToken({ role: 'clinician', tenantId: tenant.id, secret: 'x'.repeat(32) });
    const { client, until } = recordedClient({ url: server.wsUrl, getToken: () => foreign });
    client.start();
    expect(await until('stopped')).toMatchObject({
      reason: { code: 'authenticationFailed', closeCode: 1008 },
    });
  });

  it('stops at 1008 when the token is missing', async () => {
    const { client, until } = recordedClient({ url: server.wsUrl, getToken: () => '' });
    client.start();
    expect(await until('stopped')).toMatchObject({ reason: { code: 'missingToken', closeCode: 1008 } });
  });

  it('connects to nothing when nobody is signed in', async () => {
    const { client, until } = recordedClient({ url: server.wsUrl, getToken: () => null });
    client.start();
    expect(await until('stopped')).toMatchObject({ reason: { code: 'signedOut' } });
  });

  it('gets another token after 4401 at the handshake, says why it asks, and connects', async () => {
    const expired = await mintToken({ role: 'clinician', tenantId: tenant.id, sub: 'sso', expiresInS: -60 });
    const fresh = await mintToken({ role: 'clinician', tenantId: tenant.id, sub: 'sso' });
    const asked: string[] = [];
    const { client, states, until } = recordedClient({
      url: server.wsUrl,
      getToken: ({ reason }) => {
        asked.push(reason);
        return asked.length === 1 ? expired : fresh;
      },
    });
    client.start();
    await until('live');
    expect(asked).toEqual(['connect', 'rejected']);
    expect(states.map(({ status }) => status)).toEqual(['connecting', 'waiting', 'connecting', 'live']);
  });

  it('stops at 4403 when the access of its user is revoked', async () => {
    const { until } = await liveClient(asClinician());
    await call(server.url, 'PATCH', `/users/${tenant.clinician.id}`, {
      token: tenant.admin.token,
      body: { status: 'disabled' },
    });
    expect(await until('stopped')).toMatchObject({ reason: { code: 'accessRevoked', closeCode: 4403 } });
  });

  it('stops at 4403 when its tenant is suspended', async () => {
    const { until } = await liveClient(asClinician());
    await call(server.url, 'PATCH', `/tenants/${tenant.id}`, {
      token: superToken,
      body: { status: 'suspended' },
    });
    expect(await until('stopped')).toMatchObject({ reason: { code: 'tenantSuspended', closeCode: 4403 } });
  });

  it('stops at 4403 for a topic that its role may not see', async () => {
    const { client, until } = recordedClient({ ...asClinician(), topics: ['system'] });
    client.start();
    expect(await until('stopped')).toMatchObject({ reason: { code: 'topicNotAllowed', closeCode: 4403 } });
  });

  it('stops at 4403 on a page of a foreign origin', async () => {
    const { client, until } = recordedClient({
      ...asClinician(),
      WebSocket: socketWithHeaders({ origin: 'https://elsewhere.test' }),
    });
    client.start();
    expect(await until('stopped')).toMatchObject({ reason: { code: 'originNotAllowed', closeCode: 4403 } });
  });

  it('stops at 4409 when an administrator closes it, and can be started again', async () => {
    const { client, until, states } = await liveClient(asClinician());
    const [connection] = await connections();
    await call(server.url, 'DELETE', `/connections/${connection}`, { token: tenant.admin.token });
    expect(await until('stopped')).toMatchObject({
      reason: { code: 'closedByAdministrator', closeCode: 4409 },
    });
    client.retry();
    await until('live');
    // It goes on where it was, and is not live before the server said that nothing is missing.
    expect(states.slice(-2).map(({ status }) => status)).toEqual(['replaying', 'live']);
  });

  it.each([
    ['tenantLimit', { max_connections: 1 }],
    ['userLimit', { max_connections_per_user: 1 }],
  ] as const)('waits at least five seconds after 4429 %s', async (code, limits) => {
    await call(server.url, 'PUT', `/tenants/${tenant.id}/limits`, { token: superToken, body: limits });
    await liveClient(asClinician());
    const { client, until } = recordedClient(asClinician());
    client.start();
    const waiting = await until('waiting');
    expect(waiting.reason).toEqual({ code, closeCode: 4429 });
    expect(waiting.untilMs - waiting.sinceMs).toBeGreaterThanOrEqual(5_000);
  });

  it('waits after 4429 when it said more than it may, and then comes back', async () => {
    await call(server.url, 'PUT', `/tenants/${tenant.id}/limits`, {
      token: superToken,
      body: { max_messages_per_minute: 1 },
    });
    const { until } = await liveClient({ ...asClinician(), heartbeatMs: 50 });
    expect((await until('waiting')).reason).toEqual({ code: 'messageRate', closeCode: 4429 });
  });

  const connections = async (): Promise<string[]> =>
    eventually(async () => {
      const { body } = await call(server.url, 'GET', '/connections', { token: tenant.admin.token });
      const { data } = body as { data: { id: string }[] };
      return data.length > 0 && data.map(({ id }) => id);
    });

  it('waits after 4429 when its address tried too often', async () => {
    const { wsUrl } = await startAnother({ MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '10' });
    const { client, until } = recordedClient({ url: wsUrl, getToken: () => tenant.clinician.token });
    for (let attempt = 0; attempt <= 10 && client.state.status !== 'waiting'; attempt += 1) {
      client.start();
      await eventually(() => client.state.status === 'live' || client.state.status === 'waiting');
      if (client.state.status === 'live') client.stop();
    }
    const waiting = await until('waiting');
    expect(waiting.reason).toEqual({ code: 'connectRate', closeCode: 4429 });
    expect(waiting.untilMs - waiting.sinceMs).toBeGreaterThanOrEqual(5_000);
  });

  it('comes back in the slot that server_restarting gives before 1012', async () => {
    const leaving = await startAnother();
    const options = { url: leaving.wsUrl, getToken: () => tenant.clinician.token };
    const { client, until } = await liveClient(options);
    let slotMs = -1;
    client.on('server_restarting', ({ data }) => {
      slotMs = data.reconnect_after_ms;
    });
    const stopped = leaving.stop();
    const waiting = await until('waiting');
    expect(waiting.reason).toEqual({ code: 'serviceRestart', closeCode: 1012 });
    expect(waiting.untilMs - waiting.sinceMs).toBe(slotMs);
    expect(await stopped).toBe(0);
  });
});
