import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** Lifetime of a preflight response in a browser: Chromium's maximum. Each request is checked again anyway. */
const PREFLIGHT_MAX_AGE_S = 7_200;

/**
 * Lets pages of exactly these origins call the API, and no others: an origin that is not listed gets no CORS
 * header at all. Credentials are allowed because a listed origin of the same site may use the refresh cookie
 * (SameSite=Strict keeps it from other sites; the auth routes check the same list).
 */
export async function allowOrigins(
  fastify: FastifyInstance,
  allowedOrigins: readonly string[],
): Promise<void> {
  await fastify.register(cors, {
    origin: (origin, answer) => answer(null, origin !== undefined && allowedOrigins.includes(origin)),
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['ETag', 'Retry-After', 'X-Request-Id'],
    maxAge: PREFLIGHT_MAX_AGE_S,
    // The strict mode would send 400 as plain text instead of a problem.
    strictPreflight: false,
  });
}
