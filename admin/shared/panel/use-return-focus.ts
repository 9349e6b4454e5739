import { type RefObject, useEffect } from 'react';

/**
 * Gives the focus back when a panel closes. On a narrow window the panel covers the room, and what is covered cannot take
 * the focus before the panel is gone.
 */
export const useReturnFocus = (panel: RefObject<HTMLElement | null>): void => {
  useEffect(() => {
    const opener = document.activeElement;
    const room = panel.current?.closest('[data-room]');
    return () => {
      const { activeElement } = document;
      // Whoever closed the panel has put it somewhere else, or the whole room is gone.
      if ((activeElement !== null && activeElement !== document.body) || !room?.isConnected) return;
      const isThere = opener !== document.body && opener?.isConnected;
      const target = isThere ? opener : room.querySelector('[role="grid"]');
      if (target instanceof HTMLElement) target.focus();
    };
  }, [panel]);
};
