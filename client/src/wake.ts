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
  const hear = (target: EventTarget, types: string, heard: () => void) => {
    for (const type of types.split(' ')) target.addEventListener(type, heard, { signal: stop.signal });
  };
  hear(window, 'online pageshow', listener.wake);
  hear(window, 'offline', listener.offline);
  hear(document, 'freeze', listener.freeze);
  hear(document, 'resume visibilitychange', () => {
    if (document.visibilityState === 'visible') listener.wake();
  });
  return () => stop.abort();
};
