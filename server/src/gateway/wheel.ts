import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CLOSE, TOKEN_EXPIRING_MS } from '@wardbell/contract';
import { Config } from '../config/config.js';
import { PING_FRAME } from '../hub/frames.js';
import type { Client } from './client.js';

const TICK_MS = 1_000;
/** Pings without an answer that end a connection. */
const MAX_MISSED_PINGS = 2;

/**
 * The one timer of all sockets: pings spread over the heartbeat interval, and deadlines (expiry of the
 * token, a `resume` that is due) by the second. A timer for each socket would cost more than the socket.
 */
@Injectable()
export class Wheel implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #slots: Set<Client>[];
  readonly #slotOf = new WeakMap<Client, Set<Client>>();
  /** By second. Who has left is taken out at once: a token may be good for hours, and 6 kB would wait for its end. */
  readonly #deadlines = new Map<number, Set<Client>>();
  #at = 0;
  #next = 0;
  #lastS = Math.floor(Date.now() / 1_000);
  #timer: NodeJS.Timeout | undefined;

  constructor(config: Config) {
    this.#slots = Array.from({ length: Math.max(1, Math.round(config.heartbeatIntervalS)) }, () => new Set());
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
    const { expiresAtMs } = client.session.principal;
    let nextMs = client.warned ? expiresAtMs : expiresAtMs - TOKEN_EXPIRING_MS;
    if (client.resumeByMs > 0) nextMs = Math.min(nextMs, client.resumeByMs);
    // rounded up: a token is good until its second, not up to a second less
    const second = Math.max(Math.ceil(nextMs / 1_000), this.#lastS + 1);
    if (client.deadlineS === second) return;
    this.#forget(client);
    client.deadlineS = second;
    const due = this.#deadlines.get(second);
    if (due) due.add(client);
    else this.#deadlines.set(second, new Set([client]));
  }

  #forget(client: Client): void {
    const due = this.#deadlines.get(client.deadlineS);
    if (due?.delete(client) && due.size === 0) this.#deadlines.delete(client.deadlineS);
    client.deadlineS = 0;
  }

  #tick(): void {
    this.#heartbeat();
    const now = Math.floor(Date.now() / 1_000);
    // a clock that jumped far (sleep, correction): look at the keys, not at each second between
    if (Math.abs(now - this.#lastS) > 600) {
      for (const second of [...this.#deadlines.keys()].sort((a, b) => a - b))
        if (second <= now) this.#expire(second);
    } else {
      for (let second = this.#lastS + 1; second <= now; second++) this.#expire(second);
    }
    this.#lastS = now;
  }

  #heartbeat(): void {
    this.#at = (this.#at + 1) % this.#slots.length;
    for (const client of this.#slots[this.#at] ?? []) {
      if (client.missedPings >= MAX_MISSED_PINGS) {
        client.sink.close(CLOSE.heartbeatTimeout);
        client.sink.terminateSoon();
        continue;
      }
      client.missedPings++;
      client.sink.write(PING_FRAME);
    }
  }

  #expire(second: number): void {
    const due = this.#deadlines.get(second);
    if (!due) return;
    this.#deadlines.delete(second);
    const nowMs = Date.now();
    for (const client of due) this.#look(client, nowMs);
  }

  #look(client: Client, nowMs: number): void {
    const { session, sink } = client;
    const { expiresAtMs } = session.principal;
    client.deadlineS = 0;
    if (nowMs >= expiresAtMs) return sink.close(CLOSE.tokenExpired);
    if (client.resumeByMs > 0 && nowMs >= client.resumeByMs) return sink.close(CLOSE.resumeTimeout);
    if (!client.warned && nowMs >= expiresAtMs - TOKEN_EXPIRING_MS) {
      client.warned = true;
      session.send({ type: 'token_expiring', data: { expires_at: new Date(expiresAtMs).toISOString() } });
    }
    this.schedule(client);
  }
}
