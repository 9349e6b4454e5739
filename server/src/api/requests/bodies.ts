import { type Endpoint, endpoints } from '@wardbell/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../../platform/errors/problem.js';
import { API_PREFIX } from '../endpoint/endpoint.js';
import { isTooDeep, MAX_JSON_DEPTH } from '../parsing/json-depth.js';
import { TenantSlots } from './tenant-slots.js';

/** Largest body of a route, in bytes, unless the route says otherwise. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Beyond this a body needs one of a few slots, because it is kept whole until it is parsed. */
const LARGE_BODY_BYTES = 1024 * 1024;
const MAX_LARGE_PER_TENANT = 2;
const MAX_LARGE = 4;
/** The same under `/auth`, where anybody may send one. */
const MAX_AUTH_BODY_BYTES = 8 * 1024;

type RawEndpoint = Endpoint & { readonly raw: NonNullable<Endpoint['raw']> };

const isRaw = (endpoint: Endpoint): endpoint is RawEndpoint => endpoint.raw !== undefined;
const keyOf = (method: string, url: string | undefined): string => `${method} ${url}`;

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map(
  endpoints.map((endpoint) => [keyOf(endpoint.method, API_PREFIX + endpoint.path), endpoint]),
);

/** `application/json` in any case, and types that are JSON by their suffix (RFC 6839). */
const JSON_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.+-]{1,100}\+json)\s*(?:;|$)/i;

const FORM_TYPE = 'application/x-www-form-urlencoded';

const endpointOf = ({ method, routeOptions }: FastifyRequest): Endpoint | undefined =>
  ENDPOINTS.get(keyOf(method, routeOptions.url));

/** Whether the endpoint of this request reads the text of its body itself. */
const isReadRaw = (request: FastifyRequest): boolean => endpointOf(request)?.raw !== undefined;

const maxBytesOf = (endpoint: Endpoint): number => {
  if (isRaw(endpoint)) return endpoint.raw.maxBytes;
  return endpoint.path.startsWith('/auth/') ? MAX_AUTH_BODY_BYTES : MAX_BODY_BYTES;
};

/**
 * Bodies of the API: each route has its size, and the caller of a route that needs a token is judged before a byte of
 * the body is kept or parsed, so that strangers can fill neither the memory nor the time of the process. What a refused
 * client still sends is read and discarded, so that it gets its answer.
 *
 * Only `application/json` is taken, at most `MAX_JSON_DEPTH` deep, or a form where the endpoint says so (415 otherwise);
 * `raw` endpoints get the text, whatever JSON type it has. An empty body counts as absent, because clients label those as JSON too.
 */
export function readBodies(
  fastify: FastifyInstance,
  admit: (endpoint: Endpoint, request: FastifyRequest) => Promise<void>,
): void {
  fastify.addHook('onRoute', (route) => {
    const found = [route.method].flat().flatMap((method) => ENDPOINTS.get(keyOf(method, route.url)) ?? []);
    const [endpoint] = found;
    if (endpoint !== undefined) route.bodyLimit = maxBytesOf(endpoint);
  });
  const large = new TenantSlots(MAX_LARGE_PER_TENANT, MAX_LARGE);
  fastify.addHook('onRequest', async (request, reply) => {
    const endpoint = endpointOf(request);
    // an endpoint that takes tickets has no body and authenticates by itself
    if (endpoint === undefined || endpoint.ownCredential) return;
    await admit(endpoint, request);
    if (maxBytesOf(endpoint) > LARGE_BODY_BYTES)
      reply.raw.once('close', large.take(request.principal?.tenantId ?? ''));
  });

  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (endpointOf(request)?.form) return done(new Problem('unsupported_media_type'));
    if (body.length === 0) return done(null, undefined);
    const text = body.toString();
    if (isTooDeep(text)) return done(tooDeep());
    if (isReadRaw(request)) done(null, text);
    else parse(request, text, done);
  });
  fastify.addContentTypeParser(JSON_TYPE, { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString();
    if (!isReadRaw(request)) done(new Problem('unsupported_media_type'));
    else if (isTooDeep(text)) done(tooDeep());
    else done(null, text === '' ? undefined : text);
  });
  fastify.addContentTypeParser(FORM_TYPE, { parseAs: 'string' }, (request, body, done) => {
    if (endpointOf(request)?.form) done(null, parseForm(body.toString()));
    else done(new Problem('unsupported_media_type'));
  });
}

const tooDeep = (): Problem =>
  new Problem('malformed_request', { detail: `JSON may be ${MAX_JSON_DEPTH} levels deep` });

/** A field that comes more than once is an array, which no schema of a form takes. */
function parseForm(text: string): Record<string, string | string[]> {
  const fields = new URLSearchParams(text);
  return Object.fromEntries(
    [...new Set(fields.keys())].map((name) => {
      const values = fields.getAll(name);
      return [name, values.length === 1 ? values.join() : values];
    }),
  );
}
