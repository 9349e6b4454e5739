import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CLOSE, TOKEN_EXPIRING_MS } from '@wardbell/contract';
import { Config } from '../../platform/config/config.js';
import type { Client } from './client.js';

const TICK_MS = 500;
const TICKS_PER_S = 1_000 / TICK_MS;
/** A wall clock that gains so much on the monotonic one was put forward, or the machine slept. */
const CLOCK_STEP_MS = 1_000;
/** More ticks than these at once: look at the deadlines that there are, not at each tick between. */
const MANY_TICKS = 600 * TICKS_PER_S;

const tickOf = (atMs: number): number => Math.ceil(atMs / TICK_MS);

/**
 * A timing wheel, one timer for all clients: pings spread over the heartbeat interval, and deadlines (expiry of the
 * token, a `resume` that is due) by the tick. A timer for each socket would cost more than the socket.
 */
@Injectable()
export class DeadlineWheel implements OnApplicationBootstrap, OnApplicationShutdown {
  /** One for each tick of an interval. */
  readonly #slots: Set<Client>[];
  readonly #slotOf = new WeakMap<Client, Set<Client>>();
  /**
   * Clients by the tick of their next deadline. A client that leaves is removed at once; otherwise its 6 kB would stay
   * until its token expires, which may take hours.
   */
  readonly #deadlines = new Map<number, Set<Client>>();
  #at = 0;
  #next = 0;
  #lastTick = tickOf(performance.now());
  /** Wall clock less monotonic clock. */
  #clockOffsetMs = Date.now() - performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(config: Config) {
    const intervalS = Math.max(1, Math.round(config.heartbeatIntervalS));
    this.#slots = Array.from({ length: intervalS * TICKS_PER_S }, () => new Set());
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  add(client: Client): void {
    const slot = this.#slots[this.#next++ % this.#slots.length];
    if (!slot) return;
    slot.add(client);
    this.#slotOf.set(client, slot);
    this.schedule(client);
  }

  remove(client: Client): void {
    this.#slotOf.get(client)?.delete(client);
    this.#forget(client);
  }

  /** Works out when the client must be looked at next; call it when one of its deadlines has changed. */
  schedule(client: Client): void {
    let nextMs = client.warned ? client.expiresMs : client.expiresMs - TOKEN_EXPIRING_MS;
    if (client.resumeByMs > 0) nextMs = Math.min(nextMs, client.resumeByMs);
    const tick = Math.max(tickOf(nextMs), this.#lastTick + 1);
    if (client.deadlineTick === tick) return;
    this.#forget(client);
    client.deadlineTick = tick;
    const due = this.#deadlines.get(tick);
    if (due) due.add(client);
    else this.#deadlines.set(tick, new Set([client]));
  }

  #forget(client: Client): void {
    const due = this.#deadlines.get(client.deadlineTick);
    if (due?.delete(client) && due.size === 0) this.#deadlines.delete(client.deadlineTick);
    client.deadlineTick = 0;
  }

  #tick(): void {
    const half = this.#slots.length / 2;
    this.#at = (this.#at + 1) % this.#slots.length;
    for (const client of this.#slots[this.#at] ?? []) client.ping();
    for (const client of this.#slots[(this.#at + half) % this.#slots.length] ?? []) client.pingAgain();
    this.#watchClock();
    const now = Math.floor(performance.now() / TICK_MS);
    if (now - this.#lastTick > MANY_TICKS) {
      for (const tick of [...this.#deadlines.keys()].sort((a, b) => a - b))
        if (tick <= now) this.#expire(tick);
    } else {
      for (let tick = this.#lastTick + 1; tick <= now; tick++) this.#expire(tick);
    }
    this.#lastTick = now;
  }

  /** A wall clock that jumps forward expires tokens early; one that is set back prolongs none. */
  #watchClock(): void {
    const offsetMs = Date.now() - performance.now();
    const gainedMs = offsetMs - this.#clockOffsetMs;
    if (gainedMs > 0 && gainedMs < CLOCK_STEP_MS) return;
    this.#clockOffsetMs = offsetMs;
    if (gainedMs <= 0) return;
    for (const slot of this.#slots) {
      for (const client of slot) {
        client.expireByWallClock();
        this.schedule(client);
      }
    }
  }

  #expire(tick: number): void {
    const due = this.#deadlines.get(tick);
    if (!due) return;
    this.#deadlines.delete(tick);
    const nowMs = performance.now();
    for (const client of due) this.#checkDeadlines(client, nowMs);
  }

  #checkDeadlines(client: Client, nowMs: number): void {
    const { session } = client;
    const { sink } = session;
    client.deadlineTick = 0;
    // keys cannot be renewed, so the close code must not suggest a refresh
    if (nowMs >= client.expiresMs)
      return sink.close(session.principal.key ? CLOSE.accessRevoked : CLOSE.tokenExpired);
    if (client.resumeByMs > 0 && nowMs >= client.resumeByMs) return sink.close(CLOSE.resumeTimeout);
    if (!client.warned && nowMs >= client.expiresMs - TOKEN_EXPIRING_MS) {
      client.warned = true;
      const expiresAt = new Date(session.principal.expiresAtMs).toISOString();
      session.send({ type: 'token_expiring', data: { expires_at: expiresAt } });
    }
    this.schedule(client);
  }
}
