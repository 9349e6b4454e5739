import { useEffect, useState } from 'react';

/** Delay before secondary parts are loaded. */
const PAUSE_MS = 1_500;
/** Longest that anything waits for a quiet moment after that. */
const MAX_WAIT_MS = 3_000;

/** False until the page has been ready for a while and is idle: secondary parts are loaded then. */
export const useSettled = (ready: boolean, pauseMs = PAUSE_MS): boolean => {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    if (!ready) return undefined;
    const settle = () => setSettled(true);
    let callback: number | undefined;
    const timer = setTimeout(() => {
      // Safari has no such callback.
      if ('requestIdleCallback' in window) callback = requestIdleCallback(settle, { timeout: MAX_WAIT_MS });
      else settle();
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      if (callback !== undefined) cancelIdleCallback(callback);
    };
  }, [ready, pauseMs]);
  return settled;
};
