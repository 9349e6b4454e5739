import type { FastifyRequest } from 'fastify';
import { Problem } from '../../platform/errors/problem.js';

/** What a browser says of a request that a page of ours, or the person itself, started. */
const OUR_SITES: ReadonlySet<unknown> = new Set(['same-origin', 'none']);

/**
 * Refuses a request that a browser says another site's page made: the refresh cookie would speak for the
 * person without their knowing. Programs send neither header and carry no cookie that they were not given.
 * @param allowedOrigins pages of these may, where the cookie reaches them at all (SameSite=Strict)
 */
export function requireSameOrigin(request: FastifyRequest, allowedOrigins: readonly string[] | null): void {
  const { origin } = request.headers;
  if (origin !== undefined && allowedOrigins?.includes(origin)) return;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined ? OUR_SITES.has(site) : origin === undefined || hostOf(origin) === request.host) {
    return;
  }
  throw new Problem('origin_not_allowed');
}

const hostOf = (origin: string): string | undefined => {
  try {
    return new URL(origin).host;
  } catch {
    return undefined; // `null` of sandboxed pages
  }
};
