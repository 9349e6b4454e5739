/**
 * Longest delay between two attempts. Lists are marked as stale during it: with 30 s they stayed stale for up to 20 s
 * after the server was back (fault rig, p99). 100,000 failing clients cause 20,000 cheap refusals per second.
 */
export const MAX_DELAY_MS = 10_000;
/** Ceiling of the first delay. */
export const BASE_DELAY_MS = 1_000;
/** Minimum delay after a close that asks the client to wait. */
export const WAIT_FLOOR_MS = 5_000;

/** Longest delay before attempt `attempt` (from 1): doubles up to the cap. Milliseconds. */
export const ceilingMs = (attempt: number, baseMs = BASE_DELAY_MS, maxMs = MAX_DELAY_MS): number =>
  Math.min(maxMs, baseMs * 2 ** Math.min(Math.max(attempt, 1) - 1, 30));

/**
 * Exponential backoff with full jitter: uniform between 0 and the ceiling, so that clients that lost the same server do
 * not reconnect at the same time. `random` in [0, 1).
 */
export const backoffMs = (
  attempt: number,
  random: number,
  baseMs = BASE_DELAY_MS,
  maxMs = MAX_DELAY_MS,
): number => Math.floor(random * ceilingMs(attempt, baseMs, maxMs));
