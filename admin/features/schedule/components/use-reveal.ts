import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { blockId } from './use-day-keys';

/** How long a revealed appointment stands out. */
const SHOWN_MS = 4_000;

/**
 * Leads the eye to an appointment as soon as it is on the board: scrolls to it and marks it for a while. One that is opened by
 * an address, was just booked, or was given another time by a form may be anywhere on a long day.
 * @param openId the appointment whose details are open: it stays in sight when they take room from the board
 */
export const useReveal = (openId: string | null, scroller: RefObject<HTMLElement | null>) => {
  const wanted = useRef(openId);
  const [revealedId, setRevealedId] = useState<string | null>(null);
  useLayoutEffect(() => {
    const block = wanted.current === null ? null : document.getElementById(blockId(wanted.current));
    if (!block) return;
    block.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
    setRevealedId(wanted.current);
    wanted.current = null;
  });
  useEffect(() => {
    if (revealedId === null) return;
    const timer = setTimeout(() => setRevealedId(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [revealedId]);
  useEffect(() => {
    if (openId === null) wanted.current = null;
  }, [openId]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once something was revealed, the board is there
  useEffect(() => {
    const board = scroller.current;
    if (openId === null || !board) return;
    const observer = new ResizeObserver(() => {
      const block = document.getElementById(blockId(openId));
      // Its column from the beginning, so that the names beside it are whole.
      const column = block?.closest('section');
      if (column && column.getBoundingClientRect().right > board.getBoundingClientRect().right)
        column.scrollIntoView({ block: 'nearest', inline: 'start', behavior: 'instant' });
      block?.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
    });
    observer.observe(board);
    return () => observer.disconnect();
  }, [openId, revealedId, scroller]);
  return {
    revealedId,
    reveal: (id: string) => {
      wanted.current = id;
    },
  };
};
