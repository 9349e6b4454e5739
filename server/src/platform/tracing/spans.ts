import { context, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

/**
 * Spans of a change from the HTTP request to the WebSocket frames. They contain only route names, event types, sequence
 * numbers and tenant ids, never persons or data. Without tracing each call costs one variable access.
 */
export const tracer = trace.getTracer('wardbell');

/** Runs work in its own span if the caller is traced. A failure is marked without its message. */
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

/** The current trace context (W3C `traceparent`), to attach to an event; undefined without tracing. */
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
