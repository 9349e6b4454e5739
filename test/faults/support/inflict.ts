import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Emitter } from './emitter.js';
import type { Instance } from './instance.js';
import type { Ledger } from './ledger.js';
import type { Postgres } from './postgres.js';
import type { Random } from './random.js';
import type { Fault } from './schedule.js';
import type { Subscriber } from './subscriber.js';
import type { TcpProxy } from './tcp-proxy.js';
import type { Writer } from './writer.js';

/** Everything and everybody in a run. */
export interface Scene {
  readonly postgres: Postgres;
  readonly instances: readonly Instance[];
  readonly proxy: TcpProxy;
  readonly tenantIds: readonly string[];
  readonly ledger: Ledger;
  readonly clients: readonly { readonly subscriber: Subscriber }[];
  readonly writers: readonly Writer[];
  readonly emitter: Emitter;
  readonly random: Random;
}

const HELD_MS = 5_000;

/** Lets a fault happen; resolves when it is over. */
export async function inflict(fault: Fault, scene: Scene): Promise<void> {
  const { postgres, instances, proxy, clients, emitter, random, tenantIds } = scene;
  switch (fault.kind) {
    case 'kill server':
      return instances[fault.instance]?.signal('SIGKILL');
    case 'stop server':
      return instances[fault.instance]?.signal('SIGTERM');
    case 'freeze server':
      instances[fault.instance]?.signal('SIGSTOP');
      await delay(fault.forMs);
      return instances[fault.instance]?.signal('SIGCONT');
    case 'kill database':
      return postgres.inTurn(async () => {
        await postgres.kill();
        await delay(fault.forMs);
        await postgres.start();
      });
    case 'freeze database':
      return postgres.inTurn(async () => {
        postgres.freeze();
        await delay(fault.forMs);
        postgres.thaw();
      });
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
    case 'lose doorbells':
      return attempt(postgres, loseDoorbells);
    case 'false doorbells':
      return attempt(postgres, (client) => ringFalsely(client, tenantIds, random));
    case 'clock jump':
      for (const { subscriber } of random.some(clients, fault.clients)) subscriber.jumpClock(fault.byMs);
      return;
    case 'held transaction':
      return emitter.emit({ events: 3, dataBytes: 10, holdMs: HELD_MS, tenants: tenantIds.length });
    case 'burst': {
      const goOn = proxy.stall(fault.stalled);
      await emitter.emit({ events: fault.events, dataBytes: fault.dataBytes, holdMs: 0, tenants: 1 });
      await delay(1_000);
      return goOn();
    }
  }
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
async function loseDoorbells(client: pg.Client): Promise<void> {
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
