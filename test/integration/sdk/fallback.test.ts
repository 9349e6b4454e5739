import { createDatabase, type TestDatabase } from '../../support/database.js';
import { freePort } from '../../support/free-port.js';
import { type Recorded, recordedClient, stopClients } from '../../support/sdk.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { timeLapse } from '../../support/time-lapse.js';
import { startUpgradeProxy, type UpgradeProxy, type Upgrades } from '../../support/upgrade-proxy.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic, createPatient, emit, superToken } from '../ws/clinic.js';

/** Ten seconds without an answer, which make an attempt fail, are two here. */
const FASTER = 5;
const PATIENT = { timeoutMs: 120_000 };

/** Networks that break WebSockets, and what the SDK makes of them. */
describe('the SDK behind a proxy that breaks WebSockets', () => {
  let database: TestDatabase;
  let server: RunningServer;
  let proxy: UpgradeProxy;
  let clinic: Clinic;

  beforeAll(async () => {
    database = await createDatabase();
    server = await startServer({ database });
  });
  beforeEach(async () => {
    proxy = await startUpgradeProxy(server.port);
    clinic = await createClinic(database);
  });
  afterEach(async () => {
    stopClients();
    await proxy.close();
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const start = (token: string, options: Partial<Parameters<typeof recordedClient>[0]> = {}): Recorded => {
    const recorded = recordedClient({
      url: proxy.wsUrl,
      getToken: () => token,
      fallback: true,
      runtime: timeLapse(FASTER),
      // the server's rhythm is not faster
      confirmMs: 60_000,
      heartbeatMs: 60_000,
      ...options,
    });
    recorded.client.start();
    return recorded;
  };
  const isLiveBy = (recorded: Recorded, transport: 'websocket' | 'sse') =>
    eventually(
      () => recorded.client.state.status === 'live' && recorded.client.state.transport === transport,
      { ...PATIENT, what: `live by ${transport}` },
    );
  const emitMany = async (count: number) => {
    for (let event = 0; event < count; event++) await emit(database, clinic, 'task_updated');
  };
  /** Closes the one connection of a tenant, as the server closes one that exceeds a limit. */
  const disconnect = async (tenantId: string | null) => {
    // an attempt that took too long on a slow machine may still have its row
    const rows = await eventually(async () => {
      const found = await database.query<{ id: string }>(
        'SELECT id::text FROM wardbell.connection WHERE tenant_id IS NOT DISTINCT FROM $1',
        [tenantId],
      );
      return found.length === 1 ? found : undefined;
    });
    await database.query(
      `INSERT INTO wardbell.disconnect_order (connection_id, close) VALUES ($1, 'tenantLimit')`,
      [rows[0]?.id],
    );
  };
  const range = (to: number) => Array.from({ length: to }, (_, at) => at + 1);

  it.each<[Upgrades, string]>([
    ['refuse', 'refuses the upgrade'],
    ['swallow', 'swallows the upgrade'],
    ['buffer', 'buffers what the server says'],
    ['cut', 'cuts sockets after a while'],
  ])(
    '%s: goes to server-sent events by itself, and back when sockets work, without losing an event',
    async (mode) => {
      proxy.upgrades = mode;
      const recorded = start(await clinic.token('clinician'));
      await isLiveBy(recorded, 'sse');
      await emitMany(5);
      await eventually(() => recorded.seqs().length === 5, PATIENT);
      expect(recorded.states.some(({ transport }) => transport === 'websocket')).toBe(true);

      proxy.upgrades = 'pass';
      await isLiveBy(recorded, 'websocket');
      await emitMany(5);
      await eventually(() => recorded.seqs().length === 10, PATIENT);
      expect(recorded.seqs()).toEqual(range(10));
      expect(recorded.faults).toEqual([]);
    },
    300_000,
  );

  it('takes up where a socket ended, with its topics', async () => {
    const recorded = start(await clinic.token('clinician'), { topics: ['events', 'notifications'] });
    await isLiveBy(recorded, 'websocket');
    await createPatient(server, clinic);
    await emitMany(3);
    await eventually(() => recorded.seqs().length === 3, PATIENT);
    proxy.upgrades = 'refuse';
    await disconnect(clinic.id);
    await emitMany(3);
    await isLiveBy(recorded, 'sse');
    await createPatient(server, clinic);
    await emitMany(3);
    await eventually(() => recorded.seqs().length === 9, PATIENT);
    // without 1 and 8, which are about patients
    expect(recorded.seqs()).toEqual([2, 3, 4, 5, 6, 7, 9, 10, 11]);
    expect(recorded.faults).toEqual([]);
  }, 300_000);

  it('replaces the event stream with each renewed token, however often, without a wait or a lost event', async () => {
    proxy.upgrades = 'refuse';
    // Tokens that are about to expire from the start: each stream is told so at once.
    const recorded = start(await clinic.token('clinician', { sub: 'ada', expiresInS: 55 }), {
      getToken: () => clinic.token('clinician', { sub: 'ada', expiresInS: 55 }),
    });
    await isLiveBy(recorded, 'sse');
    const before = recorded.states.length;
    const connects = () =>
      recorded.states.slice(before).filter(({ status }) => status === 'connecting').length;
    // More often than refused tokens are tolerated.
    for (let replaced = 1; replaced <= 8; replaced++) {
      await emitMany(1);
      await eventually(() => connects() >= replaced, PATIENT);
    }
    await isLiveBy(recorded, 'sse');
    await eventually(() => recorded.seqs().length === 8, PATIENT);
    expect(recorded.seqs()).toEqual(range(8));
    const statuses = new Set(recorded.states.slice(before).map(({ status }) => status));
    expect([...statuses].filter((status) => status === 'waiting' || status === 'stopped')).toEqual([]);
    expect(recorded.faults).toEqual([]);
  }, 300_000);

  it('tells a super admin to load again what happened between two event streams', async () => {
    proxy.upgrades = 'refuse';
    const recorded = start(await superToken());
    await isLiveBy(recorded, 'sse');
    await emitMany(1);
    await eventually(() => recorded.seqs().length === 1, PATIENT);
    const resyncs: unknown[] = [];
    recorded.client.on('resync_required', ({ data }) => void resyncs.push(data));
    await disconnect(null);
    await recorded.until('waiting', 60_000);
    await emitMany(2);
    await eventually(() => resyncs.length > 0, PATIENT);
    expect(resyncs[0]).toMatchObject({ tenant_id: clinic.id });
    await isLiveBy(recorded, 'sse');
    expect(recorded.faults).toEqual([]);
  }, 300_000);

  it('does not take a server that is away for a network that breaks sockets', async () => {
    const recorded = start(await clinic.token('clinician'), {
      url: `ws://127.0.0.1:${await freePort()}/ws`,
    });
    await eventually(
      () => recorded.states.filter(({ status }) => status === 'connecting').length >= 6,
      PATIENT,
    );
    const connecting = recorded.states.filter(({ status }) => status === 'connecting');
    const transports = connecting.map(({ transport }) => transport).slice(0, 6);
    expect(transports).toEqual(['websocket', 'websocket', 'sse', 'websocket', 'websocket', 'sse']);
  }, 150_000);
});
