import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import type { LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './api/problems/send-problem.js';
import { MAX_BODY_BYTES, readBodies } from './api/requests/bodies.js';
import { allowOrigins } from './api/requests/cors.js';
import { PERMISSIONS_POLICY } from './api/requests/permissions-policy.js';
import { requestIds } from './api/requests/request-id.js';
import { logRequests } from './api/requests/request-log.js';
import { AccessGuard } from './identity/auth/access.guard.js';
import type { Config } from './platform/config/config.js';
import { Problem } from './platform/errors/problem.js';
import { Log } from './platform/log/log.js';
import { traceRequests } from './platform/tracing/request-trace.js';
import { mountDapr } from './publishing/dapr/dapr-routes.js';
import { DaprSubscriber } from './publishing/dapr/dapr-subscriber.js';
import { mountConsole } from './web/console/console.js';
import { mountDocs } from './web/openapi/docs.js';

/** Time to receive a whole request. Ends clients that send it very slowly. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Characters of a parameter in a path, more than the 200 that the subject of a token may have. */
const MAX_PARAMETER_LENGTH = 256;

/** Headers of all responses. Pages of the console and the documentation set their own content security policy. */
const HELMET = {
  contentSecurityPolicy: {
    useDefaults: false,
    // the last three do not fall back to default-src
    directives: {
      defaultSrc: ["'none'"],
      objectSrc: ["'none'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
  // Set by the proxy that terminates TLS (nginx.conf). From here it would be sent a second time.
  strictTransportSecurity: false,
} as const;

/** For URLs that cannot be decoded: no hook sees them, so they have none of the headers above. */
const UNHOOKED_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none';object-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': PERMISSIONS_POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Creates the application on Fastify and configures it with `configureHttp`. The caller calls `listen`.
 * @param logger for Nest's own messages
 */
export async function createHttpApplication(
  config: Config,
  rootModule: Type | Parameters<typeof NestFactory.create>[0],
  logger: LoggerService | false,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Fastify's 503 is no problem document and lacks Retry-After; a closing server still answers requests
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    genReqId: requestIds(config.trustedProxies),
    logger: false,
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) => {
      sendProblem(reply.headers(UNHOOKED_HEADERS), new Problem('malformed_request'));
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(rootModule, adapter, {
    logger,
    abortOnError: false,
    bodyParser: false,
  });
  await configureHttp(app, config);
  return app;
}

/** In the place of the address of a client that had gone before its request was read. */
const UNKNOWN_ADDRESS = '0.0.0.0';

/** A socket does not know its peer any more once the client has hung up, and handlers run for its requests nevertheless. */
function keepAddress(request: FastifyRequest): void {
  const { ip }: { ip: string | undefined } = request;
  Object.defineProperty(request, 'ip', { value: ip ?? UNKNOWN_ADDRESS });
}

/** Cookies, headers, body parsing, request log, console and documentation. Before `init` or `listen`. */
export async function configureHttp(app: NestFastifyApplication, config: Config): Promise<void> {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  await fastify.register(cookie);
  await fastify.register(helmet, HELMET);
  fastify.decorateRequest('principal', null);
  fastify.decorateRequest('call', null);
  fastify.decorateRequest('answerStatus', null);
  fastify.addHook('onRequest', async (request) => keepAddress(request));
  if (config.otlpEndpoint !== undefined) traceRequests(fastify);
  logRequests(fastify, app.get(Log));
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    // responses contain PHI, which no cache may store; static files override this header
    reply.header('cache-control', 'no-store');
    reply.header('permissions-policy', PERMISSIONS_POLICY);
  });
  fastify.addHook('onSend', async (request, reply) => {
    if (request.answerStatus !== null && reply.statusCode < 300) reply.status(request.answerStatus);
  });
  if (config.allowedOrigins !== null) await allowOrigins(fastify, config.allowedOrigins);
  // behind the hooks that set the headers of every answer, because it may answer
  readBodies(fastify, (endpoint, request) => app.get(AccessGuard).admit(endpoint, request));
  await mountDapr(fastify, config, () => app.get(DaprSubscriber));
  await mountDocs(fastify);
  await mountConsole(fastify);
}
