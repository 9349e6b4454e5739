/** Announced one by one within a window; the rest of a burst is joined into one. */
export const MAX_SINGLE = 3;
export const WINDOW_MS = 4_000;

/** Decides which of the notifications that come are announced by themselves. */
export class Burst {
  #beganMs = Number.NEGATIVE_INFINITY;
  #single = 0;
  #joined = 0;

  /** 0: announce it by itself; otherwise how many of this burst are joined by now. A burst ends with a pause. */
  add(nowMs: number): number {
    if (nowMs - this.#beganMs > WINDOW_MS) {
      this.#single = 0;
      this.#joined = 0;
    }
    this.#beganMs = nowMs;
    if (this.#single < MAX_SINGLE) {
      this.#single += 1;
      return 0;
    }
    this.#joined += 1;
    return this.#joined;
  }
}
