import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';
import { REQUEST_ID } from '../../platform/log/fields.js';

/**
 * Names the id of a request, which its log lines and its answer (`X-Request-Id`) carry. The id that a trusted proxy
 * gave is kept, so that both logs can be joined; anybody else gets one of ours, and so does a value that is not
 * shaped like an id, because it is logged.
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
