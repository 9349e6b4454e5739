import type { Runtime } from './options.js';
import { createTimer } from './runtime.js';

/** How long the server may take to answer a ping. */
export const ANSWER_MS = 4_000;
/** The same when there is reason to doubt: the machine woke, the network changed. */
export const DOUBT_MS = 2_000;
/** A sign of life this recent needs no ping. */
const RECENT_MS = 500;

export interface Heartbeat {
  /** When the server was last heard, in milliseconds since 1970. */
  readonly heardAtMs: number;
  /** Anything that arrives is a sign of life. Called for each frame: sets no timer. */
  heard(): void;
  /** Asks now, unless the server was heard a moment ago and nothing says that the network is gone since. */
  probe(isGone?: boolean): void;
  /** Does at once what a late timer has still to do. */
  catchUp(): void;
  stop(): void;
}

/**
 * Notices a dead network: pages cannot see protocol pings, so after a silence it asks, and no answer means dead.
 * Timers stand still while a machine sleeps and run late in hidden tabs, so a deadline that is noticed late is
 * asked once more before the connection is given up.
 */
export const createHeartbeat = (
  runtime: Runtime,
  idleMs: () => number,
  ping: () => void,
  dead: () => void,
): Heartbeat => {
  const timer = createTimer(runtime);
  let heardAtMs = runtime.now();
  let asking = false;
  const silentMs = () => runtime.now() - heardAtMs;
  const heard = () => {
    heardAtMs = runtime.now();
  };

  const listen = () => {
    asking = false;
    // A clock that was set back would make the silence negative and the wait endless.
    if (silentMs() < 0) heard();
    const leftMs = idleMs() - silentMs();
    if (leftMs > 0) timer.set(leftMs, listen);
    else ask(ANSWER_MS);
  };

  const ask = (answerMs: number, again = false) => {
    asking = true;
    const askedAtMs = runtime.now();
    timer.set(answerMs, () => {
      const waitedMs = runtime.now() - askedAtMs;
      const isLate = waitedMs < 0 || waitedMs > 2 * answerMs;
      if (heardAtMs >= askedAtMs && waitedMs >= 0) listen();
      else if (isLate && !again) ask(DOUBT_MS, true);
      else dead();
    });
    ping();
  };

  listen();
  return {
    get heardAtMs() {
      return heardAtMs;
    },
    heard,
    probe: (isGone = false) => {
      if (!asking && (isGone || Math.abs(silentMs()) > RECENT_MS)) ask(DOUBT_MS);
    },
    catchUp: timer.catchUp,
    stop: timer.clear,
  };
};
