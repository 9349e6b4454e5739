import {
  type Endpoint,
  EventTypeName,
  endpoints,
  GatewayId,
  OidcSlug,
  Problem as ProblemSchema,
  Scope,
  Subject,
  TAGS,
} from '@wardbell/contract';
import { z } from 'zod';
import { API_PREFIX } from '../../api/endpoint/endpoint.js';
import { isProblemCode, type ProblemCode, statusOf, titleOf } from '../../platform/errors/problem.js';
import { type JsonSchema, Schemas } from './schemas.js';
import { webhookRequest } from './webhook-request.js';

const DESCRIPTION = `JSON in snake_case. Failures are \`application/problem+json\` (RFC 9457) with a stable \`code\`.
Another tenant's object is 404. Lists take \`limit\` and \`after\`; those of patients and appointments carry the
stream position (\`seq\`, \`epoch\`) of their own snapshot, to connect a socket with. Fields that a role may not
see are left out. The socket itself is described in [AsyncAPI](${API_PREFIX}/asyncapi.json).`;

const CSV = {
  'text/csv': { schema: { type: 'string', description: 'RFC 4180 in UTF-8 with a byte order mark' } },
};

/** Every endpoint of the contract as an OpenAPI 3.1 document. */
export function buildOpenApi(): JsonSchema {
  const schemas = new Schemas();
  schemas.output(ProblemSchema);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    const path = `${API_PREFIX}${endpoint.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Wardbell',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    webhooks: { event: webhookRequest(schemas) },
    components: {
      schemas: schemas.components,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function operation(endpoint: Endpoint, schemas: Schemas): JsonSchema {
  const callers = endpoint.access === 'public' ? [] : endpoint.access;
  const scopes = callers.filter((caller) => Scope.safeParse(caller).success);
  const roles =
    callers.length === 0 ? 'anybody' : callers.filter((caller) => !scopes.includes(caller)).join(', ');
  const keys = scopes.length === 0 ? '' : ` Integration keys with ${scopes.join(' or ')}.`;
  return {
    operationId: operationId(endpoint),
    tags: [endpoint.tag],
    summary: endpoint.summary,
    description: `For: ${roles}.${keys}`,
    security: endpoint.access === 'public' ? [] : [{ bearer: [] }],
    parameters: parametersOf(endpoint, schemas),
    ...(endpoint.body
      ? {
          requestBody: {
            required: true,
            content: Object.fromEntries(
              Object.entries({ [mediaTypeOf(endpoint)]: endpoint.body, ...endpoint.raw?.bodies }).map(
                ([mediaType, schema]) => [mediaType, { schema: schemas.input(schema) }],
              ),
            ),
          },
        }
      : {}),
    responses: {
      [endpoint.status]: success(endpoint, schemas),
      ...(endpoint.repeatedStatus === undefined
        ? {}
        : {
            [endpoint.repeatedStatus]: {
              ...success(endpoint, schemas),
              description: 'All of it was done before',
            },
          }),
      ...(endpoint.deferredAnswer === undefined
        ? {}
        : {
            202: {
              description: 'It waits for an admin of the tenant',
              content: { 'application/json': { schema: schemas.output(endpoint.deferredAnswer) } },
            },
          }),
      ...failures(endpoint),
    },
  };
}

const mediaTypeOf = ({ form }: Endpoint): string =>
  form ? 'application/x-www-form-urlencoded' : 'application/json';

/** `getPatientsId`, `postAppointmentsIdStatus`. */
const operationId = ({ method, path }: Endpoint): string =>
  method.toLowerCase() +
  path.replace(/[/:]+(\w)(\w*)/g, (_, first: string, rest: string) => first.toUpperCase() + rest);

function parametersOf(endpoint: Endpoint, schemas: Schemas): JsonSchema[] {
  const parameters: JsonSchema[] = [];
  if (endpoint.path.includes(':id')) {
    parameters.push({ name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } });
  }
  if (endpoint.path.includes(':type')) {
    parameters.push({ name: 'type', in: 'path', required: true, schema: schemas.output(EventTypeName) });
  }
  if (endpoint.path.includes(':gateway_id')) {
    parameters.push({ name: 'gateway_id', in: 'path', required: true, schema: schemas.output(GatewayId) });
  }
  if (endpoint.path.includes(':sub')) {
    parameters.push({ name: 'sub', in: 'path', required: true, schema: schemas.output(Subject) });
  }
  if (endpoint.path.includes(':slug')) {
    parameters.push({ name: 'slug', in: 'path', required: true, schema: schemas.output(OidcSlug) });
  }
  if (endpoint.query instanceof z.ZodObject) {
    for (const [name, schema] of Object.entries(endpoint.query.shape)) {
      if (!(schema instanceof z.ZodType)) continue;
      const { description, ...type } = schemas.output(schema);
      parameters.push({ name, in: 'query', ...(description ? { description } : {}), schema: type });
    }
  }
  if (takesIfMatch(endpoint)) {
    parameters.push({
      name: 'If-Match',
      in: 'header',
      description: 'The `ETag` that was read; 412 when somebody saved a newer version',
      schema: { type: 'string' },
    });
  }
  if (endpoint.idempotent) {
    parameters.push({
      name: 'Idempotency-Key',
      in: 'header',
      description: 'Same key and body within 24 h: same answer, done once',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    });
  }
  return parameters;
}

const takesIfMatch = ({ versioned, method }: Endpoint): boolean =>
  versioned === true && (method === 'PATCH' || method === 'DELETE');

function success(endpoint: Endpoint, schemas: Schemas): JsonSchema {
  const headers =
    endpoint.versioned && endpoint.answer
      ? { headers: { ETag: { description: 'The version', schema: { type: 'string' } } } }
      : {};
  if (endpoint.lines) {
    const content = Object.entries(endpoint.lines).map(([type, line]) => [
      type,
      { schema: schemas.output(line) },
    ]);
    return {
      description: 'One JSON text a line',
      content: { ...Object.fromEntries(content), ...(endpoint.csv ? CSV : {}) },
    };
  }
  if (endpoint.csv) return { description: 'A line for each row', content: CSV };
  if (!endpoint.answer) return { description: 'Done' };
  return {
    description: 'Done',
    ...headers,
    content: {
      'application/json': { schema: schemas.output(endpoint.answer) },
      ...(endpoint.streams === undefined ? {} : { [endpoint.streams]: { schema: { type: 'string' } } }),
    },
  };
}

function failures(endpoint: Endpoint): Record<string, JsonSchema> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codesOf(endpoint)) {
    const status = statusOf(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${titleOf(code)}`).join('\n\n'),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

function codesOf(endpoint: Endpoint): ReadonlySet<ProblemCode> {
  const codes = new Set<ProblemCode>();
  if (endpoint.body) {
    for (const code of ['malformed_request', 'payload_too_large', 'unsupported_media_type'] as const)
      codes.add(code);
  }
  if (endpoint.body || endpoint.query || endpoint.idempotent) codes.add('validation_failed');
  if (endpoint.access !== 'public') {
    for (const code of [
      'authentication_required',
      'invalid_token',
      'token_expired',
      'access_revoked',
      'forbidden',
    ] as const) {
      codes.add(code);
    }
  }
  codes.add('tenant_suspended');
  if (endpoint.path.includes(':id')) codes.add('not_found');
  if (takesIfMatch(endpoint)) codes.add('version_mismatch');
  if (endpoint.idempotent) codes.add('idempotency_mismatch').add('idempotency_in_progress').add('purged');
  for (const code of endpoint.problems ?? []) if (isProblemCode(code)) codes.add(code);
  if (endpoint.access !== 'public') codes.add('identity_provider_unavailable').add('busy');
  return codes.add('unavailable');
}
