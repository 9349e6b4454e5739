/** Upper bounds of the delivery histogram in seconds; a last bucket without a bound follows. */
export const DELIVERY_BUCKETS_S = [
  0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10,
] as const;

/** Index of the bucket that a delay belongs to. */
export const bucketOf = (seconds: number): number => {
  const index = DELIVERY_BUCKETS_S.findIndex((bound) => seconds <= bound);
  return index === -1 ? DELIVERY_BUCKETS_S.length : index;
};
