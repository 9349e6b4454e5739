import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TokenBucket } from './token-bucket.js';

describe('a token bucket', () => {
  it('lets its capacity through at once, then its rate', () => {
    const bucket = new TokenBucket(60, 0);
    for (let taken = 0; taken < 60; taken++) expect(bucket.take(1, 0)).toBe(true);
    expect(bucket.take(1, 0)).toBe(false);
    expect(bucket.take(1, 999)).toBe(false);
    expect(bucket.take(1, 1_000)).toBe(true);
    expect(bucket.take(1, 1_000)).toBe(false);
  });

  it('never lets more than burst and rate together through, whatever the pattern', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.nat(5_000), { maxLength: 300 }),
        (capacity, gaps) => {
          const bucket = new TokenBucket(capacity, 0);
          let now = 0;
          let passed = 0;
          for (const gap of gaps) {
            now += gap;
            if (bucket.take(1, now)) passed++;
          }
          expect(passed).toBeLessThanOrEqual(capacity + (capacity * now) / 60_000 + 1e-6);
        },
      ),
    );
  });

  it('remembers a debt, but not more than its capacity', () => {
    const bucket = new TokenBucket(60, 0);
    bucket.charge(1_000, 0);
    expect(bucket.take(1, 60_000)).toBe(false);
    expect(bucket.take(1, 61_000)).toBe(true);
    expect(bucket.isFull(200_000)).toBe(true);
  });

  it('does not lose tokens when the clock goes backwards', () => {
    const bucket = new TokenBucket(10, 1_000);
    expect(bucket.take(5, 500)).toBe(true);
    expect(bucket.take(5, 500)).toBe(true);
    expect(bucket.take(1, 500)).toBe(false);
  });
});
