import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;

/**
 * Waits until `check` neither throws nor answers false, null or undefined, and answers what it answered.
 * Fails with the last error, or with `what`, after `timeoutMs`.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 30_000, what = 'the condition' }: { timeoutMs?: number; what?: string } = {},
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

const isPresent = <T>(value: T): value is NonNullable<Exclude<T, false>> =>
  value !== false && value !== null && value !== undefined;
