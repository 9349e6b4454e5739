import type { FastifyInstance } from 'fastify';
import type { Log } from '../../platform/log/log.js';

/** Logs each response with its route pattern. Never the URL, because it can contain a search for a name. */
export function logRequests(fastify: FastifyInstance, log: Log): void {
  fastify.addHook('onResponse', async (request, reply) => {
    const fields = {
      request_id: request.id,
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 100) / 100,
      user_id: request.principal?.userId,
      tenant_id: request.principal?.tenantId,
    };
    if (reply.statusCode >= 400) log.info('request refused', fields);
    else log.debug('request', fields);
  });
}
