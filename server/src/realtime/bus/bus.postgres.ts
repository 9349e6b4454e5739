import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { z } from 'zod';
import type { LogEvent } from '../../database/log-event.js';
import { OutageLog } from '../../database/outage-log.js';
import { RelayPool } from '../../database/pools.js';
import { Log } from '../../platform/log/log.js';
import { Bus, type NoticeListener, noTraffic } from './bus.js';

const CHANNEL = 'wardbell';
/** NOTIFY takes a lock that serializes commits, so each process sends at most 100 per second, one at a time. */
const NOTIFY_INTERVAL_MS = 10;
/** Interval behind a faster bus. Bounds the delay of an instance that cannot receive from the faster bus. */
const SAFETY_INTERVAL_MS = 250;
/** PostgreSQL refuses payloads of 8,000 bytes; an entry takes about 55. */
const MAX_TENANTS_PER_NOTIFY = 120;
const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 2_000;
/** If a notification to this process takes longer, LISTEN is considered not to work. */
const ECHO_MS = 3_000;
/** Interval of further checks: a pooler without notifications hardly changes, but a slow database recovers. */
const RECHECK_MS = 60_000;

const Payload = z.object({
  from: z.string(),
  heads: z.record(z.string(), z.number()).optional(),
  orders: z.boolean().optional(),
  presence: z.boolean().optional(),
  objects: z.boolean().optional(),
  /** Id of a notification that an instance sends to itself to check that notifications arrive. */
  echo: z.string().optional(),
});

const ECHO = { name: 'echo', text: 'SELECT pg_notify($1, $2)' };

/** The error of a lost connection. No statement reports it, so it is logged as an outage of the database. */
const LOST = Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });

const NO_EVENTS = () => [];

/** Head notices by NOTIFY, on a connection of its own and never inside a business transaction. */
@Injectable()
export class PostgresBus extends Bus implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly kind = 'postgres';
  readonly traffic = noTraffic();
  readonly #self = randomUUID();
  readonly #listeners: NoticeListener[] = [];
  #heads = new Map<string, number>();
  #orders = false;
  #presence = false;
  #objects = false;
  #client: pg.Client | undefined;
  #onEcho: ((echo: string) => void) | undefined;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #reconnectTimer: NodeJS.Timeout | undefined;
  #ringing = false;
  #intervalMs = NOTIFY_INTERVAL_MS;

  constructor(
    private readonly relay: RelayPool,
    private readonly outages: OutageLog,
    private readonly log: Log,
  ) {
    super();
  }

  get connected(): boolean {
    return this.#client !== undefined;
  }

  onNotice(listener: NoticeListener): void {
    this.#listeners.push(listener);
  }

  /** Does nothing: NOTIFY stays within a database and thereby within an epoch. */
  open(_epoch: string): void {}

  announce(tenantId: string, events: readonly LogEvent[]): void {
    const head = events.at(-1)?.seq ?? 0;
    if (head > (this.#heads.get(tenantId) ?? 0)) this.#heads.set(tenantId, head);
    this.#schedule();
  }

  /** Sends rarely while a faster bus is connected, and at once otherwise. */
  standBehind(isFasterBusConnected: boolean): void {
    const intervalMs = isFasterBusConnected ? SAFETY_INTERVAL_MS : NOTIFY_INTERVAL_MS;
    if (intervalMs === this.#intervalMs) return;
    this.#intervalMs = intervalMs;
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#schedule();
  }

  announceDisconnects(): void {
    this.#orders = true;
    this.#schedule();
  }

  announcePresence(): void {
    this.#presence = true;
    this.#schedule();
  }

  announceObjects(): void {
    this.#objects = true;
    this.#schedule();
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.#connect(RECONNECT_MIN_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#reconnectTimer);
    await this.#client?.end().catch(() => undefined);
  }

  #schedule(): void {
    if (this.#timer || this.#ringing || this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#ring();
    }, this.#intervalMs);
  }

  async #ring(): Promise<void> {
    // Notices that cannot be sent are dropped, because other instances find the events by their sweep.
    const heads = [...this.#heads];
    const orders = this.#orders;
    const presence = this.#presence;
    const objects = this.#objects;
    this.#heads = new Map();
    this.#orders = false;
    this.#presence = false;
    this.#objects = false;
    const client = this.#client;
    if (!client) return;
    this.#ringing = true;
    try {
      for (let at = 0; at === 0 || at < heads.length; at += MAX_TENANTS_PER_NOTIFY) {
        const payload: z.infer<typeof Payload> = {
          from: this.#self,
          heads: Object.fromEntries(heads.slice(at, at + MAX_TENANTS_PER_NOTIFY)),
          orders: orders && at === 0,
          ...(presence && at === 0 ? { presence } : {}),
          ...(objects && at === 0 ? { objects } : {}),
        };
        const text = JSON.stringify(payload);
        await client.query('SELECT pg_notify($1, $2)', [CHANNEL, text]);
        this.traffic.messagesSent++;
        this.traffic.bytesSent += text.length;
      }
    } catch (error) {
      this.outages.failed('head-notices', error);
      this.#lose(client);
    } finally {
      this.#ringing = false;
      if (this.#heads.size > 0 || this.#orders || this.#presence || this.#objects) this.#schedule();
    }
  }

  async #connect(delayMs: number): Promise<void> {
    const client = this.relay.listener();
    client.on('error', () => this.#lose(client));
    client.on('end', () => this.#lose(client));
    client.on('notification', (message) => this.#receive(message.payload));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      const isHeard = await this.#receivesOwnNotifications();
      if (this.#stopped) return await client.end();
      if (isHeard) {
        this.#client = client;
        return;
      }
      this.log.warn('no notification comes through the connection pooler, see docs/scaling.md', {
        bus: 'postgres',
      });
      void client.end().catch(() => undefined);
      this.#reconnect(RECHECK_MS);
    } catch (error) {
      this.outages.failed('bus', error);
      void client.end().catch(() => undefined);
      this.#reconnect(Math.min(delayMs * 2, RECONNECT_MAX_MS));
    }
  }

  /**
   * Checks that notifications arrive on the listening connection. Behind a pooler in transaction mode none arrive,
   * without an error. The test is sent from another connection, because a backend always delivers to itself.
   */
  async #receivesOwnNotifications(): Promise<boolean> {
    const echo = randomUUID();
    const heard = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), ECHO_MS);
      this.#onEcho = (text) => {
        if (text !== echo) return;
        clearTimeout(timer);
        resolve(true);
      };
    });
    await this.relay.query(ECHO, [CHANNEL, JSON.stringify({ from: this.#self, echo })]);
    return heard;
  }

  #lose(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    void client.end().catch(() => undefined);
    if (!this.#stopped) this.outages.failed('bus', LOST);
    this.#reconnect(RECONNECT_MIN_MS);
  }

  #reconnect(delayMs: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#reconnectTimer);
    this.#reconnectTimer = setTimeout(() => void this.#connect(delayMs), delayMs);
  }

  #receive(text = ''): void {
    const payload = parse(text);
    if (payload?.echo !== undefined) this.#onEcho?.(payload.echo);
    if (payload?.from === this.#self || payload?.echo !== undefined) return;
    this.traffic.messagesReceived++;
    this.traffic.bytesReceived += text.length;
    if (!payload) {
      this.traffic.refused++; // any role of the database may notify
      return;
    }
    const heads = new Map(Object.entries(payload.heads ?? {}));
    for (const listener of this.#listeners) {
      const { orders = false, presence = false, objects = false } = payload;
      listener({ heads, orders, presence, objects, isSafetyNet: false, events: NO_EVENTS });
    }
  }
}

const parse = (text: string): z.output<typeof Payload> | undefined => {
  try {
    return Payload.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};
