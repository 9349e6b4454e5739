import type { FastifyRequest } from 'fastify';

/** The access token of a request (RFC 6750, 2.1). */
export const bearerOf = (request: FastifyRequest): string | undefined =>
  /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
