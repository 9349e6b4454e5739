import type { ConnectionOptions, SocketLike } from './options.js';
import type { Position } from './position.js';

/** The contract's `SUBPROTOCOL`, copied because its module imports zod, which is too large for a browser bundle. */
const SUBPROTOCOL = 'wardbell.v1';

/** Close code of a socket that ended without a close frame. */
export const ABNORMAL = 1006;

/** A client message may have 64 KiB; each tenant takes about 50 bytes. */
export const MAX_TENANTS_BEHIND = 1_000;

/** The subprotocols with the token. Unlike URLs, they do not appear in logs or the browser history. */
export const protocolsFor = (token: string): string[] => [SUBPROTOCOL, `bearer.${token}`];

/**
 * True when the position is sent in a message instead of the URL: a super admin's position has a number for each
 * tenant, and a selection of several topics must be made before the replay begins.
 */
export const resumesInband = (
  options: Pick<ConnectionOptions, 'topics'>,
  position: Position | null,
): boolean => (options.topics?.length ?? 0) > 1 || (position !== null && typeof position.seq === 'object');

/**
 * The URL of one connection. It contains neither the token nor patient data.
 * @param previous id of the connection that this one replaces: the server frees its slot for it
 */
export const addressOf = (
  options: Pick<ConnectionOptions, 'url' | 'topics' | 'types'>,
  position: Position | null,
  previous?: string,
): string => {
  const page = globalThis.location?.href;
  const url = new URL(options.url, page);
  url.protocol = url.protocol.replace('http', 'ws');
  const [topic, ...others] = options.topics ?? [];
  if (topic && others.length === 0) url.pathname = `${url.pathname.replace(/\/$/, '')}/${topic}`;
  if (options.types) url.searchParams.set('types', options.types.join(','));
  if (resumesInband(options, position)) url.searchParams.set('resume', 'inband');
  else if (position) {
    url.searchParams.set('since', String(position.seq));
    url.searchParams.set('epoch', position.epoch);
  }
  if (previous) url.searchParams.set('previous', previous);
  return url.href;
};

/** Opens a connection that looks like a socket. Throws when it takes neither the address nor the token. */
export type Open = (
  options: ConnectionOptions,
  token: string,
  ...position: Parameters<typeof addressOf> extends [unknown, ...infer Rest] ? Rest : never
) => SocketLike;
