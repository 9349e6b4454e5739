import { describe, expect, it } from '@jest/globals';
import { DELIVERY_BUCKETS_S } from '../../platform/metrics/buckets.js';
import { deliveryQuantileMs } from './quantile.js';

const counts = (entries: Readonly<Record<number, number>>) =>
  Array.from({ length: DELIVERY_BUCKETS_S.length + 1 }, (_, index) => entries[index] ?? 0);

describe('A quantile of delivery', () => {
  it('of nothing is unknown', () => {
    expect(deliveryQuantileMs([], 0.5)).toBeNull();
    expect(deliveryQuantileMs(counts({}), 0.99)).toBeNull();
  });

  it('lies inside its bucket, in proportion', () => {
    // bucket 3 is 2 to 5 ms
    expect(deliveryQuantileMs(counts({ 3: 100 }), 0.5)).toBe(3.5);
    expect(deliveryQuantileMs(counts({ 3: 100 }), 1)).toBe(5);
    expect(deliveryQuantileMs(counts({ 0: 50, 3: 50 }), 0.25)).toBe(0.25);
  });

  it('skips empty buckets', () => {
    expect(deliveryQuantileMs(counts({ 0: 1, 10: 1 }), 0.5)).toBe(0.5);
    expect(deliveryQuantileMs(counts({ 0: 1, 10: 1 }), 0.51)).toBeGreaterThan(500);
  });

  it('of the bucket without a bound is its lower one', () => {
    expect(deliveryQuantileMs(counts({ 14: 5 }), 0.5)).toBe(10_000);
  });
});
