import { Problem } from '../platform/errors/problem.js';

/** What a wait for a connection may take; a request that waits longer is told to come again. */
const MAX_WAIT_MS = 5_000;
const RETRY_AFTER_S = 1;

export interface ShareOptions {
  /** Connections of the pool. */
  readonly size: number;
  /** Connections that one tenant may hold at a time. */
  readonly perTenant: number;
  /** Units of work of one tenant that may wait; more are refused at once. */
  readonly maxWaitingPerTenant: number;
}

interface Share {
  active: number;
  /** In the order of their coming: called when a connection is theirs. */
  readonly waiting: Set<() => void>;
}

/** Gives a connection back. Call it once. */
export type Release = () => void;

/** Work that comes before every tenant's. */
const FIRST = Symbol('first');

/**
 * Divides the connections of a pool among tenants, so that a tenant whose work does not move (a lock that somebody
 * holds, a slow report) leaves connections for the others. Tenants that wait take turns.
 */
export class PoolShares {
  readonly #shares = new Map<string | null | typeof FIRST, Share>();
  #active = 0;

  constructor(private readonly options: ShareOptions) {}

  /**
   * Waits for a connection in the name of a tenant; null: work of no tenant, which may have all of them.
   * @throws Problem `busy` when too many of the tenant wait, or after 5 s
   */
  acquire(tenantId: string | null): Promise<Release> {
    return this.#acquire(tenantId);
  }

  /** The same before every tenant, however many wait. */
  acquireFirst(): Promise<Release> {
    return this.#acquire(FIRST);
  }

  async #acquire(key: string | null | typeof FIRST): Promise<Release> {
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

  #hasRoom(key: string | null | typeof FIRST, share: Share): boolean {
    return typeof key !== 'string' || share.active < this.options.perTenant;
  }

  #take(share: Share): void {
    share.active++;
    this.#active++;
  }

  #wait(key: string | null | typeof FIRST, share: Share): Promise<void> {
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
    const first = this.#shares.get(FIRST)?.waiting.values().next().value;
    if (first) return first();
    for (const [key, share] of this.#shares) {
      const next = share.waiting.values().next().value;
      if (!next || !this.#hasRoom(key, share)) continue;
      // to the end, so that tenants take turns
      this.#shares.delete(key);
      this.#shares.set(key, share);
      return next();
    }
  }

  #forget(key: string | null | typeof FIRST, share: Share): void {
    if (share.active === 0 && share.waiting.size === 0) this.#shares.delete(key);
  }
}

const busy = (): Problem => new Problem('busy', { retryAfterS: RETRY_AFTER_S });
