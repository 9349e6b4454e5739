/** One turn of the event loop writes for about so long; then what the sockets and the database have to say is heard. */
const TURN_MS = 1;

/**
 * Shares the process between the flushes of many tenants and everything else. Without it, twenty tenants of 500
 * sockets that are due together would write for 40 ms in a row, and an event that takes three answers of the
 * database to be found (head, rows, flush) would wait for as many rounds.
 */
export class FlushTurns {
  readonly #waiting: (() => void)[] = [];
  #isOpen = false;
  #endsMs = 0;

  /** Runs the flush at once, or in one of the next turns when this one has no time left. First come, first served. */
  take(flush: () => void): void {
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#endsMs = performance.now() + TURN_MS;
      setImmediate(this.#next);
    } else if (this.#waiting.length > 0 || performance.now() >= this.#endsMs) {
      this.#waiting.push(flush);
      return;
    }
    flush();
  }

  readonly #next = (): void => {
    if (this.#waiting.length === 0) {
      this.#isOpen = false;
      return;
    }
    this.#endsMs = performance.now() + TURN_MS;
    setImmediate(this.#next);
    do this.#waiting.shift()?.();
    while (this.#waiting.length > 0 && performance.now() < this.#endsMs);
  };
}
