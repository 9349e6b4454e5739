/** A span of time on a day; what stands beside it shares its width. */
export interface Placed<Item> {
  readonly item: Item;
  /** Place among those that overlap, from 0. */
  readonly lane: number;
  /** How many stand side by side. */
  readonly lanes: number;
}

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** Places overlapping spans side by side, each in the first lane that is free. Items come by start. */
export const layLanes = <Item>(
  items: readonly Item[],
  spanOf: (item: Item) => Span,
): readonly Placed<Item>[] => {
  const placed: Placed<Item>[] = [];
  let cluster: { readonly item: Item; readonly lane: number }[] = [];
  let laneEnds: number[] = [];
  const close = () => {
    const lanes = laneEnds.length;
    for (const { item, lane } of cluster) placed.push({ item, lane, lanes });
    cluster = [];
    laneEnds = [];
  };
  for (const item of items) {
    const { startMs, endMs } = spanOf(item);
    // Nothing of what stands here reaches this far: what follows has the whole width again.
    if (laneEnds.every((end) => end <= startMs)) close();
    const free = laneEnds.findIndex((end) => end <= startMs);
    const lane = free < 0 ? laneEnds.length : free;
    laneEnds[lane] = endMs;
    cluster.push({ item, lane });
  }
  close();
  return placed;
};
