import { connect as dial } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { OPCODE, RawSocket } from '../../integration/ws/raw-socket.js';
import { mintToken } from '../../support/tokens.js';
import { flood } from './frame-flood.js';
import { hangUp } from './hang-up.js';
import type { Postgres } from './postgres.js';
import type { Random } from './random.js';
import type { Scene } from './scene.js';
import type { Fault } from './schedule.js';
import { SlowReader } from './slow-reader.js';

const HELD_MS = 5_000;
const MAX_HANG_UP_MS = 30;
const FLOOD_MS = 2_000;
const SLOW_BYTES_PER_SECOND = 150_000;

/** Lets a fault happen; resolves when it is over. */
export async function inflict(fault: Fault, scene: Scene): Promise<void> {
  const { postgres, instances, proxy, clients, emitter, random, tenantIds } = scene;
  switch (fault.kind) {
    case 'kill server':
      return instances[fault.instance]?.signal('SIGKILL');
    case 'stop server':
      return instances[fault.instance]?.signal('SIGTERM');
    case 'freeze server':
    case 'outlive slots':
      return whileBroken(scene, async () => {
        instances[fault.instance]?.signal('SIGSTOP');
        await delay(fault.forMs);
        instances[fault.instance]?.signal('SIGCONT');
      });
    case 'cut from database':
      return whileBroken(scene, async () => {
        scene.filters[fault.instance]?.drop();
        await delay(fault.forMs);
        scene.filters[fault.instance]?.heal();
      });
    case 'kill database':
      return whileBroken(scene, () =>
        postgres.inTurn(async () => {
          await postgres.kill();
          await delay(fault.forMs);
          await postgres.start();
        }),
      );
    case 'freeze database':
      return whileBroken(scene, () =>
        postgres.inTurn(async () => {
          postgres.freeze();
          await delay(fault.forMs);
          postgres.thaw();
        }),
      );
    case 'cut connections':
      return proxy.cut(fault.count);
    case 'delay':
      proxy.delay(fault.minMs, Math.max(fault.minMs, fault.maxMs));
      await delay(fault.forMs);
      return proxy.delay(0, 0);
    case 'stall readers': {
      const goOn = proxy.stall(fault.count);
      await delay(fault.forMs);
      return goOn();
    }
    case 'lose notices':
      return attempt(postgres, loseNotices);
    case 'false notices':
      return attempt(postgres, (client) => ringFalsely(client, tenantIds, random));
    case 'clock jump':
      for (const { subscriber } of random.some(clients, fault.clients)) subscriber.jumpClock(fault.byMs);
      return;
    case 'held transaction':
      return whileHeldUp(scene, () =>
        emitter.emit({ events: 3, dataBytes: 10, holdMs: HELD_MS, tenants: tenantIds.length }),
      );
    case 'odd transaction': {
      const { manner } = fault;
      return whileHeldUp(scene, () =>
        emitter.emit({ events: 3, dataBytes: 10, holdMs: 1_000, tenants: tenantIds.length, manner }),
      );
    }
    case 'held head':
      return whileHeldUp(scene, () =>
        attempt(postgres, (client) => holdHead(client, random.pick(tenantIds), fault.forMs)),
      );
    case 'hang-ups':
    case 'flood':
    case 'slow readers':
      return disturb(fault, scene);
    case 'tamper':
      scene.tampering.tamperedPercent = fault.percent;
      await delay(fault.forMs);
      scene.tampering.tamperedPercent = 0;
      return;
    case 'clock step':
      return scene.clock?.shift(fault.byS);
    case 'restart sidecar':
      return scene.brokerFeed.restartSidecar();
    case 'failing webhooks':
      for (const sink of scene.webhooks) sink.isFailing = true;
      await delay(fault.forMs);
      for (const sink of scene.webhooks) sink.isFailing = false;
      return;
    case 'burst': {
      const goOn = proxy.stall(fault.stalled);
      await emitter.emit({ events: fault.events, dataBytes: fault.dataBytes, holdMs: 0, tenants: 1 });
      await delay(1_000);
      return goOn();
    }
  }
}

/** What lasts and keeps an instance or the database from doing anything. */
async function whileBroken(scene: Scene, work: () => Promise<void>): Promise<void> {
  const { watcher } = scene;
  watcher.broken += 1;
  await whileHeldUp(scene, work).finally(() => {
    watcher.broken -= 1;
  });
}

/** What keeps the log of a clinic from being written. */
async function whileHeldUp({ troubles }: Scene, work: () => Promise<void>): Promise<void> {
  const fromMs = performance.now();
  await work().finally(() => troubles.push({ fromMs, untilMs: performance.now() }));
}

/** Clients that nobody would have. */
async function disturb(
  fault: Extract<Fault, { kind: 'hang-ups' | 'flood' | 'slow readers' }>,
  { instances, tenantIds, random, epoch, floods }: Scene,
): Promise<void> {
  const port = instances[fault.instance]?.port ?? 0;
  const token = await mintToken({ role: 'clinician', tenantId: random.pick(tenantIds) });
  if (fault.kind === 'hang-ups') {
    const times = Array.from({ length: fault.count }, () => random.between(0, MAX_HANG_UP_MS));
    await Promise.all(times.map((afterMs) => hangUp(port, token, afterMs)));
  } else if (fault.kind === 'flood') {
    const socket = new RawSocket(port, `/ws?token=${token}`);
    const isIn = await socket.waitFor(OPCODE.text, FLOOD_MS).catch(() => undefined);
    if (isIn) {
      floods.push(socket);
      await flood(socket, fault.frames, FLOOD_MS);
    } else socket.destroy();
  } else {
    const path = `/ws?since=0&epoch=${epoch}`;
    const readers = Array.from({ length: fault.count }, () => {
      const socket = dial({ port, host: '127.0.0.1' });
      return new SlowReader(socket, path, token, SLOW_BYTES_PER_SECOND);
    });
    await delay(fault.forMs);
    for (const reader of readers) reader.destroy();
  }
}

/** Somebody locks a clinic's head: its writers wait, and are told to come again. */
async function holdHead(client: pg.Client, tenantId: string, forMs: number): Promise<void> {
  await client.query('BEGIN');
  await client.query('SELECT FROM wardbell.tenant_head WHERE tenant_id = $1 FOR UPDATE', [tenantId]);
  await delay(forMs);
  await client.query('ROLLBACK');
}

/** Through a connection of its own; a database that is away at the moment has its own fault. */
async function attempt(postgres: Postgres, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({
    connectionString: postgres.superuserUrl,
    connectionTimeoutMillis: 3_000,
    query_timeout: 3_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } catch {
    return;
  } finally {
    void client.end().catch(() => undefined);
  }
}

/** Ends the connections that listen: what is rung until they are back is heard by nobody. */
async function loseNotices(client: pg.Client): Promise<void> {
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE usename = 'wardbell_relay' AND query ~ 'LISTEN|pg_notify'`,
  );
}

/** Repeats, lies and nonsense, as any role of the database may say. */
async function ringFalsely(client: pg.Client, tenantIds: readonly string[], random: Random): Promise<void> {
  const tenantId = random.pick(tenantIds);
  const said = [
    { from: 'nobody', heads: { [tenantId]: random.between(1, 1_000_000_000) } },
    { from: 'nobody', heads: { [tenantId]: 1 } },
    { from: 'nobody', heads: { 'not-a-tenant': 7, '00000000-0000-4000-8000-000000000000': 3 }, orders: true },
    { from: 'nobody', heads: { [tenantId]: -1.5 } },
    { heads: 'none' },
  ];
  for (const payload of [...said.map((one) => JSON.stringify(one)), 'not JSON', ''])
    await client.query('SELECT pg_notify($1, $2)', ['wardbell', payload]);
}
