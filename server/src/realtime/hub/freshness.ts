/** A stream that was not found complete for so long is stale, and its sessions are told. Milliseconds. */
export const MAX_UNCONFIRMED_MS = 3_000;

/**
 * When a channel was last known to have delivered every event that had committed. The database's answer is the only
 * proof: a process that is cut off from it notices nothing else.
 */
export class Freshness {
  /** By the monotonic clock. Milliseconds. */
  #confirmedMs = performance.now();
  /** An answer that the channel has not caught up with. The oldest one is kept, so that it is reached under load. */
  #pending: { readonly head: number; readonly askedMs: number } | undefined;

  /** The database was asked at `askedMs` and said that the log reaches `head`. */
  observe(head: number, askedMs: number, flushed: number): void {
    this.#settle(flushed);
    this.#pending ??= { head, askedMs };
  }

  /** The time up to which everything that had committed is delivered. */
  confirmedMs(flushed: number): number {
    this.#settle(flushed);
    return this.#confirmedMs;
  }

  /** Numbers of a history that was replaced are not waited for. */
  restart(): void {
    this.#pending = undefined;
  }

  #settle(flushed: number): void {
    if (this.#pending === undefined || flushed < this.#pending.head) return;
    this.#confirmedMs = Math.max(this.#confirmedMs, this.#pending.askedMs);
    this.#pending = undefined;
  }
}
