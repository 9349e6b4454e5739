import { useEffect, useRef } from 'react';

/** True where keys belong to a field. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

const isDialog = (target: EventTarget): boolean =>
  target instanceof Element && target.getAttribute('aria-modal') === 'true';

/**
 * True for a key that belongs to a dialog. The dialog may be out of the document by now: the same Escape has closed it
 * before this listener is called.
 */
export const isForDialog = (event: KeyboardEvent): boolean =>
  document.querySelector('[aria-modal="true"]') !== null || event.composedPath().some(isDialog);

/** Runs `action` on a single key, unless somebody types or a dialog is open. */
export const useHotkey = (key: string, action: () => void): void => {
  const latest = useRef(action);
  latest.current = action;
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented)
        return;
      if (isTyping(event.target) || isForDialog(event)) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, [key]);
};
