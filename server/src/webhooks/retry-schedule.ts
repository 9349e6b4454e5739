import { parseRetryAfter } from '../platform/net/retry-after.js';

const MINUTE_S = 60;
const HOUR_S = 3_600;
/** Delays after the first and each further failed attempt, in seconds. */
const DELAYS_S = [5, 5 * MINUTE_S, 30 * MINUTE_S, 2 * HOUR_S, 5 * HOUR_S, 10 * HOUR_S, 10 * HOUR_S];
/** Spreads the repetitions of endpoints that failed together. */
const JITTER = 0.2;
/** Bound of what an endpoint may demand with `Retry-After`. */
const MAX_RETRY_AFTER_S = 24 * HOUR_S;

/**
 * Seconds until the next attempt; undefined after the last one.
 * @param attempt number of the attempt that has failed, from 1
 * @param retryAfter header of the answer, if it had one
 * @param random from 0 to 1
 */
export function retryDelayS(
  attempt: number,
  retryAfter: string | undefined,
  nowMs = Date.now(),
  random = Math.random(),
): number | undefined {
  const delayS = DELAYS_S[attempt - 1];
  if (delayS === undefined) return undefined;
  return parseRetryAfter(retryAfter, nowMs, MAX_RETRY_AFTER_S) ?? delayS * (1 - JITTER + 2 * JITTER * random);
}
