import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { LogEvent } from '../../database/log-event.js';
import { errorFields } from '../../platform/log/error-fields.js';
import type { Log } from '../../platform/log/log.js';
import { Bus, type NoticeListener, noTraffic } from './bus.js';
import type { PostgresBus } from './bus.postgres.js';
import { Outgoing } from './outgoing.js';
import { RedisLink } from './redis-link.js';
import { channelOf, Opener, Sealer } from './sealed-message.js';

const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 2_000;
/** Redis answers in a fraction of a millisecond. After this timeout PostgreSQL is used. */
const PUBLISH_TIMEOUT_MS = 1_000;

export interface RedisBusOptions {
  readonly url: string;
  /** Secret that keys and channel are derived from; the same on every instance. */
  readonly secret: string;
}

/**
 * Sends head notices that contain the events, so that other instances need not read them from PostgreSQL. During an
 * outage of Redis the PostgreSQL bus sends at its full rate. While Redis works, it still sends at a low rate, for an
 * instance that has lost Redis without noticing. Redis 6 and newer, Valkey.
 */
export class RedisBus extends Bus implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly kind = 'redis';
  readonly traffic = noTraffic();
  readonly #listeners: NoticeListener[] = [];
  readonly #outgoing = new Outgoing();
  #epoch: string | undefined;
  #sealer: Sealer | undefined;
  #link: RedisLink | undefined;
  /** Incremented with each epoch and connection, so that messages of earlier ones are ignored. */
  #generation = 0;
  #publishing = false;
  #scheduled = false;
  #stopped = false;
  #failing = false;
  #reconnectTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly postgres: PostgresBus,
    private readonly options: RedisBusOptions,
    private readonly log: Log,
  ) {
    super();
  }

  get connected(): boolean {
    return this.#link !== undefined;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.postgres.onApplicationBootstrap();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#reconnectTimer);
    this.#link?.close();
    await this.postgres.onApplicationShutdown();
  }

  open(epoch: string): void {
    if (epoch === this.#epoch || this.#stopped) return;
    this.#epoch = epoch;
    this.#link?.close();
    this.#forsake();
    void this.#connect(epoch, RECONNECT_MIN_MS);
  }

  onNotice(listener: NoticeListener): void {
    this.#listeners.push(listener);
    this.postgres.onNotice((notice) => listener({ ...notice, isSafetyNet: this.connected }));
  }

  announce(tenantId: string, events: readonly LogEvent[]): void {
    this.postgres.announce(tenantId, events);
    if (!this.#link) return;
    this.#outgoing.add(tenantId, events);
    this.#schedule();
  }

  announceDisconnects(): void {
    this.postgres.announceDisconnects();
    if (!this.#link) return;
    this.#outgoing.addOrders();
    this.#schedule();
  }

  announcePresence(): void {
    this.postgres.announcePresence();
    if (!this.#link) return;
    this.#outgoing.addPresence();
    this.#schedule();
  }

  announceObjects(): void {
    this.postgres.announceObjects();
    if (!this.#link) return;
    this.#outgoing.addObjects();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#publishing) return;
    this.#scheduled = true;
    // after this tick, so that commits of one tick share a message
    setImmediate(() => {
      this.#scheduled = false;
      void this.#publish();
    });
  }

  /** Publishes one message at a time; events that commit in the meantime share the next one. */
  async #publish(): Promise<void> {
    const link = this.#link;
    const sealer = this.#sealer;
    if (!link || !sealer || this.#publishing) return;
    this.#publishing = true;
    const patience = setTimeout(
      () => this.#lose(link, new Error('Redis does not answer')),
      PUBLISH_TIMEOUT_MS,
    );
    try {
      while (!this.#outgoing.isEmpty && this.#link === link) {
        const { flags, parts } = this.#outgoing.take();
        const message = sealer.seal(flags, parts);
        await link.publish(message);
        patience.refresh();
        this.traffic.messagesSent++;
        this.traffic.bytesSent += message.length;
      }
    } catch (error) {
      this.#lose(link, error); // the PostgreSQL bus has the heads of all events in the message
    } finally {
      clearTimeout(patience);
      this.#publishing = false;
      if (!this.#outgoing.isEmpty) this.#schedule();
    }
  }

  async #connect(epoch: string, delayMs: number): Promise<void> {
    this.#generation++;
    const generation = this.#generation;
    const { secret, url } = this.options;
    const sealer = new Sealer(secret, epoch);
    const opener = new Opener(secret, epoch);
    try {
      const link = await RedisLink.open({
        url,
        channel: channelOf(secret, epoch),
        onMessage: (message) => {
          if (generation === this.#generation && !sealer.isOwn(message)) this.#receive(opener, message);
        },
        lost: (link, cause) => this.#lose(link, cause),
      });
      if (this.#stopped || generation !== this.#generation) return link.close();
      this.#sealer = sealer;
      this.#link = link;
      this.postgres.standBehind(true);
      if (this.#failing) this.log.info('redis answers again', { bus: 'redis' });
      this.#failing = false;
    } catch (error) {
      if (this.#stopped || generation !== this.#generation) return;
      this.#complain(error);
      this.#reconnect(epoch, Math.min(delayMs * 2, RECONNECT_MAX_MS));
    }
  }

  #reconnect(epoch: string, delayMs: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#reconnectTimer);
    this.#reconnectTimer = setTimeout(() => void this.#connect(epoch, delayMs), delayMs);
  }

  #lose(link: RedisLink, cause: unknown): void {
    if (this.#link !== link) return;
    link.close();
    this.#forsake();
    if (this.#stopped || this.#epoch === undefined) return;
    this.#complain(cause);
    this.#reconnect(this.#epoch, RECONNECT_MIN_MS);
  }

  #forsake(): void {
    clearTimeout(this.#reconnectTimer);
    this.#generation++;
    this.#link = undefined;
    this.#outgoing.clear();
    this.postgres.standBehind(false);
  }

  #complain(cause: unknown): void {
    if (!this.#failing) this.log.warn('redis is away, postgresql rings instead', errorFields(cause));
    this.#failing = true;
  }

  #receive(opener: Opener, message: Buffer): void {
    this.traffic.messagesReceived++;
    this.traffic.bytesReceived += message.length;
    const opened = opener.open(message);
    if (!opened) {
      this.traffic.refused++;
      return;
    }
    for (const listener of this.#listeners) listener({ ...opened, isSafetyNet: false });
  }
}
