import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';
import { REQUEST_ID } from '../../platform/log/fields.js';

/**
 * Returns the function that assigns request ids for log lines and the `X-Request-Id` header. The id of a trusted proxy
 * is kept, so that both logs can be joined. Ids of other peers and values with another shape are replaced, because the
 * id is logged.
 * @param trustedProxies addresses and ranges
 */
export function requestIds(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const isTrusted = proxyAddress.compile([...trustedProxies]);
  return ({ headers, socket }) => {
    const given = headers['x-request-id'];
    const isKept =
      typeof given === 'string' && REQUEST_ID.test(given) && isTrusted(socket.remoteAddress ?? '', 0);
    return isKept ? given : randomUUID();
  };
}
