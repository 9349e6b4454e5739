import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TenantRole } from '@wardbell/contract';
import pg from 'pg';
import { z } from 'zod';
import { freePort } from '../../../server/src/database/embedded/postmaster.js';
import { mintToken } from '../../support/tokens.js';
import { Emitter } from './emitter.js';
import { inflict, type Scene } from './inflict.js';
import { Instance } from './instance.js';
import { Ledger, type LogRow } from './ledger.js';
import { type Finding, judgeList, judgeNumbers, judgeStream, judgeWrites } from './oracle.js';
import { Postgres } from './postgres.js';
import { Random } from './random.js';
import { type FaultKind, planFaults } from './schedule.js';
import { Subscriber, type Viewer } from './subscriber.js';
import { TcpProxy } from './tcp-proxy.js';
import { CANARY, Writer } from './writer.js';

const TENANTS = 3;
const INSTANCES = 2;
const WRITERS_PER_TENANT = 3;
/** Everything is whole again: so long may it take until every client is live and level. */
const CONVERGE_MS = 90_000;
const SETTLE_MS = 60_000;

export interface RunOptions {
  readonly seed: number;
  /** How long things go wrong, in milliseconds. */
  readonly runMs: number;
  /** Clients that wait are told to try now, once all is whole: shortens a run and its recovery times. */
  readonly isHurried?: boolean;
  /** Ends the run early; everything that it started is ended all the same. */
  readonly abort?: AbortSignal;
  /** Is told what happens, for those who watch. */
  readonly say?: (line: string) => void;
}

/** What a run has shown. */
export interface RunResult {
  readonly seed: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly events: number;
  readonly clients: number;
  /** Events that clients received, of all clients together. */
  readonly delivered: number;
  readonly findings: readonly Finding[];
  /** Times that a client was told to load again, by reason. */
  readonly resyncs: ReadonlyMap<string, number>;
  readonly recoveriesMs: readonly number[];
}

const Row = z.object({
  tenant_id: z.string(),
  seq: z.coerce.number(),
  id: z.string(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  audience: z
    .object({ user_ids: z.array(z.string()).optional(), roles: z.array(z.string()).optional() })
    .nullable(),
  created_at: z.date(),
  actor_id: z.string().nullable(),
});
const Head = z.object({ tenant_id: z.string(), seq: z.coerce.number() });
const Slots = z.object({ count: z.coerce.number() });
const Committed = z.object({ tenant_id: z.string(), id: z.string(), version: z.number() });

/** One installation, its people and everything that goes wrong, from a seed. */
export async function run({
  seed,
  runMs,
  isHurried = false,
  abort,
  say = () => undefined,
}: RunOptions): Promise<RunResult> {
  const random = new Random(seed);
  const postgres = await Postgres.create();
  say('database runs');
  const sleep = (untilMs: number): Promise<void> =>
    delay(Math.max(0, untilMs - performance.now()), undefined, abort ? { signal: abort } : {});
  const scene = await prepare(postgres, random);
  say('servers run');
  try {
    const faults = planFaults(random.fork(), runMs, INSTANCES);
    for (const { subscriber } of scene.clients) subscriber.start();
    await until(() => scene.clients.every(({ subscriber }) => subscriber.isLive), SETTLE_MS, 'clients live');
    const working = [...scene.writers, scene.emitter].map((worker) => worker.run());
    const startMs = performance.now();
    const pending: Promise<void>[] = [];
    for (const fault of faults) {
      await sleep(startMs + fault.atMs);
      say(JSON.stringify(fault));
      const over = inflict(fault, scene).then(() => say(`over: ${fault.kind}`));
      over.catch(() => undefined); // awaited below
      pending.push(over);
    }
    await sleep(startMs + runMs);
    await Promise.all(pending);
    say('everything is whole again');
    for (const writer of scene.writers) writer.stop(performance.now() + SETTLE_MS);
    scene.emitter.stop();
    await Promise.all(working);
    say('every write has its outcome');
    if (isHurried) for (const { subscriber } of scene.clients) subscriber.retry();
    const counts = new Map<FaultKind, number>();
    for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return { ...(await judge(scene, postgres)), seed, faults: counts };
  } finally {
    for (const { subscriber } of scene.clients) subscriber.stop();
    await Promise.all(scene.instances.map((instance) => instance.stop()));
    await scene.proxy.close();
    await postgres.remove();
  }
}

async function prepare(postgres: Postgres, random: Random): Promise<Scene> {
  const ports = [await freePort(0), await freePort(0)].slice(0, INSTANCES);
  const env = {
    WEBSOCKET_HEARTBEAT_INTERVAL: '2',
    MAX_WEBSOCKET_CONNECTIONS_PER_TENANT: '10000',
    MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '1000000',
  };
  const instances = ports.map((port) => new Instance(postgres.ownerUrl, port, env));
  for (const instance of instances) await instance.start();
  const proxy = await TcpProxy.listen(ports, random.fork());
  const tenantIds = Array.from({ length: TENANTS }, () => randomUUID());
  await withDatabase(postgres, async (client) => {
    for (const id of tenantIds)
      await client.query('INSERT INTO wardbell.tenant (id, name, slug) VALUES ($1, $2, $2)', [
        id,
        `clinic-${id}`,
      ]);
  });
  const apiUrl = `http://127.0.0.1:${proxy.port}/api/v1`;
  const wsUrl = `ws://127.0.0.1:${proxy.port}/ws`;
  const ledger = new Ledger();
  const viewers = tenantIds.flatMap(staffOf).concat(superAdmins());
  const clients = viewers.map((viewer) => {
    const own = random.fork();
    // some tokens are short, so that clients also renew them in the middle of it all
    const lifeS = own.pick([15, 65, 900]);
    const token = () =>
      mintToken({
        role: viewer.role,
        sub: viewer.userId,
        expiresInS: lifeS,
        ...(viewer.tenantId === null ? {} : { tenantId: viewer.tenantId }),
      });
    return { subscriber: new Subscriber({ viewer, wsUrl, apiUrl, token, random: own }) };
  });
  const writers = tenantIds.flatMap((tenantId) =>
    Array.from({ length: WRITERS_PER_TENANT }, () => {
      const sub = randomUUID();
      const token = (role: TenantRole) => mintToken({ role, tenantId, sub });
      return new Writer({ tenantId, apiUrl, token, ledger, random: random.fork() });
    }),
  );
  const emitter = new Emitter({
    databaseUrl: postgres.superuserUrl,
    tenantIds,
    userIds: viewers.map(({ userId }) => userId),
    ledger,
    random: random.fork(),
  });
  return { postgres, instances, proxy, tenantIds, ledger, clients, writers, emitter, random: random.fork() };
}

/** The people of one clinic at their screens. */
const staffOf = (tenantId: string, index: number): Viewer[] => {
  const viewer = (name: string, role: TenantRole, more: Partial<Viewer> = {}): Viewer => ({
    name: `${name} of clinic ${index + 1}`,
    tenantId,
    role,
    userId: randomUUID(),
    ...more,
  });
  return [
    ...[1, 2, 3].map((n) => viewer(`clinician ${n}`, 'clinician')),
    ...[1, 2, 3].map((n) => viewer(`front desk ${n}`, 'front_desk')),
    viewer('tenant admin', 'tenant_admin'),
    viewer('patient board', 'front_desk', { topics: ['patients'] }),
    viewer('ward screen', 'clinician', { topics: ['appointments', 'events'] }),
    viewer('deletions only', 'clinician', { types: ['patient_deleted'] }),
  ];
};

const superAdmins = (): Viewer[] =>
  [1, 2, 3].map((n) => ({
    name: `super admin ${n}`,
    tenantId: null,
    role: 'super_admin' as const,
    userId: randomUUID(),
    ...(n === 3 ? { topics: ['patients', 'events'] as const } : {}),
  }));

async function judge(
  { clients, tenantIds, ledger, instances }: Scene,
  postgres: Postgres,
): Promise<Omit<RunResult, 'seed' | 'faults'>> {
  const heads = await readHeads(postgres, tenantIds);
  const committed = await readPatients(postgres);
  const findings: Finding[] = [];
  const isLevel = ({ subscriber }: Scene['clients'][number]): boolean => {
    const { viewer, position } = subscriber;
    if (!subscriber.isLive || position === null) return false;
    const at = (tenantId: string): number =>
      typeof position.seq === 'number' ? position.seq : (position.seq[tenantId] ?? 0);
    const tenants = viewer.tenantId === null ? tenantIds : [viewer.tenantId];
    return tenants.every((tenantId) => at(tenantId) >= (heads.get(tenantId) ?? 0));
  };
  const listOf = (subscriber: Subscriber): Finding[] => {
    const { viewer, list } = subscriber;
    if (viewer.tenantId === null || viewer.topics || viewer.types) return [];
    return judgeList(viewer, list?.rows, committed.get(viewer.tenantId) ?? new Map());
  };
  await until(() => clients.every(isLevel), CONVERGE_MS, 'level').catch(() => undefined);
  await until(
    () =>
      clients.every(({ subscriber }) => subscriber.list?.live !== false && listOf(subscriber).length === 0),
    CONVERGE_MS / 3,
    'lists',
  ).catch(() => undefined);

  const rows = await readLog(postgres);
  findings.push(...judgeNumbers(rows, heads), ...judgeWrites(ledger.deeds, rows));
  for (const text of ledger.surprises) findings.push({ kind: 'altered', text });
  for (const { output } of instances)
    if (output.includes(CANARY)) findings.push({ kind: 'foreign', text: 'a log line shows clinical text' });
  for (const client of clients) {
    const { subscriber } = client;
    const { viewer, segments, faults, stopReason } = subscriber;
    findings.push(...judgeStream(viewer, segments, rows), ...listOf(subscriber));
    if (!isLevel(client))
      findings.push({ kind: 'lost', text: `${viewer.name} is not live and level: ${stopReason ?? 'waits'}` });
    for (const [kind, count] of Object.entries(faults))
      if (count > 0)
        findings.push({
          kind: kind === 'incomplete' ? 'lost' : 'repeated',
          text: `${viewer.name}: the SDK counted ${kind} ${count} times`,
        });
  }
  const slots = await settledSlots(postgres, clients.length);
  if (slots !== clients.length)
    findings.push({ kind: 'altered', text: `${clients.length} sockets take ${slots} slots` });
  const resyncs = new Map<string, number>();
  for (const { subscriber } of clients)
    for (const [why, count] of subscriber.resyncs) resyncs.set(why, (resyncs.get(why) ?? 0) + count);
  // nothing in a run replaces or drops history, so nobody has a reason to load again
  for (const [why, count] of resyncs)
    findings.push({ kind: 'lost', text: `${count} times resync_required (${why}) without a reason` });
  return {
    findings,
    events: [...rows.values()].reduce((sum, log) => sum + log.length, 0),
    clients: clients.length,
    delivered: clients.reduce(
      (sum, { subscriber }) =>
        sum + subscriber.segments.reduce((part, { frames }) => part + frames.length, 0),
      0,
    ),
    resyncs,
    recoveriesMs: clients.flatMap(({ subscriber }) => subscriber.recoveriesMs.slice(1)),
  };
}

/** Slots that count against limits, once they are as many as the sockets or will not be. */
async function settledSlots(postgres: Postgres, sockets: number): Promise<number> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const { rows } = await withDatabase(postgres, (client) =>
      client.query(
        `SELECT count(*) FROM wardbell.connection c JOIN wardbell.instance i ON i.id = c.instance_id
         WHERE i.heartbeat_at > now() - interval '20 seconds'`,
      ),
    );
    const slots = Slots.parse(rows[0]).count;
    if (slots === sockets || performance.now() > deadline) return slots;
    await delay(500);
  }
}

async function readHeads(postgres: Postgres, tenantIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await withDatabase(postgres, (client) =>
    client.query('SELECT tenant_id, seq FROM wardbell.tenant_head WHERE tenant_id = ANY($1)', [tenantIds]),
  );
  return new Map(
    z
      .array(Head)
      .parse(rows)
      .map(({ tenant_id, seq }) => [tenant_id, seq]),
  );
}

async function readPatients(postgres: Postgres): Promise<Map<string, Map<string, number>>> {
  const { rows } = await withDatabase(postgres, (client) =>
    client.query('SELECT tenant_id, id, version FROM wardbell.patient'),
  );
  const patients = new Map<string, Map<string, number>>();
  for (const { tenant_id, id, version } of z.array(Committed).parse(rows)) {
    const own = patients.get(tenant_id) ?? new Map<string, number>();
    patients.set(tenant_id, own.set(id, version));
  }
  return patients;
}

async function readLog(postgres: Postgres): Promise<Map<string, LogRow[]>> {
  const { rows } = await withDatabase(postgres, (client) =>
    client.query('SELECT * FROM wardbell.outbox ORDER BY tenant_id, seq'),
  );
  const log = new Map<string, LogRow[]>();
  for (const row of z.array(Row).parse(rows)) {
    const own = log.get(row.tenant_id) ?? [];
    log.set(row.tenant_id, own);
    const { tenant_id: tenantId, created_at: createdAt, actor_id: actorId, audience, ...rest } = row;
    own.push({
      ...rest,
      tenantId,
      timestamp: createdAt.toISOString(),
      actorId,
      audience: audience && {
        ...(audience.user_ids ? { user_ids: audience.user_ids } : {}),
        ...(audience.roles ? { roles: audience.roles } : {}),
      },
    });
  }
  return log;
}

async function withDatabase<T>(postgres: Postgres, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: postgres.superuserUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function until(check: () => boolean, timeoutMs: number, what: string): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!check()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await delay(50);
  }
}
