import { backoffMs } from './backoff.js';
import type { Runtime } from './options.js';
import { createTimer } from './runtime.js';
import type { Tokens } from './token.js';

/** Asks this long before expiry by the own clock, in case `token_expiring` (60 s before) did not come. */
const LAST_CALL_MS = 30_000;
/** The own clock may be wrong by hours: it alone never asks more often than this. */
const MIN_LIFE_MS = 60_000;
const RETRY_BASE_MS = 2_000;
/** Longest that a timer can count: beyond 2^31 ms it fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface Renewal {
  /** The server accepted a token that lasts until then. */
  renewed(expiresAt: string): void;
  /** The token is about to expire. */
  due(): void;
  /** The server did not understand or take something: a new token, if one was just sent. */
  refused(): void;
  stop(): void;
}

/** Renews the token of a living connection before it expires, one question at a time. */
export const createRenewal = (runtime: Runtime, tokens: Tokens, send: (token: string) => void): Renewal => {
  const timer = createTimer(runtime);
  let attempt = 0;
  let asking = false;
  let stopped = false;

  const again = () =>
    timer.set(RETRY_BASE_MS + backoffMs(attempt, runtime.random(), RETRY_BASE_MS), () => void renew());

  const renew = async () => {
    if (asking) return;
    asking = true;
    attempt += 1;
    let token: string | null = null;
    try {
      token = await tokens.get('expiring');
    } catch {
      // The application could not get one now: asked again below, until the server closes with 4401.
    }
    asking = false;
    if (stopped) return;
    // Also when one is sent: no answer is a failure like any other.
    again();
    if (token !== null) send(token);
  };

  return {
    renewed: (expiresAt) => {
      attempt = 0;
      const leftMs = Date.parse(expiresAt) - runtime.now() - LAST_CALL_MS;
      timer.set(Math.min(Math.max(leftMs || 0, MIN_LIFE_MS), MAX_TIMER_MS), () => void renew());
    },
    due: () => void renew(),
    refused: () => {
      if (attempt > 0) again();
    },
    stop: () => {
      stopped = true;
      timer.clear();
    },
  };
};
