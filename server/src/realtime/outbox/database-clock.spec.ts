import { describe, expect, it } from '@jest/globals';
import { DatabaseClock } from './database-clock.js';

const HOUR_MS = 3_600_000;

describe('the clock of the database', () => {
  it('is this machine’s own until the database has answered', () => {
    expect(Math.abs(new DatabaseClock().now() - Date.now())).toBeLessThan(50);
  });

  it('keeps its time when an answer does not contradict it', () => {
    const clock = new DatabaseClock();
    const before = clock.now() - performance.now();
    const atMs = performance.now();
    clock.observe(Date.now(), atMs - 100, atMs + 100);
    expect(clock.now() - performance.now()).toBeCloseTo(before, 0);
  });

  it('follows a database whose clock is ahead or was put back, to within the time that its answer took', () => {
    const clock = new DatabaseClock();
    for (const shiftMs of [HOUR_MS, -HOUR_MS]) {
      const atMs = performance.now();
      clock.observe(Date.now() + shiftMs, atMs - 5, atMs + 5);
      expect(Math.abs(clock.now() - (Date.now() + shiftMs))).toBeLessThan(50);
    }
  });
});
