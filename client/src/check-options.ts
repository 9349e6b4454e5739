import type { ConnectionOptions } from './options.js';

/**
 * Throws when the options can never lead to a connection; the message names what is missing. Returns false when pages
 * are only rendered here (`WebSocket: null`), where the client never connects.
 */
export const checkOptions = ({ url, WebSocket }: Pick<ConnectionOptions, 'url' | 'WebSocket'>): boolean => {
  if (WebSocket === null) return false;
  if (!WebSocket && !globalThis.WebSocket)
    throw new TypeError("No WebSocket here: pass the one of 'ws' as `WebSocket`");
  if (!URL.canParse(url, globalThis.location?.href))
    throw new TypeError('`url` must be absolute outside of a page');
  return true;
};
