import { type Endpoint, endpoints } from '@wardbell/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../../platform/errors/problem.js';
import { API_PREFIX } from '../endpoint/endpoint.js';

type RawEndpoint = Endpoint & { readonly raw: NonNullable<Endpoint['raw']> };

const isRaw = (endpoint: Endpoint): endpoint is RawEndpoint => endpoint.raw !== undefined;
const keyOf = (method: string, url: string | undefined): string => `${method} ${url}`;

const RAW: ReadonlyMap<string, RawEndpoint> = new Map(
  endpoints.filter(isRaw).map((endpoint) => [keyOf(endpoint.method, API_PREFIX + endpoint.path), endpoint]),
);

/** `application/json` in any case, and types that are JSON by their suffix (RFC 6839). */
const JSON_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.+-]{1,100}\+json)\s*(?:;|$)/i;

/** The endpoint of this request, if it reads the text of its body itself. */
export const rawEndpointOf = ({ method, routeOptions }: FastifyRequest): RawEndpoint | undefined =>
  RAW.get(keyOf(method, routeOptions.url));

/**
 * Lets the bodies of `raw` endpoints through as text, whatever JSON type they have, up to the endpoint's own size. The
 * caller is judged before the body is read: strangers must not fill the memory with bodies of 40 MiB.
 */
export function acceptRawBodies(
  fastify: FastifyInstance,
  admit: (endpoint: Endpoint, request: FastifyRequest) => Promise<void>,
): void {
  fastify.addHook('onRoute', (route) => {
    const raw = [route.method].flat().map((method) => RAW.get(keyOf(method, route.url)));
    const maxBytes = raw.find((endpoint) => endpoint !== undefined)?.raw.maxBytes;
    if (maxBytes !== undefined) route.bodyLimit = maxBytes;
  });
  fastify.addHook('onRequest', async (request) => {
    const endpoint = rawEndpointOf(request);
    if (endpoint) await admit(endpoint, request);
  });
  fastify.addContentTypeParser(JSON_TYPE, { parseAs: 'string' }, (request, body, done) => {
    if (rawEndpointOf(request)) done(null, body.length === 0 ? undefined : body);
    else done(new Problem('unsupported_media_type'));
  });
}
