import { type Endpoint, FORBIDDEN_WRITES, viewOf } from '@wardbell/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Principal } from '../../database/principal.js';
import { Problem } from '../../platform/errors/problem.js';
import type { BareCall } from '../endpoint/call.js';
import { validationProblem } from './validation.js';

const Id = z.object({ id: z.guid().transform((id) => id.toLowerCase()) });
const Names = z.object({
  type: z.string().optional(),
  gateway_id: z.string().optional(),
  sub: z.string().optional(),
  slug: z.string().optional(),
});
/** Visible ASCII, RFC 9110 field content without blanks. */
const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/);
/** PostgreSQL `integer`, the type of versions. */
const MAX_VERSION = 2_147_483_647;

/**
 * Validates a request and returns the call of its endpoint.
 * @throws Problem 403 for a field that the role may not write, 404 for an id that cannot exist, otherwise 422
 */
export function parseCall<E extends Endpoint>(
  endpoint: E,
  request: FastifyRequest,
  reply: FastifyReply,
): BareCall<E> {
  const { principal } = request;
  if (principal) refuseForbiddenFields(endpoint, principal, request.body);
  const call: Record<keyof BareCall, unknown> = {
    principal,
    id: endpoint.path.includes('/:id') ? parseId(request.params) : undefined,
    type: parseName(endpoint, request.params, 'type'),
    gatewayId: parseName(endpoint, request.params, 'gateway_id'),
    sub: parseName(endpoint, request.params, 'sub'),
    slug: parseName(endpoint, request.params, 'slug'),
    query: parsePart(endpoint.query, request.query),
    body: endpoint.raw ? textOf(request.body) : parsePart(endpoint.body, request.body),
    ifMatch: parseIfMatch(request.headers['if-match']),
    idempotency: parseIdempotency(endpoint, request),
    request,
    reply,
  };
  // The compiler cannot infer the type of a schema that is looked up at run time.
  return call as unknown as BareCall<E>;
}

function refuseForbiddenFields(endpoint: Endpoint, principal: Principal, body: unknown): void {
  if (endpoint.writes === undefined || !(body instanceof Object)) return;
  const forbidden = FORBIDDEN_WRITES[endpoint.writes][viewOf(principal.role)];
  const sent = forbidden.filter((field) => Object.hasOwn(body, field));
  if (sent.length === 0) return;
  throw new Problem('field_not_allowed', {
    errors: sent.map((path) => ({ path, message: 'is not for your role' })),
  });
}

function parseId(params: unknown): string {
  const parsed = Id.safeParse(params);
  if (!parsed.success) throw new Problem('not_found');
  return parsed.data.id;
}

function parseName(
  endpoint: Endpoint,
  params: unknown,
  name: keyof z.output<typeof Names>,
): string | undefined {
  if (!endpoint.path.includes(`/:${name}`)) return undefined;
  const value = Names.safeParse(params).data?.[name];
  if (value === undefined) throw new Problem('not_found');
  return value;
}

/** @throws Problem 400 when there is no body */
function textOf(body: unknown): string {
  if (typeof body !== 'string') throw new Problem('malformed_request');
  return body;
}

function parsePart(schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw validationProblem(parsed.error.issues);
  return parsed.data;
}

/**
 * Parses `If-Match` (RFC 9110, 13.1.1). Weak tags are accepted, because compressing proxies weaken tags and ours
 * identify a version, not bytes. `*` matches any version.
 */
export function parseIfMatch(header: string | undefined): readonly number[] | null {
  if (header === undefined || header.trim() === '*') return null;
  return header
    .split(',')
    .map((tag) => /^(?:W\/)?"([1-9]\d{0,9})"$/.exec(tag.trim())?.[1])
    .map(Number)
    .filter((version) => version <= MAX_VERSION);
}

function parseIdempotency(endpoint: Endpoint, request: FastifyRequest): BareCall['idempotency'] {
  const header = request.headers['idempotency-key'];
  if (!endpoint.idempotent || header === undefined) return null;
  const key = IdempotencyKey.safeParse(header);
  if (!key.success) {
    throw new Problem('validation_failed', {
      errors: [{ path: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }],
    });
  }
  return {
    key: key.data,
    route: `${endpoint.method} ${endpoint.path}`,
    request: { params: request.params, body: request.body },
  };
}
