import { setTimeout as pause } from 'node:timers/promises';
import { server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { liveClient, recordedClient, stopClients } from '../../support/sdk.js';
import { createTenant, type TestTenant } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';

useServer();

describe('the SDK and tokens that expire', () => {
  let tenant: TestTenant;

  beforeAll(async () => {
    tenant = await createTenant(server);
  });
  afterEach(stopClients);

  const mint = (expiresInS: number) =>
    mintToken({ role: 'clinician', tenantId: tenant.id, sub: 'sso user', expiresInS });

  const write = () =>
    call(server.url, 'POST', '/patients', {
      token: tenant.clinician.token,
      body: { first_name: 'Test', last_name: 'Patient' },
    });

  it('keeps its socket over several tokens, although each takes a second to get', async () => {
    const asked: string[] = [];
    const { client, events, states } = await liveClient({
      url: server.wsUrl,
      getToken: async ({ reason }) => {
        asked.push(reason);
        await pause(1_000);
        // Life enough for a machine that is busy for three seconds in the wrong moment.
        return mint(8);
      },
    });
    let renewals = 0;
    client.on('refreshed', () => {
      renewals += 1;
    });
    await eventually(() => renewals >= 2, { what: 'two renewals' });
    await write();
    await eventually(() => events.length === 1);
    expect(states.map(({ status }) => status)).toEqual(['connecting', 'live']);
    expect(new Set(asked.slice(1))).toEqual(new Set(['expiring']));
    // A token that is short-lived by nature is asked for at a measured pace.
    expect(asked.length).toBeLessThan(12);
  });

  it('comes back with a newer token and misses nothing when the endpoint was slower than the token', async () => {
    let slow = false;
    const asked: string[] = [];
    const recorded = await liveClient({
      url: server.wsUrl,
      getToken: async ({ reason, signal }) => {
        asked.push(reason);
        if (!slow) {
          slow = true;
          return mint(2);
        }
        if (reason === 'expiring') await pause(5_000, undefined, { signal });
        return mint(900);
      },
    });
    await eventually(() =>
      recorded.states.some((state) => state.status === 'waiting' && state.reason.code === 'tokenExpired'),
    );
    await write();
    await recorded.until('live');
    await eventually(() => recorded.seqs().length === 1);
    expect(recorded.client.faults.duplicate).toBe(0);
  });

  it('waits out an endpoint that fails, and asks it at a measured pace', async () => {
    let asked = 0;
    const { client, until } = recordedClient({
      url: server.wsUrl,
      getToken: async () => {
        asked += 1;
        if (asked <= 3) throw new Error('503');
        return mint(900);
      },
    });
    client.start();
    expect((await until('waiting')).reason).toEqual({ code: 'tokenUnavailable' });
    await until('live');
    expect(asked).toBe(4);
  });
});
