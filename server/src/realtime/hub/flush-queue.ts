/** After so much writing the rest waits for the next turn, so that answers of the database are heard between. */
const TURN_MS = 2;
/** The load is an average that forgets: what was so long ago weighs a third (1/e). */
export const LOAD_WINDOW_MS = 100;

/**
 * The writing of all channels, one after another. An idle process writes at once; under load a turn of the event
 * loop has room for other work, too.
 */
export class FlushQueue {
  readonly #line: (() => void)[] = [];
  #spentMs = 0;
  /** The load as it was at `#endMs`. */
  #share = 0;
  #endMs = 0;
  #turnMs = 0;
  #turnEnds = false;

  /** Time that all channels together have spent on writing since the start, in milliseconds. */
  get spentMs(): number {
    return this.#spentMs;
  }

  /** The part of the time that was lately spent on writing, from 0 to 1. */
  share(nowMs: number): number {
    return this.#share * Math.exp((this.#endMs - nowMs) / LOAD_WINDOW_MS);
  }

  /** Runs a flush at once, or in its turn. */
  enter(flush: () => void): void {
    if (this.#line.length > 0 || this.#turnMs >= TURN_MS) this.#line.push(flush);
    else this.#run(flush);
  }

  #run(flush: () => void): void {
    if (!this.#turnEnds) {
      this.#turnEnds = true;
      setImmediate(this.#nextTurn);
    }
    const startMs = performance.now();
    flush();
    const endMs = performance.now();
    const tookMs = endMs - startMs;
    const kept = Math.exp(-tookMs / LOAD_WINDOW_MS);
    this.#share = this.share(startMs) * kept + (1 - kept);
    this.#endMs = endMs;
    this.#spentMs += tookMs;
    this.#turnMs += tookMs;
  }

  readonly #nextTurn = (): void => {
    this.#turnEnds = false;
    this.#turnMs = 0;
    while (this.#turnMs < TURN_MS) {
      const flush = this.#line.shift();
      if (!flush) return;
      this.#run(flush);
    }
  };
}
