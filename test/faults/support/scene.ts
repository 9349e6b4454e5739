import { randomUUID } from 'node:crypto';
import type { TenantRole } from '@wardbell/contract';
import type { RawSocket } from '../../integration/ws/raw-socket.js';
import { freePort } from '../../support/free-port.js';
import { hasProgram } from '../../support/program.js';
import { mintToken } from '../../support/tokens.js';
import { BROKER_ENV, BrokerFeed } from './broker-feed.js';
import { Emitter } from './emitter.js';
import { FakeClock } from './fake-clock.js';
import { HealthWatcher } from './health-watcher.js';
import { Instance } from './instance.js';
import { Ledger } from './ledger.js';
import { NoticeCrew } from './notice-crew.js';
import { PacketFilter } from './packet-filter.js';
import { Postgres } from './postgres.js';
import { PresenceWatcher, Visitor } from './presence-watcher.js';
import { Publisher } from './publisher.js';
import type { Random } from './random.js';
import type { RawTransport } from './raw-transports.js';
import { RawViewer } from './raw-viewer.js';
import { readEpoch, withDatabase } from './read-database.js';
import { SlotSeeker } from './slot-seeker.js';
import type { Span } from './spans.js';
import { Subscriber, type Viewer } from './subscriber.js';
import { startTamperingProxy, type TamperingProxy } from './tampering-proxy.js';
import { TcpProxy } from './tcp-proxy.js';
import { Watcher } from './watcher.js';
import { WEBHOOK_ENV, WebhookSink } from './webhook-sink.js';
import { Writer } from './writer.js';

const TENANTS = 3;
const WRITERS_PER_TENANT = 3;
/** Each instance reaches PostgreSQL at an address of its own, so that one can be cut off and the other not. */
const ADDRESSES = ['127.0.0.2', '127.0.0.3'];
/** Slots of the clinic that has fewer of them than clients. */
export const LIMIT = 4;
const SEEKERS = 6;

/** A client of the SDK. */
export interface SdkClient {
  readonly subscriber: Subscriber;
  /** What the server says to it passes the proxy that tampers. */
  readonly isTampered: boolean;
}

/** Everything and everybody in a run. */
export interface Scene {
  readonly postgres: Postgres;
  readonly instances: readonly Instance[];
  /** Between each instance and PostgreSQL; none where this machine has no packet filter. */
  readonly filters: readonly PacketFilter[];
  /** Of the first instance; undefined where this machine has no `faketime`. */
  readonly clock: FakeClock | undefined;
  readonly proxy: TcpProxy;
  readonly tampering: TamperingProxy;
  readonly tenantIds: readonly string[];
  readonly epoch: string;
  readonly ledger: Ledger;
  readonly clients: readonly SdkClient[];
  readonly raws: readonly RawViewer[];
  /** They have a slot only while a poll waits. */
  readonly pollers: readonly RawViewer[];
  readonly webhooks: readonly WebhookSink[];
  readonly presences: readonly PresenceWatcher[];
  readonly visitors: readonly Visitor[];
  readonly seekers: readonly SlotSeeker[];
  /** Sockets that have flooded: each must have been closed in the end. */
  readonly floods: RawSocket[];
  readonly watcher: Watcher;
  readonly writers: readonly Writer[];
  readonly emitter: Emitter;
  readonly publishers: readonly Publisher[];
  readonly brokerFeed: BrokerFeed;
  readonly crews: readonly NoticeCrew[];
  readonly health: HealthWatcher;
  /** When a fault kept an instance, the database or the log of a clinic from working. */
  readonly troubles: Span[];
  readonly random: Random;
}

/** Starts an installation with its people. Nobody does anything yet. */
export async function prepareScene(random: Random): Promise<Scene> {
  const postgres = await Postgres.create({
    listen_addresses: ['127.0.0.1', ...ADDRESSES].join(','),
    max_prepared_transactions: '5',
  });
  const clock = hasProgram('faketime') ? new FakeClock(false) : undefined;
  const instances: Instance[] = [];
  for (const [index, address] of ADDRESSES.entries()) {
    const ownerUrl = postgres.ownerUrl.replace('127.0.0.1', address);
    instances.push(
      new Instance(ownerUrl, await freePort(), {
        WEBSOCKET_HEARTBEAT_INTERVAL: '2',
        MAX_WEBSOCKET_CONNECTIONS_PER_TENANT: '10000',
        MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '1000000',
        ...BROKER_ENV,
        ...WEBHOOK_ENV,
        ...(index === 0 ? clock?.env : {}),
      }),
    );
  }
  for (const instance of instances) await instance.start();
  const ports = instances.map(({ port }) => port);
  const proxy = await TcpProxy.listen(ports, random.fork());
  const wsUrl = `ws://127.0.0.1:${proxy.port}/ws`;
  const apiUrl = `http://127.0.0.1:${proxy.port}/api/v1`;
  const tampering = await startTamperingProxy(wsUrl, random.fork());
  const tenantIds = Array.from({ length: TENANTS }, () => randomUUID());
  const limitedId = randomUUID();
  await withDatabase(postgres, async (client) => {
    for (const id of [...tenantIds, limitedId])
      await client.query(
        'INSERT INTO wardbell.tenant (id, name, slug, max_connections) VALUES ($1, $2, $2, $3)',
        [id, `clinic-${id}`, id === limitedId ? LIMIT : null],
      );
  });
  const ledger = new Ledger();
  const viewers = tenantIds.flatMap(staffOf).concat(superAdmins());
  const clients = viewers.map((viewer): SdkClient => {
    const isTampered = viewer.name.startsWith(TAMPERED);
    const own = random.fork();
    // some tokens are short, so that clients also renew them in the middle of it all
    const token = tokenOf(viewer, own.pick([15, 65, 900]));
    const url = isTampered ? `ws://127.0.0.1:${tampering.port}/ws` : wsUrl;
    return { isTampered, subscriber: new Subscriber({ viewer, wsUrl: url, apiUrl, token, random: own }) };
  });
  const raw = (viewer: RawViewer['viewer'], transport: RawTransport) =>
    new RawViewer({ viewer, ports, token: tokenOf(viewer, 900), random: random.fork(), transport });
  const raws = tenantIds.flatMap((tenantId, index) => [
    ...rawStaffOf(tenantId, index).map((viewer) => raw(viewer, 'websocket')),
    raw(viewerOf(tenantId, index)('event stream', 'clinician'), 'sse'),
  ]);
  const pollers = tenantIds.map((tenantId, index) =>
    raw(viewerOf(tenantId, index)('long poll', 'front_desk'), 'poll'),
  );
  const present = (tenantId: string) => {
    const userId = randomUUID();
    const token = () => mintToken({ role: 'front_desk', tenantId, sub: userId });
    return { tenantId, userId, ports, token, random: random.fork() };
  };
  const directUrl = `http://127.0.0.1:${ports[0]}/api/v1`;
  const webhooks: WebhookSink[] = [];
  for (const [index, tenantId] of tenantIds.entries())
    webhooks.push(await WebhookSink.register(directUrl, tenantId, index));
  const seekers = Array.from({ length: SEEKERS }, () => {
    const token = () => mintToken({ role: 'clinician', tenantId: limitedId });
    return new SlotSeeker({ ports, token, random: random.fork() });
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
  const publishers = tenantIds.map((tenantId) => {
    const token = () => mintToken({ role: 'tenant_admin', tenantId });
    return new Publisher({ tenantId, apiUrl, token, ledger, random: random.fork() });
  });
  const brokerFeed = new BrokerFeed({ tenantIds, ports, ledger, random: random.fork() });
  return {
    postgres,
    instances,
    filters: hasProgram('nftables')
      ? ADDRESSES.map((address) => new PacketFilter(postgres.port, address))
      : [],
    clock,
    proxy,
    tampering,
    tenantIds,
    epoch: await readEpoch(postgres),
    ledger,
    clients,
    raws,
    pollers,
    webhooks,
    presences: tenantIds.map((tenantId) => new PresenceWatcher(present(tenantId))),
    visitors: tenantIds.flatMap((tenantId) => [1, 2].map(() => new Visitor(present(tenantId)))),
    seekers,
    floods: [],
    watcher: new Watcher(postgres.superuserUrl, seekers),
    writers,
    emitter,
    publishers,
    brokerFeed,
    crews: tenantIds.map((tenantId) => new NoticeCrew({ tenantId, apiUrl, ledger, random: random.fork() })),
    health: new HealthWatcher(ports),
    troubles: [],
    random: random.fork(),
  };
}

/** Ends everything that `prepareScene` started. */
export async function removeScene(scene: Scene): Promise<void> {
  for (const filter of scene.filters) filter.heal();
  for (const { subscriber } of scene.clients) subscriber.stop();
  const { raws, pollers, presences, visitors, seekers, publishers } = scene;
  for (const one of [...raws, ...pollers, ...presences, ...visitors, ...seekers]) one.stop();
  for (const one of [...publishers, ...scene.crews]) one.stop(0);
  scene.health.stop();
  for (const socket of scene.floods) socket.destroy();
  scene.watcher.stop();
  await Promise.all(scene.instances.map((instance) => instance.stop()));
  scene.brokerFeed.close();
  await Promise.all(scene.webhooks.map((sink) => sink.close()));
  await scene.tampering.close();
  await scene.proxy.close();
  await scene.postgres.remove();
  scene.clock?.remove();
}

const tokenOf =
  ({ tenantId, role, userId }: Viewer, expiresInS: number) =>
  (): Promise<string> =>
    mintToken({ role, sub: userId, expiresInS, ...(tenantId === null ? {} : { tenantId }) });

const viewerOf = (tenantId: string, index: number) => {
  return (name: string, role: TenantRole, more: Partial<Omit<Viewer, 'tenantId'>> = {}) => ({
    name: `${name} of clinic ${index + 1}`,
    tenantId,
    role,
    userId: randomUUID(),
    ...more,
  });
};

const TAMPERED = 'clinician behind a proxy';

/** The people of one clinic at their screens. */
const staffOf = (tenantId: string, index: number): Viewer[] => {
  const viewer = viewerOf(tenantId, index);
  return [
    ...[1, 2].map((n) => viewer(`clinician ${n}`, 'clinician')),
    viewer(TAMPERED, 'clinician'),
    ...[1, 2, 3].map((n) => viewer(`front desk ${n}`, 'front_desk')),
    viewer('tenant admin', 'tenant_admin'),
    viewer('patient board', 'front_desk', { topics: ['patients'] }),
    viewer('ward screen', 'clinician', { topics: ['appointments', 'events'] }),
    viewer('deletions only', 'clinician', { types: ['patient_deleted'] }),
  ];
};

/** Clients of one clinic that do not use the SDK. */
const rawStaffOf = (tenantId: string, index: number) => {
  const viewer = viewerOf(tenantId, index);
  return [
    viewer('raw clinician', 'clinician'),
    viewer('raw front desk', 'front_desk', {
      types: ['patient_created', 'patient_updated', 'patient_deleted'],
    }),
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
