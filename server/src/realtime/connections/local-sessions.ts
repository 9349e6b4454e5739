import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CLOSE, type CloseName } from '@wardbell/contract';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { Database } from '../../database/database.service.js';
import { RelayPool } from '../../database/pools.js';
import type { Principal } from '../../database/principal.js';
import { Log } from '../../platform/log/log.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import { Bus } from '../bus/bus.js';
import { Hub } from '../hub/hub.js';
import type { Session } from '../hub/session.js';
import { appliesTo, JUDGE, type Order, type OrderRow, READ_ORDERS, toOrders } from './disconnect-order.js';
import { Instance } from './instance.js';
import { isVisible } from './transaction-snapshot.js';

/** Interval of the sweep for orders. Notifications normally announce them earlier. */
const SWEEP_MS = 700;
/**
 * Events may be sent for this long after the orders were read. After a longer gap events are held back, and the
 * database must verify every session.
 */
const LEASE_MS = 3_000;
const JUDGE_BATCH = 1_000;
/** Recent orders are kept for admissions in progress, which take less time than this. */
const KEEP_ORDERS_MS = 60_000;

/** Close reason of a session that must be closed at once. `tryAgainLater`: the orders it needs are no longer kept. */
export type AddRefusal = Order['close'] | 'tryAgainLater';

/**
 * The sockets of this instance, and the orders to close them. Sending events requires a lease that each read of the
 * orders renews. So after this process was suspended, its clock stepped or the database was unreachable, no event is
 * sent on the basis of an outdated authorization.
 */
@Injectable()
export class LocalSessions implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly sessions = new Map<string, Session>();
  /** The database snapshot in which each session was last verified. */
  readonly #verifiedIn = new WeakMap<Session, string>();
  /**
   * Executed orders with the time of their read (monotonic), for sessions that were verified before and added later.
   */
  readonly #recent = new Map<string, { order: Order; readMs: number }>();
  /** Newest transaction whose order is no longer kept. */
  #newestDropped = 0n;
  /** The next read begins with the orders of this transaction. */
  #cursor = 0n;
  /** Time of the last read of the orders, by the monotonic clock and by the clock of the database. */
  #readMs = 0;
  #readDatabaseMs = Number.POSITIVE_INFINITY;
  /** True after the lease expired. Events are held back until the orders have been read. */
  #isHolding = false;
  readonly #task: BackgroundTask;

  constructor(
    private readonly relay: RelayPool,
    private readonly bus: Bus,
    private readonly database: Database,
    private readonly instance: Instance,
    private readonly hub: Hub,
    private readonly log: Log,
    private readonly metrics: Metrics,
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
   * @param snapshot of its admission, which has considered the orders in it; later ones may apply to the session
   * @returns the reason to close it at once, or undefined
   */
  add(session: Session, snapshot: string): AddRefusal | undefined {
    this.sessions.set(session.id, session);
    this.#verifiedIn.set(session, snapshot);
    return this.#findRefusal(session, snapshot);
  }

  /**
   * Continues a session with a principal that was verified in this snapshot.
   * @returns the reason to close it instead, or undefined
   */
  adopt(session: Session, principal: Principal, snapshot: string): AddRefusal | undefined {
    const refusal = this.#findRefusal({ id: session.id, principal }, snapshot);
    if (refusal) return refusal;
    session.principal = principal;
    this.#verifiedIn.set(session, snapshot);
    return undefined;
  }

  remove(session: Session): void {
    this.sessions.delete(session.id);
    session.sink.release(); // otherwise a replay would wait forever
  }

  /** Finds an order since the snapshot that applies to a session that was verified in it. */
  #findRefusal(session: Pick<Session, 'id' | 'principal'>, snapshot: string): AddRefusal | undefined {
    for (const { order } of this.#recent.values()) {
      if (appliesTo(order, session) && !isVisible(snapshot, order.xid)) return order.close;
    }
    return isVisible(snapshot, this.#newestDropped) ? undefined : 'tryAgainLater';
  }

  async #read(): Promise<void> {
    const startMs = performance.now();
    const rows = await this.relay.query<OrderRow>(READ_ORDERS, [String(this.#cursor)]);
    const { next = '0', now_ms: databaseMs = 0 } = rows[0] ?? {};
    const gapMs = Math.max(startMs - this.#readMs, databaseMs - this.#readDatabaseMs);
    const isHistoryReplaced = BigInt(next) < this.#cursor; // transaction ids started again
    if (isHistoryReplaced) this.#recent.clear();
    for (const order of toOrders(rows)) {
      const count = this.#carryOut(order, startMs);
      // from its writing to its read by the clock of the database, and since then by ours
      this.metrics.revoked(
        order.close,
        count,
        (databaseMs - order.ordered_ms + performance.now() - startMs) / 1000,
      );
    }
    this.#cursor = BigInt(next);
    if (gapMs > LEASE_MS) {
      this.log.warn('orders were not read for a while', { duration_ms: Math.round(gapMs) });
      void this.instance.beat(); // other instances may have released its slots
    }
    if (gapMs > LEASE_MS || isHistoryReplaced) {
      this.#hold();
      await this.#verifyAll();
    }
    this.#readMs = startMs;
    this.#readDatabaseMs = databaseMs;
    this.#release();
    this.#forget(startMs);
  }

  /** @returns how many sockets it closed */
  #carryOut(order: Order, readMs: number): number {
    if (this.#recent.has(order.id)) return 0;
    this.#recent.set(order.id, { order, readMs });
    const closed = this.#targetsOf(order);
    for (const { sink } of closed) sink.close(CLOSE[order.close]);
    return closed.length;
  }

  /** A session that was verified after the order was permitted again. */
  #targetsOf(order: Order): Session[] {
    if (order.connection_id !== null) {
      const session = this.sessions.get(order.connection_id);
      return session ? [session] : [];
    }
    return [...this.sessions.values()].filter(
      (session) => appliesTo(order, session) && !isVisible(this.#verifiedIn.get(session) ?? '', order.xid),
    );
  }

  /** Verifies every session in the database, independently of the orders. */
  async #verifyAll(): Promise<void> {
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
        // the session ended, or its token was renewed and verified in the meantime
        if (!session || session.principal !== batch.get(id)) continue;
        if (verdict === 'ok') this.#verifiedIn.set(session, snapshot);
        else session.sink.close(CLOSE[closeOf(verdict)]);
      }
    }
  }

  /** @param databaseMs the latest time of the database, which reveals a gap during which our own clock stood still */
  #checkLease(databaseMs: number): void {
    const isLeased =
      performance.now() - this.#readMs <= LEASE_MS && databaseMs - this.#readDatabaseMs <= LEASE_MS;
    if (isLeased && !this.#isHolding) return;
    this.#hold();
    this.#task.request();
  }

  /** Also holds sessions that were added since. */
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
      if (nowMs - readMs < KEEP_ORDERS_MS) return; // sorted by the time of the read
      this.#recent.delete(id);
      if (order.xid > this.#newestDropped) this.#newestDropped = order.xid;
    }
  }
}

/** How a session is closed whose principal may no longer act. */
const closeOf = (verdict: string): CloseName =>
  verdict === 'tenant_suspended'
    ? 'tenantSuspended'
    : verdict === 'locked'
      ? 'sessionLocked'
      : 'accessRevoked';
