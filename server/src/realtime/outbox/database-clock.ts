/**
 * Estimates the clock of the database from the monotonic clock, so that a step of the machine's clock does not change
 * the age of events. The estimate starts with the machine's own clock, which is correct if both share a machine. Each
 * answer of the database corrects it only as far as the round trip proves it wrong.
 */
export class DatabaseClock {
  /** Database time minus monotonic clock, in milliseconds. */
  #offsetMs = Date.now() - performance.now();
  /** Newest time received from the database, in milliseconds since 1970. */
  #latestMs = 0;

  /** @param databaseMs time in an answer that was requested and received at these times of the monotonic clock */
  observe(databaseMs: number, askedMs: number, answeredMs: number): void {
    this.#latestMs = Math.max(this.#latestMs, databaseMs);
    const [least, most] = [databaseMs - answeredMs, databaseMs - askedMs];
    this.#offsetMs = Math.min(most, Math.max(least, this.#offsetMs));
  }

  /** Milliseconds since 1970, by the clock of the database. */
  now(): number {
    return performance.now() + this.#offsetMs;
  }

  /** Time of the newest answer: a lower bound of the database time, even after this process was suspended. */
  get latestMs(): number {
    return this.#latestMs;
  }
}
