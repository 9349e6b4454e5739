import { backoffMs } from './backoff.js';
import type { Runtime } from './options.js';
import { Timer } from './runtime.js';
import type { Tokens } from './token.js';

/** Asks this long before expiry by the own clock, in case `token_expiring` (60 s before) did not come. */
const LAST_CALL_MS = 30_000;
/** The own clock may be wrong by hours: it alone never asks more often than this. */
const MIN_LIFE_MS = 60_000;
const RETRY_BASE_MS = 2_000;
/** Longest that a timer can count: beyond 2^31 ms it fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Renews the token of a living connection before it expires, one question at a time. */
export class Renewal {
  readonly #timer: Timer;
  #attempt = 0;
  #asking = false;
  #stopped = false;

  constructor(
    private readonly runtime: Runtime,
    private readonly tokens: Tokens,
    private readonly send: (token: string) => void,
  ) {
    this.#timer = new Timer(runtime);
  }

  /** The server accepted a token that lasts until then. */
  renewed(expiresAt: string): void {
    this.#attempt = 0;
    const leftMs = Date.parse(expiresAt) - this.runtime.now() - LAST_CALL_MS;
    const delayMs = Math.min(Math.max(Number.isNaN(leftMs) ? 0 : leftMs, MIN_LIFE_MS), MAX_TIMER_MS);
    this.#timer.set(delayMs, () => this.due());
  }

  /** The token is about to expire. */
  due(): void {
    if (!this.#asking) void this.#renew();
  }

  /** The server did not take the token; asks for another one a little later. */
  refused(): void {
    if (this.#attempt > 0) this.#again();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer.clear();
  }

  async #renew(): Promise<void> {
    this.#asking = true;
    this.#attempt += 1;
    let token: string | null = null;
    try {
      token = await this.tokens.get('expiring');
    } catch {
      // The application could not get one now: asked again below until the server closes with 4401.
    }
    this.#asking = false;
    if (this.#stopped) return;
    if (token !== null) this.send(token);
    // Also when one was sent: no answer, or one that does not last longer, is a failure like any other.
    this.#again();
  }

  #again(): void {
    this.#timer.set(RETRY_BASE_MS + backoffMs(this.#attempt, this.runtime.random(), RETRY_BASE_MS), () =>
      this.due(),
    );
  }
}
