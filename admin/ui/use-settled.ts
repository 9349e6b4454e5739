import { useEffect, useState } from 'react';

/** Longest that anything waits for a quiet moment, and the pause where browsers cannot tell (Safari). */
const MAX_WAIT_MS = 3_000;
const PAUSE_MS = 500;

/** False until the page has had a quiet moment after it began: what nobody came for is loaded then. */
export const useSettled = (ready: boolean): boolean => {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    if (!ready) return undefined;
    const settle = () => setSettled(true);
    if (!('requestIdleCallback' in window)) {
      const timer = setTimeout(settle, PAUSE_MS);
      return () => clearTimeout(timer);
    }
    const callback = requestIdleCallback(settle, { timeout: MAX_WAIT_MS });
    return () => cancelIdleCallback(callback);
  }, [ready]);
  return settled;
};
