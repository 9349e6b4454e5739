import type { FastifyRequest } from 'fastify';
import { Problem } from '../../platform/errors/problem.js';

/** Values of `Sec-Fetch-Site` for requests of our own pages (`same-origin`) or of the user directly (`none`). */
const OUR_SITES: ReadonlySet<unknown> = new Set(['same-origin', 'none']);

/**
 * Refuses a request that, according to the browser, a page of another site sent (CSRF): the browser would add the
 * refresh cookie without the user's knowledge. Programs send neither header, and have no cookie that was not given to
 * them.
 * @param allowedOrigins origins whose pages may send it; SameSite=Strict still limits the cookie to the same site
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
