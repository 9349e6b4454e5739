import type { Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef } from 'react';

/** How far from its old place a row is looked for; a list that changed more than that is another list. */
const REACH = 500;
/** Rows that are held. One of them may move by itself: in the order by last change, the one that was changed goes to the top. */
const HELD_ROWS = 3;

type Rows = readonly { readonly id: string }[];

/** How many rows further down a row is now; undefined if it is not near its old place. */
const shiftOf = (id: string, index: number, rows: Rows): number | undefined => {
  for (let distance = 0; distance <= REACH; distance++) {
    if (rows[index + distance]?.id === id) return distance;
    if (rows[index - distance]?.id === id) return -distance;
  }
  return undefined;
};

/**
 * Keeps what one reads where it is when rows come and go above it. The browser's own scroll anchoring does
 * not see rows that are placed by `transform`.
 */
export const useScrollAnchor = (
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  rows: Rows,
  rowPx: number,
): void => {
  /** The topmost rows in sight. */
  const held = useRef<{ readonly ids: readonly string[]; readonly top: number }>({ ids: [], top: 0 });
  const shownTop = Math.floor((virtualizer.scrollOffset ?? 0) / rowPx);

  // Not `virtualizer.scrollOffset`: that follows one scroll event later, and a second change may come before it.
  const scrolledPx = () => virtualizer.scrollElement?.scrollTop ?? 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the place is read when the rows have changed
  useLayoutEffect(() => {
    const { ids, top } = held.current;
    const shifts = ids.flatMap((id, place) => shiftOf(id, top + place, rows) ?? []).sort((a, b) => a - b);
    const median = shifts[shifts.length >> 1];
    if (median) virtualizer.scrollToOffset(scrolledPx() + median * rowPx);
  }, [rows, rowPx, virtualizer]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shownTop` says that it was scrolled
  useEffect(() => {
    const top = Math.floor(scrolledPx() / rowPx);
    // At the very top new rows should be seen, not scrolled away.
    held.current = { ids: top > 0 ? rows.slice(top, top + HELD_ROWS).map(({ id }) => id) : [], top };
  }, [rows, rowPx, shownTop]);
};
