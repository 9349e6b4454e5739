import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { API_PREFIX } from '../../api/endpoint/endpoint.js';
import { buildAsyncApi } from './asyncapi.js';
import { buildOpenApi } from './openapi.js';

const SWAGGER_UI = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const FILES: ReadonlySet<string> = new Set([
  '/swagger-ui.css',
  '/swagger-ui-bundle.js',
  '/favicon-32x32.png',
]);
const ASSETS = '/api/docs/ui/';

/** Swagger UI uses inline styles and data URLs of images, but no inline script. */
const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Wardbell API</title>
<link rel="stylesheet" href="${ASSETS}swagger-ui.css">
<link rel="icon" href="${ASSETS}favicon-32x32.png">
</head>
<body>
<div id="docs"></div>
<script src="${ASSETS}swagger-ui-bundle.js"></script>
<script src="/api/docs/docs.js"></script>
</body>
</html>
`;

const SCRIPT = `SwaggerUIBundle({
  url: '${API_PREFIX}/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

/** Serves the contract for people (`/api/docs`) and programs (OpenAPI, AsyncAPI). Loads nothing from other hosts. */
export async function mountDocs(fastify: FastifyInstance): Promise<void> {
  // bytes that all answers share: of a text each client that reads slowly would hold a copy of half a megabyte
  const openApi = Buffer.from(JSON.stringify(buildOpenApi()));
  const asyncApi = Buffer.from(JSON.stringify(buildAsyncApi()));
  const documents = { [`${API_PREFIX}/openapi.json`]: openApi, [`${API_PREFIX}/asyncapi.json`]: asyncApi };
  for (const [path, document] of Object.entries(documents)) {
    fastify.get(path, (_, reply) => reply.type('application/json; charset=utf-8').send(document));
  }
  fastify.get('/api/docs', (_, reply) =>
    reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(PAGE),
  );
  fastify.get('/api/docs/docs.js', (_, reply) => reply.type('text/javascript; charset=utf-8').send(SCRIPT));
  await fastify.register(fastifyStatic, {
    root: SWAGGER_UI,
    prefix: ASSETS,
    decorateReply: false,
    index: false,
    allowedPath: (path) => FILES.has(path),
  });
}
