import { setTimeout as delay } from 'node:timers/promises';
import { slowness } from './machine-speed.js';

const POLL_MS = 10;
/** Bounds what hangs: on a machine with other work everything takes several times as long. */
export const WAIT_MS = 90_000;

/**
 * Waits until `check` neither throws nor answers false, null or undefined, and answers what it answered.
 * Fails with the last error, or with `what`, after `timeoutMs`.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = WAIT_MS, what = 'the condition' }: { timeoutMs?: number; what?: string } = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + timeoutMs;
  let failure: unknown;
  for (;;) {
    try {
      const value = await check();
      if (isPresent(value)) return value;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > deadline) {
      throw failure ?? new Error(`${what} did not come true within ${timeoutMs} ms`);
    }
    await delay(POLL_MS);
  }
}

/**
 * Runs an action up to `runs` times and fails when none took less than `limitMs` on a quiet machine: the limit grows
 * with the slowness of the machine, measured before and after each run. Other work makes a run slower, never faster, so
 * one run within the limit shows what the code can do. An action that prepares something first returns what it measured.
 */
export async function expectWithin(
  limitMs: number,
  action: () => Promise<number | undefined>,
  runs = 5,
): Promise<void> {
  const tried: string[] = [];
  let before = slowness();
  for (let run = 0; run < runs; run++) {
    const startMs = performance.now();
    const tookMs = (await action()) ?? performance.now() - startMs;
    const after = slowness();
    const allowedMs = limitMs * Math.max(before, after);
    if (tookMs < allowedMs) return;
    tried.push(`${Math.round(tookMs)} of ${Math.round(allowedMs)}`);
    before = after;
  }
  throw new Error(`No run was within its limit of milliseconds: ${tried.join(', ')}`);
}

/**
 * The milliseconds that something may take here and now which may take `limitMs` on a quiet machine: for what cannot be
 * run a second time.
 */
export const scaled = (limitMs: number): number => limitMs * slowness();

const isPresent = <T>(value: T): value is NonNullable<Exclude<T, false>> =>
  value !== false && value !== null && value !== undefined;
