import type { Virtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useState } from 'react';

const STEPS: Readonly<Record<string, (index: number, page: number, last: number) => number>> = {
  ArrowDown: (index) => index + 1,
  ArrowUp: (index) => index - 1,
  PageDown: (index, page) => index + page,
  PageUp: (index, page) => index - page,
  Home: () => 0,
  End: (_, __, last) => last,
};

export interface GridKeys {
  /** Place of the active row, -1 for none. */
  readonly activeIndex: number;
  readonly activate: (id: string) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocus: () => void;
}

/** Arrow keys, Page Up and Down, Home and End move the active row, Enter opens it (ARIA grid pattern). */
export const useGridKeys = <Row extends { readonly id: string }>(
  rows: readonly Row[],
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  onOpen: ((row: Row) => void) | undefined,
): GridKeys => {
  const [active, setActive] = useState<{ id: string; index: number } | null>(null);
  // The row is meant, not its place: it may have moved.
  const activeIndex = !active
    ? -1
    : rows[active.index]?.id === active.id
      ? active.index
      : rows.findIndex((row) => row.id === active.id);

  const moveTo = (index: number) => {
    const row = rows[index];
    if (!row) return;
    setActive({ id: row.id, index });
    virtualizer.scrollToIndex(index, { align: 'auto' });
  };
  const firstShown = () => virtualizer.range?.startIndex ?? 0;

  return {
    activeIndex,
    activate: (id) => setActive({ id, index: rows.findIndex((row) => row.id === id) }),
    onFocus: () => {
      const row = rows[firstShown()];
      if (activeIndex < 0 && row) setActive({ id: row.id, index: firstShown() });
    },
    onKeyDown: (event) => {
      // a button of the head has keys of its own
      if (event.target instanceof HTMLButtonElement) return;
      if (event.ctrlKey || event.metaKey || event.altKey || rows.length === 0) return;
      const current = activeIndex < 0 ? (active?.index ?? firstShown()) : activeIndex;
      if (event.key === 'Enter') {
        const row = rows[current];
        if (row && onOpen) {
          event.preventDefault();
          onOpen(row);
        }
        return;
      }
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      const page = Math.max(1, (virtualizer.range?.endIndex ?? 0) - firstShown() - 1);
      const last = rows.length - 1;
      moveTo(Math.min(last, Math.max(0, step(current, page, last))));
    },
  };
};
