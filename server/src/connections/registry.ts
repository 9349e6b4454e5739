import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CLOSE } from '@wardbell/contract';
import { Bus } from '../bus/bus.js';
import { Database } from '../database/database.service.js';
import { OutageLog } from '../database/outage-log.js';
import { RelayPool } from '../database/relay-pool.js';
import type { Session } from '../hub/session.js';

/** Orders are found by a doorbell at once and by this sweep at the latest. */
const SWEEP_MS = 700;
/** A transaction may commit its order this long after it wrote it. */
const WINDOW_S = 30;
/** Orders are kept for an hour. */
const MAX_WINDOW_S = 3_600;

interface Order {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly connection_id: string | null;
  readonly close: 'accessRevoked' | 'tenantSuspended' | 'closedByAdministrator' | 'tenantLimit' | 'userLimit';
}

const RECENT_ORDERS = {
  name: 'recent_orders',
  text: `SELECT id::text, tenant_id::text, user_id, session_id::text, connection_id::text, close
         FROM wardbell.disconnect_order WHERE created_at > clock_timestamp() - make_interval(secs => $1)`,
};

/** Is this session one of those that an order is about? */
const concerns = (order: Order, session: Session): boolean => {
  const { principal } = session;
  if (order.connection_id !== null) return order.connection_id === session.id;
  if (order.session_id !== null) return order.session_id === principal.sessionId;
  if (order.tenant_id !== null && order.tenant_id !== principal.tenantId) return false;
  return order.user_id === null ? order.tenant_id !== null : order.user_id === principal.userId;
};

/** The sockets of this instance, and the orders to close some of them. */
@Injectable()
export class Registry implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly sessions = new Map<string, Session>();
  /** Orders that were carried out, with the time; also judged against sockets that were admitted meanwhile. */
  readonly #seen = new Map<string, { order: Order; atMs: number }>();
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #again = false;
  #lastSuccessMs = Date.now();

  constructor(
    private readonly relay: RelayPool,
    private readonly bus: Bus,
    private readonly database: Database,
    private readonly outages: OutageLog,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // orders from before there were sockets here concern none of them: the person may be back by now
    await this.#sweep();
    this.database.onOrders(() => {
      void this.#sweep();
      this.bus.ringOrders();
    });
    this.bus.onDoorbell(({ orders }) => {
      if (orders) void this.#sweep();
    });
    this.#timer = setInterval(() => void this.#sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /**
   * Adds a session that was admitted.
   * @param askedMs when its admission was asked for: an order that was carried out since then and concerns it
   *   may be newer than what the admission saw.
   * @returns how to close it at once, or undefined
   */
  add(session: Session, askedMs: number): Order['close'] | undefined {
    this.sessions.set(session.id, session);
    for (const { order, atMs } of this.#seen.values()) {
      if (atMs >= askedMs && concerns(order, session)) return order.close;
    }
    return undefined;
  }

  remove(session: Session): void {
    this.sessions.delete(session.id);
  }

  async #sweep(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    try {
      do {
        this.#again = false;
        const startMs = Date.now();
        const orders = await this.relay.query<Order>(RECENT_ORDERS, [this.#windowS()]);
        for (const order of orders) this.#carryOut(order);
        this.#lastSuccessMs = startMs;
      } while (this.#again);
    } catch (error) {
      this.outages.failed('disconnect-orders', error);
    } finally {
      this.#running = false;
    }
    const oldest = Date.now() - (this.#windowS() + 3 * WINDOW_S) * 1_000;
    for (const [id, { atMs }] of this.#seen) if (atMs < oldest) this.#seen.delete(id);
  }

  /** While the database was away from here, others may have given orders. */
  #windowS(): number {
    const awayS = Math.max(0, Date.now() - this.#lastSuccessMs) / 1_000;
    return Math.min(MAX_WINDOW_S, WINDOW_S + awayS);
  }

  #carryOut(order: Order): void {
    if (this.#seen.has(order.id)) return;
    this.#seen.set(order.id, { order, atMs: Date.now() });
    for (const session of this.sessions.values()) {
      if (concerns(order, session)) session.sink.close(CLOSE[order.close]);
    }
  }
}
