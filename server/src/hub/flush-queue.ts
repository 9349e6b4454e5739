/** After so much writing the rest waits for the next turn, so that answers of the database are heard between. */
const TURN_MS = 2;

/**
 * The writing of all channels, one after another. An idle process writes at once; under load a turn of the event
 * loop has room for other work, too.
 */
export class FlushQueue {
  readonly #line: (() => void)[] = [];
  #spentMs = 0;
  #turnMs = 0;
  #turnEnds = false;

  /** Time that all channels together have spent on writing since the start, in milliseconds. */
  get spentMs(): number {
    return this.#spentMs;
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
    const tookMs = performance.now() - startMs;
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
