/** What a page is told about its machine, its network and whether anyone looks. */
export interface WakeListener {
  /** The page is shown, thawed or online again: what was believed about the network may be wrong. */
  wake(): void;
  /** The browser says that the network is gone. */
  offline(): void;
  /** Timers and messages are about to stand still. */
  freeze(): void;
}

/** Listens to the page until the returned function is called; does nothing outside of pages. */
export const watchPage = (listener: WakeListener): (() => void) => {
  if (typeof document === 'undefined') return () => {};
  const stop = new AbortController();
  const { signal } = stop;
  const wake = () => listener.wake();
  addEventListener('online', wake, { signal });
  addEventListener('pageshow', wake, { signal });
  addEventListener('offline', () => listener.offline(), { signal });
  document.addEventListener('resume', wake, { signal });
  document.addEventListener('freeze', () => listener.freeze(), { signal });
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible') wake();
    },
    { signal },
  );
  return () => stop.abort();
};
