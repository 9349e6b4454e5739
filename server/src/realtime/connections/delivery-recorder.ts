import { randomUUID } from 'node:crypto';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { RelayPool } from '../../database/pools.js';
import type { Principal } from '../../database/principal.js';
import type { DeliveryWatcher } from '../hub/delivery-watcher.js';
import { Hub } from '../hub/hub.js';
import type { Session } from '../hub/session.js';
import type { Subscription } from '../hub/subscription.js';
import { STORE_CONNECTIONS, STORE_SPANS, STORE_WRITES } from './delivery-statements.js';
import { DeliveryWrites } from './delivery-writes.js';
import { Instance } from './instance.js';

/** What was written within this time before a kill -9 is unknown afterwards. */
const EVERY_MS = 200;
/** Rows of one statement: their text takes a millisecond to make, during which nothing is written to sockets. */
const BATCH = 500;
/** Changes that wait while the database does not take them. With more, the record has a gap and begins anew. */
const MAX_CHANGES = 50_000;
/** Pages of a replay that follow each other within this time are one part. */
const MAX_REPLAY_MS = 200;

/** A connection, as it is stored. */
interface Connection {
  readonly tenantId: string;
  readonly id: string;
  readonly userId: string;
  readonly role: string;
  readonly transport: string;
  readonly connectedMs: number;
  endedMs: number | null;
  /** Spans so far. */
  spans: number;
}

/** A part of the log that a connection was to get, as it is stored. */
interface Span {
  readonly connection: Connection;
  readonly n: number;
  readonly isLive: boolean;
  readonly subscription: Subscription;
  readonly after: number;
  /** Null while it is live. */
  to: number | null;
  /** Events after this number may still wait in this process. */
  unsureAfter: number | null;
  /** When it began; for a replay when it was written. */
  atMs: number;
}

/** What is known of an open session. */
class Track {
  live: Span | undefined;
  replay: Span | undefined;
  /** Spans whose last events its socket has not taken yet. */
  readonly unsure = new Set<Span>();

  constructor(readonly connection: Connection) {}
}

/**
 * Describes the connections of this instance and what was written to them, for those who ask later why somebody did not
 * get an event. Costs one note for a flush of a tenant, whatever the number of its sockets; everything is stored in the
 * background, first the connections and then the writes, so that a write that is stored is never taken for one to a
 * connection that had left.
 */
@Injectable()
export class DeliveryRecorder implements DeliveryWatcher, OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Names this instance from one gap of its records to the next. */
  #id = randomUUID();
  readonly #tracks = new Map<Session, Track>();
  readonly #backlogged = new Map<Session, Track>();
  #connections = new Set<Connection>();
  #spans = new Set<Span>();
  readonly #writes = new DeliveryWrites();
  /** First number of the flush that is being written. */
  #writingFrom = 0;
  readonly #task: BackgroundTask;

  constructor(
    private readonly relay: RelayPool,
    private readonly instance: Instance,
    private readonly hub: Hub,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'deliveries', everyMs: EVERY_MS }, () => this.#store());
  }

  onApplicationBootstrap(): void {
    this.hub.watchDeliveries(this);
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
    await this.#task.run();
  }

  attached(session: Session): void {
    const { principal, subscription } = session;
    // a poll that waits is only woken; what it is answered is reported by `polled`
    if (subscription.framing.transport === 'long_poll') return;
    const connection = this.#describe(session.id, principal, subscription);
    if (!connection) return;
    this.#tracks.set(session, new Track(connection));
    this.#connections.add(connection);
  }

  writing(tenantId: string, from: number, to: number): void {
    this.#writingFrom = from;
    this.#writes.add(tenantId, from, to, this.hub.databaseMs());
  }

  joined(session: Session, seq: number): void {
    const track = this.#tracks.get(session);
    if (!track) return;
    track.replay = undefined;
    track.live = this.#begin(track.connection, session.subscription, { isLive: true, after: seq, to: null });
  }

  left(session: Session, seq: number): void {
    const track = this.#tracks.get(session);
    if (!track?.live) return;
    track.live.to = seq;
    this.#spans.add(track.live);
    track.live = undefined;
  }

  unsent(session: Session): void {
    const track = this.#tracks.get(session);
    if (!track?.live || track.live.unsureAfter !== null) return;
    this.#doubt(session, track, track.live, this.#writingFrom - 1);
  }

  replayed(session: Session, after: number, to: number): void {
    const track = this.#tracks.get(session);
    if (!track) return;
    const nowMs = this.hub.databaseMs();
    const { replay } = track;
    const continues =
      replay?.to === after &&
      replay.subscription === session.subscription &&
      nowMs - replay.atMs < MAX_REPLAY_MS;
    if (continues) {
      replay.to = to;
      this.#spans.add(replay);
    } else {
      track.replay = this.#begin(track.connection, session.subscription, { isLive: false, after, to });
    }
    if (track.replay && track.replay.unsureAfter === null && session.sink.pendingBytes > 0)
      this.#doubt(session, track, track.replay, after);
  }

  detached(session: Session): void {
    const track = this.#tracks.get(session);
    if (!track) return;
    this.#settle(session, track);
    this.#backlogged.delete(session);
    this.#tracks.delete(session);
    track.connection.endedMs = this.hub.databaseMs();
    this.#connections.add(track.connection);
  }

  historyReplaced(): void {
    this.#restart();
  }

  /** A long poll was answered with the events after one number up to another. */
  polled(principal: Principal, subscription: Subscription, after: number, to: number): void {
    const connection = this.#describe(randomUUID(), principal, subscription, 'long_poll');
    if (!connection) return;
    connection.endedMs = connection.connectedMs;
    this.#connections.add(connection);
    this.#begin(connection, subscription, { isLive: false, after, to });
  }

  #describe(
    id: string,
    { tenantId, userId }: Principal,
    { role, framing }: Subscription,
    transport: string = framing.transport,
  ): Connection | undefined {
    if (tenantId === null) return undefined;
    const connectedMs = this.hub.databaseMs();
    return { tenantId, id, userId, role, transport, connectedMs, endedMs: null, spans: 0 };
  }

  #begin(
    connection: Connection,
    subscription: Subscription,
    part: Pick<Span, 'isLive' | 'after' | 'to'>,
  ): Span {
    const atMs = this.hub.databaseMs();
    const span: Span = { connection, n: connection.spans++, subscription, ...part, unsureAfter: null, atMs };
    this.#spans.add(span);
    return span;
  }

  /** Events after this number are not certain until the socket has taken all of its bytes. */
  #doubt(session: Session, track: Track, span: Span, after: number): void {
    span.unsureAfter = Math.max(after, span.after);
    track.unsure.add(span);
    this.#backlogged.set(session, track);
  }

  /** Once the socket has taken all bytes, everything that was written is certain. */
  #settle({ sink }: Session, track: Track): boolean {
    const isCertain = sink.pendingBytes === 0;
    for (const span of track.unsure) {
      if (isCertain) span.unsureAfter = null;
      this.#spans.add(span);
    }
    if (isCertain) track.unsure.clear();
    return isCertain;
  }

  async #store(): Promise<void> {
    for (const [session, track] of this.#backlogged)
      if (this.#settle(session, track)) this.#backlogged.delete(session);
    if (this.#connections.size + this.#spans.size > MAX_CHANGES) this.#restart();
    const id = this.#id;
    const connections = this.#connections;
    const spans = this.#spans;
    this.#connections = new Set();
    this.#spans = new Set();
    const writes = this.#writes.take();
    try {
      // what changes while this waits is stored by the next run, and is later than these writes
      for (const batch of batchesOf(connections))
        await this.relay.query(STORE_CONNECTIONS, [
          this.instance.id,
          id,
          JSON.stringify(batch.map(toConnectionRow)),
        ]);
      for (const batch of batchesOf(spans))
        await this.relay.query(STORE_SPANS, [id, JSON.stringify(batch.map(toSpanRow))]);
      for (const batch of batchesOf(writes)) {
        await this.relay.query(STORE_WRITES, [
          id,
          batch.map(({ tenantId }) => tenantId),
          batch.map(({ from }) => from),
          batch.map(({ to }) => to),
          batch.map(({ fromMs }) => fromMs / 1_000),
          batch.map(({ toMs }) => toMs / 1_000),
        ]);
      }
    } catch (error) {
      if (id === this.#id) {
        for (const connection of connections) this.#connections.add(connection);
        for (const span of spans) this.#spans.add(span);
        this.#writes.putBack(writes);
      }
      throw error;
    }
  }

  /** Gives up what is not stored, which stays unknown. The open sessions go on under another name, from here on. */
  #restart(): void {
    this.#id = randomUUID();
    this.#spans.clear();
    this.#connections.clear();
    this.#writes.clear();
    this.#backlogged.clear();
    const seqs = this.hub.seqs;
    for (const [session, track] of this.#tracks) {
      this.#connections.add(track.connection);
      track.unsure.clear();
      track.replay = undefined;
      if (track.live) this.joined(session, seqs.get(track.connection.tenantId) ?? track.live.after);
    }
  }
}

function* batchesOf<T>(items: Iterable<T>): Generator<readonly T[]> {
  const all = [...items];
  for (let at = 0; at < all.length; at += BATCH) yield all.slice(at, at + BATCH);
}

const timestamp = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const toConnectionRow = ({
  tenantId,
  id,
  userId,
  role,
  transport,
  connectedMs,
  endedMs,
}: Connection): object => ({
  tenant_id: tenantId,
  id,
  user_id: userId,
  role,
  transport,
  connected_at: timestamp(connectedMs),
  ended_at: timestamp(endedMs),
});

const toSpanRow = ({ connection, n, isLive, after, to, unsureAfter, subscription, atMs }: Span): object => ({
  tenant_id: connection.tenantId,
  connection_id: connection.id,
  n,
  is_live: isLive,
  after_seq: after,
  to_seq: to,
  unsure_after: unsureAfter,
  topics: [...subscription.topics],
  types: subscription.types === null ? null : [...subscription.types],
  at: timestamp(atMs),
});
