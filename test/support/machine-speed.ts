import { createHash } from 'node:crypto';

/** Wall time of `work` on a quiet machine (2 cores of an AMD EPYC, Node 20.20, 2026-11-28), in milliseconds. */
const QUIET_MS = 20;

const ROWS = Array.from({ length: 2_000 }, (_, id) => ({
  id,
  name: `row ${id}`,
  at: '2026-01-01T00:00:00Z',
}));

const work = (): string => {
  let text = JSON.stringify(ROWS);
  for (let round = 0; round < 10; round++) text = JSON.stringify(JSON.parse(text));
  return createHash('sha256').update(text).digest('hex');
};

/**
 * How many times longer a fixed piece of work takes now than on a quiet machine, at least 1: other programs take the
 * cores, or the machine is a slower one. Limits of time in tests are multiplied with it.
 */
export function slowness(): number {
  const startMs = performance.now();
  work();
  return Math.max(1, (performance.now() - startMs) / QUIET_MS);
}
