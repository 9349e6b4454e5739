import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CLOSE } from '@wardbell/contract';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { Database } from '../../database/database.service.js';
import { RelayPool } from '../../database/pools.js';
import type { Principal } from '../../database/principal.js';
import { Log } from '../../platform/log/log.js';
import { Bus } from '../bus/bus.js';
import { Hub } from '../hub/hub.js';
import type { Session } from '../hub/session.js';
import { concerns, JUDGE, type Order, type OrderRow, READ_ORDERS, toOrders } from './disconnect-order.js';
import { Instance } from './instance.js';
import { sees } from './transaction-snapshot.js';

/** Orders are found by a notification at once and by this sweep at the latest. */
const SWEEP_MS = 700;
/**
 * After reading the orders, events may be sent for so long; then the orders must have been read again, and after such a
 * gap the database judges every session.
 */
const LEASE_MS = 3_000;
const JUDGE_BATCH = 1_000;
/** Orders are remembered for admissions that are under way, which end sooner than this. */
const REMEMBER_MS = 60_000;

/** How a session has to be closed at once. `tryAgainLater`: too much time has passed to say. */
export type AddRefusal = Order['close'] | 'tryAgainLater';

/**
 * The sockets of this instance, and the orders to close some of them. To send events is a lease, renewed by each
 * reading of the orders: whether this process, its clock, or the way to the database stood still, nothing is
 * sent on the strength of what was true before.
 */
@Injectable()
export class LocalSessions implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly sessions = new Map<string, Session>();
  /** The snapshot of the database that each session was last judged in. */
  readonly #judgedIn = new WeakMap<Session, string>();
  /** Orders that were carried out, and when (monotonic), for sessions that were judged before and come later. */
  readonly #recent = new Map<string, { order: Order; readMs: number }>();
  /** Newest transaction whose order is no longer remembered. */
  #forgotten = 0n;
  /** Orders of this transaction and later ones are yet to be read. */
  #cursor = 0n;
  /** When the orders were last read: by the monotonic clock, and by the clock of the database. */
  #readMs = 0;
  #readDatabaseMs = Number.POSITIVE_INFINITY;
  /** The lease ran out: events are held back until the orders have been read. */
  #isHolding = false;
  readonly #task: BackgroundTask;

  constructor(
    private readonly relay: RelayPool,
    private readonly bus: Bus,
    private readonly database: Database,
    private readonly instance: Instance,
    private readonly hub: Hub,
    private readonly log: Log,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'disconnect-orders', everyMs: SWEEP_MS }, () => this.#read());
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#readMs = performance.now();
    await this.#task.run();
    this.database.onDisconnects(() => {
      this.#task.request();
      this.bus.announceDisconnects();
    });
    this.bus.onNotice(({ orders }) => {
      if (orders) this.#task.request();
    });
    this.hub.beforeDelivery((databaseMs) => this.#checkLease(databaseMs));
    this.#task.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#task.stop();
  }

  /**
   * Adds a session that was admitted.
   * @param snapshot that its admission saw: an order in it was part of the verdict, a later one may concern it
   * @returns how to close it at once, or undefined
   */
  add(session: Session, snapshot: string): AddRefusal | undefined {
    this.sessions.set(session.id, session);
    this.#judgedIn.set(session, snapshot);
    return this.#ordered(session, snapshot);
  }

  /**
   * Lets a session go on as a principal that was judged in this snapshot.
   * @returns how to close it instead, or undefined
   */
  adopt(session: Session, principal: Principal, snapshot: string): AddRefusal | undefined {
    const refusal = this.#ordered({ id: session.id, principal }, snapshot);
    if (refusal) return refusal;
    session.principal = principal;
    this.#judgedIn.set(session, snapshot);
    return undefined;
  }

  remove(session: Session): void {
    this.sessions.delete(session.id);
    session.sink.release(); // else a replay would wait for ever
  }

  /** What the orders since a snapshot say of somebody who was judged in it. */
  #ordered(session: Pick<Session, 'id' | 'principal'>, snapshot: string): AddRefusal | undefined {
    for (const { order } of this.#recent.values()) {
      if (concerns(order, session) && !sees(snapshot, order.xid)) return order.close;
    }
    return sees(snapshot, this.#forgotten) ? undefined : 'tryAgainLater';
  }

  async #read(): Promise<void> {
    const startMs = performance.now();
    const rows = await this.relay.query<OrderRow>(READ_ORDERS, [String(this.#cursor)]);
    const { next = '0', now_ms: databaseMs = 0 } = rows[0] ?? {};
    const gapMs = Math.max(startMs - this.#readMs, databaseMs - this.#readDatabaseMs);
    const isHistoryReplaced = BigInt(next) < this.#cursor; // numbers of transactions began anew
    if (isHistoryReplaced) this.#recent.clear();
    for (const order of toOrders(rows)) this.#carryOut(order, startMs);
    this.#cursor = BigInt(next);
    if (gapMs > LEASE_MS) {
      this.log.warn('orders were not read for a while', { duration_ms: Math.round(gapMs) });
      void this.instance.beat(); // the others may have given its slots away
    }
    if (gapMs > LEASE_MS || isHistoryReplaced) {
      this.#hold();
      await this.#judge();
    }
    this.#readMs = startMs;
    this.#readDatabaseMs = databaseMs;
    this.#release();
    this.#forget(startMs);
  }

  #carryOut(order: Order, readMs: number): void {
    if (this.#recent.has(order.id)) return;
    this.#recent.set(order.id, { order, readMs });
    if (order.connection_id !== null) {
      this.sessions.get(order.connection_id)?.sink.close(CLOSE[order.close]);
      return;
    }
    for (const session of this.sessions.values()) {
      if (!concerns(order, session)) continue;
      // who was judged after the order was allowed to come back
      if (!sees(this.#judgedIn.get(session) ?? '', order.xid)) session.sink.close(CLOSE[order.close]);
    }
  }

  /** Asks the database about every session, whatever the orders said. */
  async #judge(): Promise<void> {
    const sessions = [...this.sessions.values()];
    for (let at = 0; at < sessions.length; at += JUDGE_BATCH) {
      const batch = new Map(sessions.slice(at, at + JUDGE_BATCH).map(({ id, principal }) => [id, principal]));
      const rows = [...batch].map(([id, { tenantId, userId, role, sessionId }]) => ({
        id,
        tenant_id: tenantId,
        user_id: userId,
        role,
        session_id: sessionId,
      }));
      const judged = await this.relay.query<{ id: string; snapshot: string; verdict: string }>(JUDGE, [
        JSON.stringify(rows),
      ]);
      for (const { id, snapshot, verdict } of judged) {
        const session = this.sessions.get(id);
        // it left, or its token was renewed and judged meanwhile
        if (!session || session.principal !== batch.get(id)) continue;
        if (verdict === 'ok') this.#judgedIn.set(session, snapshot);
        else session.sink.close(CLOSE[verdict === 'tenant_suspended' ? 'tenantSuspended' : 'accessRevoked']);
      }
    }
  }

  /** @param databaseMs the latest time that the database has said: tells a gap that our own clock slept through */
  #checkLease(databaseMs: number): void {
    const isLeased =
      performance.now() - this.#readMs <= LEASE_MS && databaseMs - this.#readDatabaseMs <= LEASE_MS;
    if (isLeased && !this.#isHolding) return;
    this.#hold();
    this.#task.request();
  }

  /** Those too that came since. */
  #hold(): void {
    this.#isHolding = true;
    for (const { sink } of this.sessions.values()) sink.hold();
  }

  #release(): void {
    if (!this.#isHolding) return;
    this.#isHolding = false;
    for (const { sink } of this.sessions.values()) sink.release();
  }

  #forget(nowMs: number): void {
    for (const [id, { order, readMs }] of this.#recent) {
      if (nowMs - readMs < REMEMBER_MS) return; // in the order of reading
      this.#recent.delete(id);
      if (order.xid > this.#forgotten) this.#forgotten = order.xid;
    }
  }
}
