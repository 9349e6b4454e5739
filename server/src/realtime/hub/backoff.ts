import { pause } from './pause.js';

const MIN_MS = 100;
const MAX_MS = 2_000;

/** Delays between attempts to read while the database is away: 0.1 s, doubled up to 2 s. */
export class Backoff {
  #delayMs = MIN_MS;

  async wait(): Promise<void> {
    await pause(this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * 2, MAX_MS);
  }

  /** An attempt succeeded. */
  reset(): void {
    this.#delayMs = MIN_MS;
  }
}
