/** A token bucket: `capacity` at once, refilled evenly over a minute. */
export class TokenBucket {
  #tokens: number;
  #updatedMs: number;

  /** @param capacity both the burst and the rate per minute */
  constructor(
    private readonly capacity: number,
    nowMs: number,
  ) {
    this.#tokens = capacity;
    this.#updatedMs = nowMs;
  }

  /** Takes `cost` tokens; false, and nothing taken, when there are not so many. */
  take(cost: number, nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Takes `cost` tokens even if that leaves a debt. */
  charge(cost: number, nowMs: number): void {
    this.#refill(nowMs);
    this.#tokens = Math.max(-this.capacity, this.#tokens - cost);
  }

  /** As good as new: nothing is lost by forgetting it. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#tokens >= this.capacity;
  }

  #refill(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#updatedMs);
    this.#tokens = Math.min(this.capacity, this.#tokens + (this.capacity * elapsedMs) / 60_000);
    this.#updatedMs = nowMs;
  }
}
