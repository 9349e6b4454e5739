import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import type { LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { sendProblem } from './api/problems/send-problem.js';
import { allowOrigins } from './api/requests/cors.js';
import { acceptRawBodies, rawEndpointOf } from './api/requests/raw-body.js';
import { requestIds } from './api/requests/request-id.js';
import { logRequests } from './api/requests/request-log.js';
import { AccessGuard } from './identity/auth/access.guard.js';
import type { Config } from './platform/config/config.js';
import { Problem } from './platform/errors/problem.js';
import { Log } from './platform/log/log.js';
import { traceRequests } from './platform/tracing/request-trace.js';
import { mountConsole } from './web/console/console.js';
import { mountDocs } from './web/openapi/docs.js';

const MAX_BODY_BYTES = 1024 * 1024;
/** To receive a whole request; ends those who send a byte now and then. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Headers of all answers; pages of the console and the documentation bring a policy of their own. */
const HELMET = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
  // Said by what ends TLS, which knows whether there is any: nginx.conf. From here it would come a second time.
  strictTransportSecurity: false,
} as const;

/**
 * The application over Fastify, with `configureHttp` done; `listen` is left to the caller.
 * @param logger for Nest's own lines
 */
export async function createHttpApplication(
  config: Config,
  rootModule: Type | Parameters<typeof NestFactory.create>[0],
  logger: LoggerService | false,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Fastify's own 503 has neither our form nor Retry-After: what reaches a closing server is still answered
    return503OnClosing: false,
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    genReqId: requestIds(config.trustedProxies),
    logger: false,
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) => {
      sendProblem(reply, new Problem('malformed_request'));
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

/** Cookies, headers, body parsing, request log, console and documentation. Before `init` or `listen`. */
export async function configureHttp(app: NestFastifyApplication, config: Config): Promise<void> {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  await fastify.register(cookie);
  await fastify.register(helmet, HELMET);
  fastify.decorateRequest('principal', null);
  fastify.decorateRequest('call', null);
  fastify.decorateRequest('answerStatus', null);
  acceptJsonOnly(fastify);
  if (config.otlpEndpoint !== undefined) traceRequests(fastify);
  logRequests(fastify, app.get(Log));
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    // answers carry PHI: no cache may keep them; static files say otherwise for themselves
    reply.header('cache-control', 'no-store');
  });
  fastify.addHook('onSend', async (request, reply) => {
    if (request.answerStatus !== null && reply.statusCode < 300) reply.status(request.answerStatus);
  });
  if (config.allowedOrigins !== null) await allowOrigins(fastify, config.allowedOrigins);
  // behind the hooks that set the headers of every answer, because it may answer
  acceptRawBodies(fastify, (endpoint, request) => app.get(AccessGuard).admit(endpoint, request));
  await mountDocs(fastify);
  await mountConsole(fastify);
}

/**
 * Bodies are `application/json` or refused (415), unless the endpoint reads them itself. An empty one is none: clients
 * label even those as JSON.
 */
function acceptJsonOnly(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else if (rawEndpointOf(request)) done(null, body);
    else parse(request, body.toString(), done);
  });
}
