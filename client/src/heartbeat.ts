import type { Runtime } from './options.js';
import { Timer } from './runtime.js';

/** How long the server may take to answer a ping. */
export const ANSWER_MS = 4_000;
/** The same when there is reason to doubt: the machine woke, the network changed. */
export const DOUBT_MS = 2_000;
/** Sign of life this recent needs no ping. */
const RECENT_MS = 500;

/**
 * Notices a dead network: pages cannot see protocol pings, so after a silence it asks, and no answer means dead.
 * Timers stand still while a machine sleeps and run late in hidden tabs, so a deadline that is noticed late is
 * asked once more before the connection is given up.
 */
export class Heartbeat {
  readonly #timer: Timer;
  #heardAtMs: number;
  #running = true;

  constructor(
    private readonly runtime: Runtime,
    private readonly idleMs: () => number,
    private readonly ping: () => void,
    private readonly dead: () => void,
  ) {
    this.#timer = new Timer(runtime);
    this.#heardAtMs = runtime.now();
    this.#listen();
  }

  /** When the server was last heard, in milliseconds since 1970. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** Anything that arrives is a sign of life. Called for each frame: sets no timer. */
  heard(): void {
    this.#heardAtMs = this.runtime.now();
  }

  /** Asks now. */
  probe(answerMs = DOUBT_MS): void {
    const silentMs = this.runtime.now() - this.#heardAtMs;
    if (this.#running && (silentMs < 0 || silentMs > RECENT_MS)) this.#ask(answerMs, false);
  }

  /** Does at once what a late timer has still to do. */
  catchUp(): void {
    this.#timer.catchUp();
  }

  stop(): void {
    this.#running = false;
    this.#timer.clear();
  }

  #listen(): void {
    const idleMs = this.idleMs();
    const silentMs = this.runtime.now() - this.#heardAtMs;
    // A clock that was set back would make the silence negative and the wait endless.
    if (silentMs < 0) this.heard();
    if (silentMs >= idleMs) this.#ask(ANSWER_MS, false);
    else this.#timer.set(idleMs - Math.max(silentMs, 0), () => this.#listen());
  }

  #ask(answerMs: number, again: boolean): void {
    const askedAtMs = this.runtime.now();
    this.ping();
    if (!this.#running) return;
    this.#timer.set(answerMs, () => {
      const waitedMs = this.runtime.now() - askedAtMs;
      if (this.#heardAtMs >= askedAtMs && waitedMs >= 0) this.#listen();
      else if (!again && (waitedMs < 0 || waitedMs > 2 * answerMs)) this.#ask(DOUBT_MS, true);
      else {
        this.stop();
        this.dead();
      }
    });
  }
}
