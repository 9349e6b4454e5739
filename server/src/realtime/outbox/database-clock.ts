/**
 * The clock of the database as this process knows it, by the monotonic clock: a step of this machine's clock does not
 * change how old an event is. It starts at this machine's own clock, which is right where both share a machine, and
 * each answer of the database corrects it by no more than the answer proves.
 */
export class DatabaseClock {
  /** The database's time minus the monotonic clock. Milliseconds. */
  #offsetMs = Date.now() - performance.now();
  /** Newest time that the database has said. Milliseconds since 1970. */
  #heardMs = 0;

  /** @param databaseMs the time that an answer said, which was asked for and came at these monotonic times */
  observe(databaseMs: number, askedMs: number, answeredMs: number): void {
    this.#heardMs = Math.max(this.#heardMs, databaseMs);
    const [least, most] = [databaseMs - answeredMs, databaseMs - askedMs];
    this.#offsetMs = Math.min(most, Math.max(least, this.#offsetMs));
  }

  /** Milliseconds since 1970, by the clock of the database. */
  now(): number {
    return performance.now() + this.#offsetMs;
  }

  /** Time of the newest answer: it is at least so late, whatever this process has slept through. */
  get heardMs(): number {
    return this.#heardMs;
  }
}
