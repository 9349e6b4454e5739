import { DELIVERY_BUCKETS_S } from '../../platform/metrics/buckets.js';

/**
 * A quantile of the delivery histogram in milliseconds, interpolated inside its bucket as in Prometheus; null without
 * deliveries. The last bucket has no upper bound, so its lower bound is returned.
 * @param counts of each bucket, not cumulative
 */
export function deliveryQuantileMs(counts: readonly number[], quantile: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = quantile * total;
  let below = 0;
  for (const [index, count] of counts.entries()) {
    if (count > 0 && below + count >= rank) {
      const lower = DELIVERY_BUCKETS_S[index - 1] ?? 0;
      const upper = DELIVERY_BUCKETS_S[index] ?? lower;
      return roundMs((lower + (upper - lower) * ((rank - below) / count)) * 1000);
    }
    below += count;
  }
  return roundMs((DELIVERY_BUCKETS_S.at(-1) ?? 0) * 1000);
}

const roundMs = (value: number): number => Math.round(value * 1000) / 1000;
