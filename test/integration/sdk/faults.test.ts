import { WebSocket } from 'ws';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.js';
import { database, replaceServer, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { liveClient, type Recorded, recordedClient, stopClients } from '../../support/sdk.js';
import { createTenant, type TestTenant } from '../../support/tenant.js';
import { timeLapse } from '../../support/time-lapse.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';

useServer();

/** What networks and machines do to a connection, and that nothing is lost or doubled by it. */
describe('the SDK on a bad day', () => {
  let proxy: FaultProxy;
  let tenant: TestTenant;
  /** Number of the last event before each test. */
  let from: number;

  beforeAll(async () => {
    tenant = await createTenant(server);
  });
  beforeEach(async () => {
    proxy = await startFaultProxy(server.port);
    from = await head();
  });
  afterEach(async () => {
    stopClients();
    await proxy.close();
  });

  const options = () => ({
    url: proxy.through(server.wsUrl),
    getToken: () => tenant.clinician.token,
    heartbeatMs: 1_000,
    // The server's clock is ten times slower than this client's.
    confirmMs: 80_000,
    runtime: timeLapse(10),
  });

  const head = async (): Promise<number> => {
    const [row] = await database.query<{ seq: string }>(
      'SELECT seq FROM wardbell.tenant_head WHERE tenant_id = $1',
      [tenant.id],
    );
    return Number(row?.seq ?? 0);
  };

  const write = async (count = 1): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      const { status } = await call(server.url, 'POST', '/patients', {
        token: tenant.clinician.token,
        body: { first_name: 'Test', last_name: `Number ${index}` },
      });
      expect(status).toBe(201);
    }
  };

  /** Every event since the test began has come, once, in order. */
  const expectComplete = async ({ client, seqs }: Recorded) => {
    const to = await head();
    await eventually(() => client.state.status === 'live' && Number(client.position?.seq) >= to, {
      what: 'a complete stream',
    });
    expect(seqs()).toEqual(Array.from({ length: to - from }, (_, index) => from + 1 + index));
    expect(client.faults).toEqual({ duplicate: 0, backwards: 0, incomplete: 0, malformed: 0, handler: 0 });
  };

  it('loses nothing when the connection is cut again and again under a writer', async () => {
    const recorded = await liveClient(options());
    for (let round = 1; round <= 5; round += 1) {
      await write(3);
      proxy.cut();
      await write(3);
      await eventually(() => proxy.made > round, { what: 'another connection' });
    }
    await expectComplete(recorded);
  });

  it.each(['both', 'up', 'down'] as const)(
    'notices a network that stalls (%s) within seconds',
    async (direction) => {
      const recorded = await liveClient(options());
      await write(2);
      await eventually(() => recorded.seqs().length === 2);
      proxy.stall(direction);
      await write(2);
      const waiting = await recorded.until('waiting');
      expect(waiting.reason.code).toMatch(/heartbeatTimeout|connectTimeout/);
      proxy.heal();
      await expectComplete(recorded);
    },
  );

  it('notices a half-open connection, where nothing but silence says that the other end is gone', async () => {
    const recorded = await liveClient(options());
    proxy.halfOpen();
    await write(2);
    await recorded.until('waiting');
    await expectComplete(recorded);
  });

  it('does not take a slow network for a dead one', async () => {
    let pings = 0;
    class CountingSocket extends WebSocket {
      override send(data: string): void {
        if (data === 'ping') pings += 1;
        super.send(data);
      }
    }
    // On this clock an answer may take four seconds, to which a busy machine may add.
    const runtime = timeLapse(1);
    const recorded = await liveClient({ ...options(), runtime, WebSocket: CountingSocket });
    proxy.delay(250);
    await write(3);
    await eventually(() => pings >= 3);
    await expectComplete(recorded);
    expect(proxy.made).toBe(1);
  });

  it('gives up a handshake that hangs and tries again', async () => {
    proxy.stall();
    const recorded = recordedClient(options());
    recorded.client.start();
    expect((await recorded.until('waiting')).reason).toEqual({ code: 'connectTimeout' });
    proxy.heal();
    await recorded.until('live');
  });

  it('backs off while nothing listens and spreads its attempts', async () => {
    const recorded = await liveClient(options());
    proxy.refuse();
    proxy.cut();
    await eventually(() => recorded.client.state.status === 'waiting' && recorded.client.state.attempt >= 4);
    await write(2);
    proxy.heal();
    recorded.client.retry();
    await expectComplete(recorded);
  });

  it('wakes from an hour of sleep with an expired token and a dead connection, and misses nothing', async () => {
    const runtime = timeLapse(10);
    const token = () =>
      mintToken({ role: 'clinician', tenantId: tenant.id, sub: 'sleeper', expiresInS: 900 });
    let given = await token();
    const asked: string[] = [];
    const recorded = await liveClient({
      ...options(),
      runtime,
      getToken: async ({ reason }) => {
        asked.push(reason);
        if (reason !== 'connect') given = await token();
        return given;
      },
    });
    await write(1);
    await eventually(() => recorded.seqs().length === 1);
    // While it sleeps the server drops it, its token expires, and the others go on working.
    proxy.halfOpen();
    given = await mintToken({ role: 'clinician', tenantId: tenant.id, sub: 'sleeper', expiresInS: -2_700 });
    runtime.sleep(3_600_000);
    await write(3);
    await expectComplete(recorded);
    expect(asked).toContain('rejected');
  });

  it('survives kill -9 of the server under a writer', async () => {
    const recorded = await liveClient(options());
    await write(3);
    const writing = write(20).catch(() => undefined);
    await server.kill('SIGKILL');
    await writing;
    await recorded.until('waiting');
    await replaceServer();
    proxy.retarget(server.port);
    await write(3);
    await expectComplete(recorded);
  });
});
