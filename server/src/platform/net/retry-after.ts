/**
 * Seconds of a header `Retry-After`, which has seconds or an HTTP date (RFC 9110, 10.2.3); undefined without one.
 * @param maxS bound of what a server may demand
 */
export function parseRetryAfter(header: string | undefined, nowMs: number, maxS: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - nowMs) / 1_000;
  return Number.isNaN(seconds) ? undefined : Math.min(maxS, Math.max(0, seconds));
}
