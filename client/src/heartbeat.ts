import type { Runtime } from './options.js';
import { createTimer } from './runtime.js';

/** Timeout of a ping. */
export const ANSWER_MS = 4_000;
/** Timeout of a ping after the machine resumed or the network changed, when the connection is probably lost. */
export const RECHECK_MS = 2_000;
/** No ping is sent if a frame arrived this recently. */
const RECENT_MS = 500;

export interface Heartbeat {
  /** Records a frame. Called for each one, so it sets no timer. */
  touch(): void;
  /** Sends a ping now, unless a frame arrived very recently and the network is not reported offline. */
  probe(isGone?: boolean): void;
  /** Runs overdue timers now. */
  catchUp(): void;
  stop(): void;
}

/**
 * Detects a dead network. Pages cannot see protocol pings, so the client sends a ping after a silence and considers the
 * connection dead without an answer. Timers stop while a machine sleeps and are late in hidden tabs, so after a late
 * deadline the client sends one more ping before it closes the connection.
 */
export const createHeartbeat = (
  runtime: Runtime,
  idleMs: () => number,
  ping: () => void,
  dead: () => void,
): Heartbeat => {
  const timer = createTimer(runtime);
  let lastMs = runtime.now();
  let asking = false;
  const silentMs = () => runtime.now() - lastMs;
  const touch = () => {
    lastMs = runtime.now();
  };

  const listen = () => {
    asking = false;
    // If the clock was set back, the silence would be negative and the wait endless.
    if (silentMs() < 0) touch();
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
      if (lastMs >= askedAtMs && waitedMs >= 0) listen();
      else if (isLate && !again) ask(RECHECK_MS, true);
      else dead();
    });
    ping();
  };

  listen();
  return {
    touch,
    probe: (isGone = false) => {
      if (!asking && (isGone || Math.abs(silentMs()) > RECENT_MS)) ask(RECHECK_MS);
    },
    catchUp: timer.catchUp,
    stop: timer.clear,
  };
};
