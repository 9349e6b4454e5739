/** Events of a page about its machine, network and visibility. */
export interface WakeListener {
  /** The page is visible, unfrozen or online again, so the connection may be lost. */
  wake(): void;
  /** The browser reports that the network is offline. */
  offline(): void;
  /** The page is about to freeze: timers and messages will stop. */
  freeze(): void;
}

/** Listens to the page until the returned function is called; does nothing outside of pages. */
export const watchPage = (listener: WakeListener): (() => void) => {
  if (typeof document === 'undefined') return () => {};
  const stop = new AbortController();
  const listen = (target: EventTarget, types: string, notify: () => void) => {
    for (const type of types.split(' ')) target.addEventListener(type, notify, { signal: stop.signal });
  };
  listen(window, 'online pageshow', listener.wake);
  listen(window, 'offline', listener.offline);
  listen(document, 'freeze', listener.freeze);
  listen(document, 'resume visibilitychange', () => {
    if (document.visibilityState === 'visible') listener.wake();
  });
  return () => stop.abort();
};
