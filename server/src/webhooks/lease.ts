import { LEASE_MS } from './statements.js';
import type { WebhookState, WebhookStore } from './webhook-store.js';

const RENEW_MS = 2_000;
/** The sender stops this long before others may take the lease: time to close its connection. */
const MARGIN_MS = 2_000;

/**
 * The right to send to one endpoint. It ends by the monotonic clock before it ends in the database, so a sender that
 * cannot reach the database has stopped when another one starts.
 */
export class Lease {
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** @param takenMs before the statement that took it, by the monotonic clock */
  constructor(
    private readonly store: WebhookStore,
    private readonly id: string,
    readonly token: string,
    takenMs: number,
  ) {
    this.#extend(takenMs);
  }

  /** Aborted when the lease has ended. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  get isHeld(): boolean {
    return !this.signal.aborted;
  }

  /** Extends the lease and reads the endpoint. Undefined when the lease has ended. */
  async renew(): Promise<WebhookState | undefined> {
    const askedMs = performance.now();
    const endpoint = await this.store.renew(this.id, this.token);
    if (endpoint) this.#extend(askedMs);
    else this.end();
    return this.isHeld ? endpoint : undefined;
  }

  /** Renews the lease while work is under way. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    // a failed renewal is repeated by the next one; if all fail, the lease ends by its timer
    const timer = setInterval(() => void this.renew().catch(() => undefined), RENEW_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#ended.abort();
  }

  async release(): Promise<void> {
    this.end();
    await this.store.release(this.id, this.token);
  }

  #extend(sinceMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), sinceMs + LEASE_MS - MARGIN_MS - performance.now());
  }
}
