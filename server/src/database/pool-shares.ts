import { Problem } from '../platform/errors/problem.js';

/** Longest wait for a connection. After it the request fails with `busy`. */
const MAX_WAIT_MS = 5_000;
const RETRY_AFTER_S = 1;

export interface ShareOptions {
  /** Connections of the pool. */
  readonly size: number;
  /** Connections that one tenant may hold at a time. */
  readonly perTenant: number;
  /** Longest queue of one tenant. Further units of work are refused at once. */
  readonly maxWaitingPerTenant: number;
}

interface Share {
  active: number;
  /** Waiters in arrival order. Each is called when it gets a connection. */
  readonly waiting: Set<() => void>;
}

/** Gives a connection back. Call it once. */
export type Release = () => void;

/** Key of the queue that is served before all tenants. */
const PRIORITY = Symbol('priority');

/**
 * Divides the connections of a pool among tenants, so that a tenant whose work is blocked (by a lock or a slow report)
 * leaves connections for the others. Waiting tenants are served round-robin.
 */
export class PoolShares {
  readonly #shares = new Map<string | null | typeof PRIORITY, Share>();
  #active = 0;

  constructor(private readonly options: ShareOptions) {}

  /**
   * Waits for a connection.
   * @param tenantId the tenant that is charged; null: work without a tenant, which may use all connections
   * @throws Problem `busy` when the tenant's queue is full, or after 5 s
   */
  acquire(tenantId: string | null): Promise<Release> {
    return this.#acquire(tenantId);
  }

  /** Waits for a connection ahead of all tenants. */
  acquirePriority(): Promise<Release> {
    return this.#acquire(PRIORITY);
  }

  async #acquire(key: string | null | typeof PRIORITY): Promise<Release> {
    const share = this.#shares.get(key) ?? { active: 0, waiting: new Set() };
    this.#shares.set(key, share);
    if (this.#active < this.options.size && this.#hasRoom(key, share)) this.#take(share);
    else if (share.waiting.size >= this.options.maxWaitingPerTenant) throw busy();
    else await this.#wait(key, share);
    return () => {
      share.active--;
      this.#active--;
      this.#grantNext();
      this.#forget(key, share);
    };
  }

  #hasRoom(key: string | null | typeof PRIORITY, share: Share): boolean {
    return typeof key !== 'string' || share.active < this.options.perTenant;
  }

  #take(share: Share): void {
    share.active++;
    this.#active++;
  }

  #wait(key: string | null | typeof PRIORITY, share: Share): Promise<void> {
    return new Promise((resolve, reject) => {
      const grant = () => {
        clearTimeout(timer);
        share.waiting.delete(grant);
        this.#take(share);
        resolve();
      };
      const timer = setTimeout(() => {
        share.waiting.delete(grant);
        this.#forget(key, share);
        reject(busy());
      }, MAX_WAIT_MS);
      share.waiting.add(grant);
    });
  }

  #grantNext(): void {
    const first = this.#shares.get(PRIORITY)?.waiting.values().next().value;
    if (first) return first();
    for (const [key, share] of this.#shares) {
      const next = share.waiting.values().next().value;
      if (!next || !this.#hasRoom(key, share)) continue;
      // re-inserted at the end of the map, for the round-robin
      this.#shares.delete(key);
      this.#shares.set(key, share);
      return next();
    }
  }

  #forget(key: string | null | typeof PRIORITY, share: Share): void {
    if (share.active === 0 && share.waiting.size === 0) this.#shares.delete(key);
  }
}

const busy = (): Problem => new Problem('busy', { retryAfterS: RETRY_AFTER_S });
