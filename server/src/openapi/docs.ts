import type { FastifyInstance } from 'fastify';

/** The documentation of the API. */
export async function mountDocs(_fastify: FastifyInstance): Promise<void> {}
