import { type Context, context, propagation, type Span, SpanKind, trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fail, tracer } from './spans.js';

interface Traced {
  readonly span: Span;
  readonly context: Context;
}

/**
 * Opens a span for each request, named by the route pattern because URLs can hold names. Continues a caller's trace.
 */
export function traceRequests(fastify: FastifyInstance): void {
  const traced = new WeakMap<FastifyRequest, Traced>();
  fastify.addHook('onRequest', async (request) => {
    const parent = propagation.extract(context.active(), request.headers);
    const span = tracer.startSpan(request.method, { kind: SpanKind.SERVER }, parent);
    traced.set(request, { span, context: trace.setSpan(parent, span) });
  });
  // In `preHandler`, because reading a body in several chunks loses the context of an earlier hook.
  fastify.addHook('preHandler', (request, _reply, done) => {
    const present = traced.get(request);
    if (present) context.with(present.context, done);
    else done();
  });
  fastify.addHook('onResponse', async (request, reply) => {
    const span = traced.get(request)?.span;
    if (!span) return;
    const route = request.routeOptions.url ?? 'unmatched';
    span.updateName(`${request.method} ${route}`);
    span.setAttributes({
      'http.request.method': request.method,
      'http.route': route,
      'http.response.status_code': reply.statusCode,
    });
    if (reply.statusCode >= 500) fail(span);
    span.end();
  });
}
