import { describe, expect, it } from '@jest/globals';
import { retryDelayS } from './retry-schedule.js';

describe('The schedule of repetitions', () => {
  const attempts = [1, 2, 3, 4, 5, 6, 7, 8];

  it('is 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, and then nothing', () => {
    expect(attempts.map((attempt) => retryDelayS(attempt, undefined, 0, 0.5))).toEqual([
      5,
      300,
      1_800,
      7_200,
      18_000,
      36_000,
      36_000,
      undefined,
    ]);
  });

  it('varies by a fifth in both directions', () => {
    expect(retryDelayS(1, undefined, 0, 0)).toBeCloseTo(4);
    expect(retryDelayS(1, undefined, 0, 1)).toBeCloseTo(6);
  });

  it('is replaced by Retry-After, in seconds or as a date, for at most a day', () => {
    const nowMs = Date.UTC(2026, 0, 1);
    expect(retryDelayS(1, '120', nowMs)).toBe(120);
    expect(retryDelayS(1, 'Thu, 01 Jan 2026 00:01:00 GMT', nowMs)).toBe(60);
    expect(retryDelayS(1, 'Wed, 31 Dec 2025 00:00:00 GMT', nowMs)).toBe(0);
    expect(retryDelayS(1, '999999999', nowMs)).toBe(86_400);
    expect(retryDelayS(1, 'soon', nowMs, 0.5)).toBe(5);
    expect(retryDelayS(8, '1', nowMs)).toBeUndefined();
  });
});
