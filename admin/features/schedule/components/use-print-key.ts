import { useEffect, useRef } from 'react';
import { isForDialog } from '../../../shared/hooks/use-hotkey';

/** Ctrl or Cmd with P prints what the room prints, not its picture. */
export const usePrintKey = (onPrint: () => void): void => {
  const latest = useRef(onPrint);
  latest.current = onPrint;
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'p' || !(event.ctrlKey || event.metaKey)) return;
      if (event.shiftKey || event.altKey || isForDialog(event)) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
};
