import { type Context, context, propagation, type Span, SpanKind, trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fail, tracer } from './spans.js';

interface Traced {
  readonly span: Span;
  readonly context: Context;
}

/** A span for each request, by the pattern of its route: the URL may hold a name. Continues the caller's trace. */
export function traceRequests(fastify: FastifyInstance): void {
  const traced = new WeakMap<FastifyRequest, Traced>();
  fastify.addHook('onRequest', async (request) => {
    const parent = propagation.extract(context.active(), request.headers);
    const span = tracer.startSpan(request.method, { kind: SpanKind.SERVER }, parent);
    traced.set(request, { span, context: trace.setSpan(parent, span) });
  });
  // Not before: a body that is read in pieces would lead out of the context again.
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
