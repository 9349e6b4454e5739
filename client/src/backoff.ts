/**
 * Longest delay between two attempts. People look at a list that is grey meanwhile: with 30 s it stayed so for up to
 * 20 s after the server was back (fault rig, p99). 100,000 clients that fail are 20,000 cheap refusals a second.
 */
export const MAX_DELAY_MS = 10_000;
/** Ceiling of the first delay. */
export const BASE_DELAY_MS = 1_000;
/** A server that said "wait" is left alone for at least this long. */
export const WAIT_FLOOR_MS = 5_000;

/** The most that attempt `attempt` (from 1) may wait: doubles up to the cap. Milliseconds. */
export const ceilingMs = (attempt: number, baseMs = BASE_DELAY_MS, maxMs = MAX_DELAY_MS): number =>
  Math.min(maxMs, baseMs * 2 ** Math.min(Math.max(attempt, 1) - 1, 30));

/**
 * Exponential backoff with full jitter: anywhere between 0 and the ceiling, so that clients that lost the same
 * server do not come back at the same moment. `random` in [0, 1).
 */
export const backoffMs = (
  attempt: number,
  random: number,
  baseMs = BASE_DELAY_MS,
  maxMs = MAX_DELAY_MS,
): number => Math.floor(random * ceilingMs(attempt, baseMs, maxMs));
