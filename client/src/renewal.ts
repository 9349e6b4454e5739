import { backoffMs } from './backoff.js';
import type { Runtime } from './options.js';
import { createTimer } from './runtime.js';
import type { Tokens } from './token.js';

/** Requests a token this long before expiry by the local clock, if `token_expiring` (60 s before) was not received. */
const LAST_CALL_MS = 30_000;
/** Minimum interval of requests that the local clock triggers, because it can be wrong by hours. */
const MIN_LIFE_MS = 60_000;
const RETRY_BASE_MS = 2_000;
/** Maximum delay of a timer; from 2^31 ms on it would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface Renewal {
  /** The server accepted a token that expires at this time. */
  renewed(expiresAt: string): void;
  /** The token is about to expire. */
  due(): void;
  /** The server refused a message: the new token, if one was just sent. */
  refused(): void;
  stop(): void;
}

/** Renews the token of an open connection before it expires, with one request at a time. */
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
      // The application has no token now: requested again below, until the server closes with 4401.
    }
    asking = false;
    if (stopped) return;
    // Also after a token was sent, because a missing answer is a failure too.
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
