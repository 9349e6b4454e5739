import { expect, it } from '@jest/globals';
import { LineLimit } from './line-limit.js';

it('lets at most 100 lines pass in any second, and then reports once how many it dropped', () => {
  const limit = new LineLimit();
  const passedMs: number[] = [];
  let dropped = 0;
  let offered = 0;
  for (let nowMs = 0; nowMs < 10_000; nowMs += 5) {
    const reported = limit.takeDropped(nowMs);
    if (reported > 0) passedMs.push(nowMs);
    dropped += reported;
    // bursts of 1,000 lines/s, and pauses
    if (nowMs % 4_000 < 2_000) {
      for (let line = 0; line < 5; line++) {
        offered++;
        if (limit.allows(nowMs)) passedMs.push(nowMs);
      }
    }
  }
  const busiest = passedMs.map(
    (startMs) => passedMs.filter((ms) => ms >= startMs && ms < startMs + 1_000).length,
  );
  expect(Math.max(...busiest)).toBe(100);
  dropped += limit.takeDropped(20_000);
  expect(limit.takeDropped(20_000)).toBe(0);
  const reports = passedMs.length - (offered - dropped);
  expect(reports).toBeGreaterThan(0);
  expect(offered).toBe(passedMs.length - reports + dropped);
});
