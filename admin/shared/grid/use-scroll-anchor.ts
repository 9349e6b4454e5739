import type { Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef } from 'react';

/** How far from its old place a row is looked for; a list that changed more than that is another list. */
const REACH = 500;

/**
 * Keeps what one reads where it is when rows come and go above it. The browser's own scroll anchoring does
 * not see rows that are placed by `transform`.
 */
export const useScrollAnchor = <Row extends { readonly id: string }>(
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  rows: readonly Row[],
  rowPx: number,
): void => {
  const anchor = useRef<{ id: string; index: number } | null>(null);
  const shownTop = Math.floor((virtualizer.scrollOffset ?? 0) / rowPx);

  // Not `virtualizer.scrollOffset`: that follows one scroll event later, and a second change may come before it.
  const scrolledPx = () => virtualizer.scrollElement?.scrollTop ?? 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the place is read when the rows have changed
  useLayoutEffect(() => {
    const held = anchor.current;
    if (!held || rows[held.index]?.id === held.id) return;
    for (let distance = 1; distance <= REACH; distance++) {
      const moved = [held.index + distance, held.index - distance].find((i) => rows[i]?.id === held.id);
      if (moved === undefined) continue;
      virtualizer.scrollToOffset(scrolledPx() + (moved - held.index) * rowPx);
      return;
    }
  }, [rows, rowPx, virtualizer]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shownTop` says that it was scrolled
  useEffect(() => {
    const top = Math.floor(scrolledPx() / rowPx);
    const row = rows[top];
    // At the very top new rows should be seen, not scrolled away.
    anchor.current = row && top > 0 ? { id: row.id, index: top } : null;
  }, [rows, rowPx, shownTop]);
};
