import { Problem } from '../../platform/errors/problem.js';

const RETRY_AFTER_S = 5;

/** Bounds work that is large: so much at a time for each tenant, and for all of them on this instance. */
export class TenantSlots {
  readonly #taken = new Map<string, number>();
  #total = 0;

  constructor(
    private readonly maxPerTenant: number,
    private readonly maxInAll: number,
  ) {}

  /**
   * Takes a slot. Returns a function that gives it back; calling that twice is calling it once.
   * @throws Problem 503 `busy` when none is free
   */
  take(tenantId: string, retryAfterS = RETRY_AFTER_S): () => void {
    const taken = this.#taken.get(tenantId) ?? 0;
    if (taken >= this.maxPerTenant || this.#total >= this.maxInAll)
      throw new Problem('busy', { retryAfterS });
    this.#taken.set(tenantId, taken + 1);
    this.#total += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#total -= 1;
      const left = (this.#taken.get(tenantId) ?? 1) - 1;
      if (left > 0) this.#taken.set(tenantId, left);
      else this.#taken.delete(tenantId);
    };
  }
}
