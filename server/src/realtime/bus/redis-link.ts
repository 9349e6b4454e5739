import { randomUUID } from 'node:crypto';
import { createClient } from '@redis/client';

const CONNECT_TIMEOUT_MS = 2_000;
const BEAT_MS = 1_000;
/** A beat takes a fraction of a millisecond; so long without one and something between here and here is dead. */
const SILENT_MS = 3_000;

type Client = ReturnType<typeof createClient>;

export interface LinkOptions {
  readonly url: string;
  readonly channel: string;
  readonly hear: (message: Buffer) => void;
  /** Called once, when it can no longer be used. Neither before `open` has answered nor after `close`. */
  readonly lost: (link: RedisLink, cause: unknown) => void;
}

/**
 * One connection to Redis for one life: it publishes and hears, and once lost it stays lost. It proves itself
 * by messages to itself, which take the very way that others' take: a Redis that is frozen, or that forgot
 * the subscription, still has an open socket.
 */
export class RedisLink {
  readonly #client: Client;
  readonly #inbox: string;
  #heardMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #isOpen = false;
  #ended = false;

  private constructor(private readonly options: LinkOptions) {
    this.#inbox = `${options.channel}:${randomUUID()}`;
    this.#client = createClient({
      url: options.url,
      socket: { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: false, keepAlive: true },
      disableOfflineQueue: true,
      maintNotifications: 'disabled', // of one vendor's cloud
    });
    this.#client.on('error', (error: unknown) => this.#lose(error));
    this.#client.on('end', () => this.#lose(new Error('Redis closed the connection')));
  }

  /** @throws when it cannot be had; nothing is left behind then. */
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

  /** Resolves when Redis has it. */
  async publish(message: Buffer): Promise<void> {
    await this.#client.publish(this.options.channel, message);
  }

  close(): void {
    this.#ended = true;
    clearInterval(this.#timer);
    if (this.#client.isOpen) this.#client.destroy();
  }

  async #start(): Promise<void> {
    // a frozen Redis accepts connections and says nothing, which no option of the client bounds
    const deadline = setTimeout(() => this.#client.isOpen && this.#client.destroy(), CONNECT_TIMEOUT_MS);
    try {
      await this.#client.connect();
      await this.#client.subscribe(this.options.channel, this.options.hear, true);
      await this.#client.subscribe(this.#inbox, () => {
        this.#heardMs = performance.now();
      });
    } finally {
      clearTimeout(deadline);
    }
    if (this.#ended) throw new Error('lost while it was opened');
    this.#isOpen = true;
    this.#heardMs = performance.now();
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
    this.#timer.unref();
  }

  #beat(): void {
    if (performance.now() - this.#heardMs > SILENT_MS) {
      this.#lose(new Error('Redis says nothing'));
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
