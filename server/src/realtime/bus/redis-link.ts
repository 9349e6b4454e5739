import { randomUUID } from 'node:crypto';
import { createClient } from '@redis/client';

const CONNECT_TIMEOUT_MS = 2_000;
const BEAT_MS = 1_000;
/** A heartbeat takes a fraction of a millisecond. After this time without one the connection is considered dead. */
const SILENT_MS = 3_000;

type Client = ReturnType<typeof createClient>;

export interface LinkOptions {
  readonly url: string;
  readonly channel: string;
  readonly onMessage: (message: Buffer) => void;
  /** Called once, when the connection is lost. Never called before `open` has resolved or after `close`. */
  readonly lost: (link: RedisLink, cause: unknown) => void;
}

/**
 * One connection to Redis that publishes and receives. It does not reconnect. It sends heartbeats to itself over the
 * same path as other messages, because a frozen Redis, or one that lost the subscription, still has an open socket.
 */
export class RedisLink {
  readonly #client: Client;
  readonly #inbox: string;
  #latestMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #isOpen = false;
  #ended = false;

  private constructor(private readonly options: LinkOptions) {
    this.#inbox = `${options.channel}:${randomUUID()}`;
    this.#client = createClient({
      url: options.url,
      socket: { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: false, keepAlive: true },
      disableOfflineQueue: true,
      maintNotifications: 'disabled', // a feature of one vendor's cloud
    });
    this.#client.on('error', (error: unknown) => this.#lose(error));
    this.#client.on('end', () => this.#lose(new Error('Redis closed the connection')));
  }

  /** @throws when the connection fails; no resources are left open */
  static async open(options: LinkOptions): Promise<RedisLink> {
    const link = new RedisLink(options);
    try {
      await link.#start();
      return link;
    } catch (error) {
      link.close();
      throw error;
    }
  }

  /** Resolves when Redis has accepted the message. */
  async publish(message: Buffer): Promise<void> {
    await this.#client.publish(this.options.channel, message);
  }

  close(): void {
    this.#ended = true;
    clearInterval(this.#timer);
    if (this.#client.isOpen) this.#client.destroy();
  }

  async #start(): Promise<void> {
    // a frozen Redis accepts connections but sends nothing, for which the client has no timeout
    const deadline = setTimeout(() => this.#client.isOpen && this.#client.destroy(), CONNECT_TIMEOUT_MS);
    try {
      await this.#client.connect();
      await this.#client.subscribe(this.options.channel, this.options.onMessage, true);
      await this.#client.subscribe(this.#inbox, () => {
        this.#latestMs = performance.now();
      });
    } finally {
      clearTimeout(deadline);
    }
    if (this.#ended) throw new Error('lost while it was opened');
    this.#isOpen = true;
    this.#latestMs = performance.now();
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
    this.#timer.unref();
  }

  #beat(): void {
    if (performance.now() - this.#latestMs > SILENT_MS) {
      this.#lose(new Error('no heartbeat from Redis'));
      return;
    }
    this.#client.publish(this.#inbox, '').catch((error: unknown) => this.#lose(error));
  }

  #lose(cause: unknown): void {
    if (this.#ended) return;
    this.close();
    if (this.#isOpen) this.options.lost(this, cause);
  }
}
