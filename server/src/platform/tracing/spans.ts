import { context, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

/**
 * Spans of a change on its way from the request to the frames. Nothing here says who or what: names of routes and
 * types, numbers and tenants only. While nobody traces each of these costs a look at a variable.
 */
export const tracer = trace.getTracer('wardbell');

/** Runs work in a span of its own if what called it is traced. Failures are marked; their texts stay here. */
export async function inSpan<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (trace.getActiveSpan() === undefined) return work();
  return tracer.startActiveSpan(name, async (span) => {
    try {
      return await work();
    } catch (error) {
      fail(span);
      throw error;
    } finally {
      span.end();
    }
  });
}

export const fail = (span: Span): void => {
  span.setStatus({ code: SpanStatusCode.ERROR });
};

/** The present trace in the form of W3C Trace Context, to travel with an event; undefined when nobody traces. */
export function currentTrace(): string | undefined {
  const present = trace.getActiveSpan()?.spanContext();
  if (!present || (present.traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
  return `00-${present.traceId}-${present.spanId}-01`;
}

export interface Delivered {
  readonly type: string;
  readonly seq: number;
  readonly tenantId: string;
  readonly sockets: number;
}

/** Records that an event of a trace was written to sockets, from `startMs` (milliseconds since 1970) until now. */
export function recordDelivery(traceparent: string, startMs: number, delivered: Delivered): void {
  const parent = parseTraceParent(traceparent);
  if (!parent) return;
  const span = tracer.startSpan(
    'deliver',
    {
      kind: SpanKind.PRODUCER,
      startTime: startMs,
      attributes: {
        'wardbell.event.type': delivered.type,
        'wardbell.event.seq': delivered.seq,
        'wardbell.tenant.id': delivered.tenantId,
        'wardbell.sockets': delivered.sockets,
      },
    },
    trace.setSpanContext(context.active(), { ...parent, isRemote: true }),
  );
  span.end();
}
