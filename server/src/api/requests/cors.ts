import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** How long a browser may keep the answer to a preflight: Chromium's own maximum. Every request is judged anyway. */
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
    // The strict form answers 400 in plain text, which is no answer of ours.
    strictPreflight: false,
  });
}
